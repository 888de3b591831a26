import type { Doctor } from '../../audio/doctor';
import type { AudioFormatHints } from '../../audio/format';
import { AudioIntake } from '../../audio/intake';
import type { OngoingAudio } from '../../audio/ongoing';
import { piecesOf } from '../../audio/pieces';
import type { Pcm } from '../../audio/intake';
import { AsrError, asAsrError } from '../../vocabulary/errors';
import type { WarningCode } from '../../vocabulary/events';
import { ACCEPTED, handled } from '../../base/promises';

/** The limit for callers that do not wait. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

export interface DecodeOptions {
  sampleRateHz: number;
  /** The decoder state that the previous session left, and that this one leaves to the next. */
  ongoing?: OngoingAudio;
}

/** Where decoded audio goes, and what is known of it. */
export interface DecodeOutput {
  /** Takes 16-bit mono PCM at the session's rate. Rejects when the session takes no more. */
  accept: (pcm: Uint8Array) => Promise<void>;
  /** @param isEnd Whether nothing more of the recording comes for now. */
  onHeard: (doctor: Doctor, isEnd: boolean) => void;
  /**
   * Raw PCM with these hints has the session's format, and further chunks of it need not come here. Without a doctor
   * they must.
   */
  onPassing: (doctor: Doctor | undefined, hints: AudioFormatHints | undefined) => void;
  warn: (code: WarningCode, message: string) => void;
}

/**
 * Keeps audio, commits and the end in order. Decoders that have to be loaded take their time; everything else, raw
 * PCM above all, passes within the call as long as nothing waits before it.
 */
export class DecodeChain {
  readonly #intake: AudioIntake;
  readonly #output: DecodeOutput;
  readonly #sampleRateHz: number;
  readonly #ongoing: OngoingAudio | undefined;
  /** Whether the next audio is the first, which may continue a recording. */
  #isFirst = true;
  /** Settles when nothing waits any more; `undefined` when nothing does. */
  #last: Promise<void> | undefined;
  /** Bytes that were appended while earlier audio is still on its way. */
  #waitingBytes = 0;
  /** Why the rest of a recording could not be read, until the commit or the end that asked for it goes on. */
  #unreadable: AsrError | undefined;

  constructor({ sampleRateHz, ongoing }: DecodeOptions, output: DecodeOutput) {
    this.#intake = new AudioIntake(sampleRateHz);
    this.#output = output;
    this.#sampleRateHz = sampleRateHz;
    this.#ongoing = ongoing;
  }

  append(bytes: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    const leaving = this.#isFirst ? this.#ongoing?.leaving : undefined;
    if (leaving) void this.#hold(leaving);
    if (!this.#last) return this.#feed(bytes, hints);
    return this.#keep(bytes, (kept) => this.#feed(kept, hints));
  }

  /** Takes PCM that needs no decoder, behind audio that is still on its way through one. */
  appendPcm(pcm: Uint8Array): Promise<void> {
    if (!this.#last) return this.#output.accept(pcm);
    return this.#keep(pcm, (kept) => this.#output.accept(kept));
  }

  /** @param then Gets the error where the rest cannot be read. */
  pause<T>(then: (unreadable: AsrError | undefined) => Promise<T>): Promise<T> {
    const given = this.#giveRest(() => this.#intake.pause());
    return given ? this.#result(given, then) : then(this.#takeUnreadable());
  }

  /** @param then Gets the error where the rest cannot be read. */
  end(then: (unreadable: AsrError | undefined) => void): void {
    const ongoing = this.#ongoing;
    const given = this.#giveRest(() => (ongoing ? this.#intake.leave() : this.#intake.end()));
    if (!given) {
      this.#leave();
      then(this.#takeUnreadable());
      return;
    }
    const left = given.then(() => {
      this.#leave();
    });
    ongoing?.waitFor(left);
    void this.#hold(
      left.then(() => {
        then(this.#takeUnreadable());
      }),
    );
  }

  stop(): void {
    const release = (): void => {
      this.#leave();
      this.#intake.reset();
    };
    // Audio that is still on its way through a decoder is handled first.
    if (this.#ongoing && this.#last) this.#ongoing.waitFor(this.#last.then(release));
    else release();
  }

  /** Goes on with the decoder state that the previous session left. */
  #resume(bytes: Uint8Array, hints: AudioFormatHints | undefined): void {
    if (bytes.length === 0) return;
    this.#isFirst = false;
    const recording = this.#ongoing?.take(bytes, hints ?? {}, this.#sampleRateHz);
    if (recording) this.#intake.resume(recording);
  }

  /** Leaves an unfinished recording to the next session. */
  #leave(): void {
    if (!this.#ongoing) return;
    const recording = this.#intake.detach();
    if (recording) this.#ongoing.keep(recording, this.#sampleRateHz);
  }

  #keep(bytes: Uint8Array, then: (kept: Uint8Array) => Promise<void>): Promise<void> {
    if (this.#waitingBytes > MAX_WAITING_BYTES) throw limitError();
    // The caller may use its memory again, so the bytes are copied.
    const kept = Uint8Array.from(bytes);
    this.#waitingBytes += kept.length;
    return this.#inTurn(() => {
      this.#waitingBytes -= kept.length;
      return then(kept);
    });
  }

  #feed(bytes: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    if (this.#isFirst) this.#resume(bytes, hints);
    const pcm = this.#intake.write(bytes, hints);
    if (pcm instanceof Promise) return this.#hold(pcm.then((ready) => this.#giveAll(ready, hints)));
    if (!this.#intake.isPending) return this.#give(pcm, hints);
    return this.#hold(this.#giveAll(pcm, hints));
  }

  /** Passes on everything that was begun, each piece after the one before was accepted. */
  async #giveAll(first: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    let pcm = first;
    for (;;) {
      // Empty input is passed on, too, because a session that is over has to refuse it.
      const accepted = this.#give(pcm, hints);
      if (accepted !== ACCEPTED) await accepted;
      if (!this.#intake.isPending) return;
      if (this.#intake.turns.isDue) await this.#intake.turns.take();
      pcm = await this.#intake.read();
    }
  }

  #give(pcm: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    const accepted = this.#output.accept(pcm);
    const { doctor, passingDoctor } = this.#intake;
    this.#hearOver();
    if (doctor) this.#output.onHeard(doctor, false);
    // Waiting audio goes first.
    this.#output.onPassing(this.#last ? undefined : passingDoctor, hints);
    return accepted;
  }

  /** Passes on what decoders held back, synchronously where possible. Keeps the error of a rest that is broken. */
  #giveRest(stop: () => Pcm): Promise<void> | undefined {
    if (this.#last) return this.#inTurn(() => this.#giveHeld(stop));
    let pcm: Pcm;
    try {
      pcm = stop();
    } catch (error) {
      this.#unreadable = unreadable(error);
      this.#hearEnd();
      return undefined;
    }
    if (pcm instanceof Promise || this.#intake.isPending) return this.#hold(this.#giveHeld(() => pcm));
    this.#giveLast(pcm);
    this.#hearEnd();
    return undefined;
  }

  async #giveHeld(stop: () => Pcm): Promise<void> {
    try {
      for await (const pcm of piecesOf(this.#intake, stop())) this.#giveLast(pcm);
    } catch (error) {
      this.#unreadable = unreadable(error);
    }
    this.#hearEnd();
  }

  #giveLast(pcm: Uint8Array): void {
    if (pcm.length > 0) void handled(this.#output.accept(pcm));
  }

  #hearOver(): void {
    for (let doctor; (doctor = this.#intake.nextOver());) this.#output.onHeard(doctor, true);
  }

  #hearEnd(): void {
    this.#hearOver();
    const { doctor } = this.#intake;
    // The error says more than that nothing came.
    if (doctor && !(this.#unreadable && doctor.seconds === 0)) this.#output.onHeard(doctor, true);
  }

  #takeUnreadable(): AsrError | undefined {
    const error = this.#unreadable;
    this.#unreadable = undefined;
    return error;
  }

  /** The commit keeps its turn, but only its caller waits for its result. */
  async #result<T>(given: Promise<void>, then: (unreadable: AsrError | undefined) => Promise<T>): Promise<T> {
    return (await this.#hold(given.then(() => ({ result: then(this.#takeUnreadable()) })))).result;
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#hold((this.#last ?? ACCEPTED).then(work));
  }

  /** Everything that comes later waits for this. */
  #hold<T>(work: Promise<T>): Promise<T> {
    const before = this.#last;
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    const last: Promise<void> = Promise.all([before, settled]).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return handled(work);
  }
}

function unreadable(error: unknown): AsrError {
  return asAsrError(error, 'BAD_AUDIO', 'The end of the audio cannot be read');
}

function limitError(): AsrError {
  const message =
    `More than ${MAX_WAITING_BYTES} bytes of audio wait to be decoded. This audio was not taken. ` +
    'Await append before the next one.';
  return new AsrError('HELD_AUDIO_LIMIT', message, { retryable: true });
}
