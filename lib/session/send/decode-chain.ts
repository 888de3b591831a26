import type { Doctor } from '../../audio/doctor';
import type { AudioFormatHints } from '../../audio/format';
import { AudioIntake } from '../../audio/intake';
import type { Pcm } from '../../audio/intake';
import { AsrError, asAsrError } from '../../vocabulary/errors';
import type { WarningCode } from '../../vocabulary/events';
import { ACCEPTED, handled } from '../promises';

/** Of compressed audio, this much is decoded before it is waited until the result is accepted. */
const MAX_PIECE_BYTES = 256 * 1024;
/** Of callers that do not wait. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Where audio goes, and what is known of it. */
export interface DecodeOutput {
  /** Takes 16-bit mono PCM at the session's rate. Rejects when the session takes no more. */
  accept: (pcm: Uint8Array) => Promise<void>;
  /** @param isEnd Nothing more of the recording comes for now. */
  onHeard: (doctor: Doctor, isEnd: boolean) => void;
  /** Raw PCM with these hints is right as it is, and the next of it need not come here; without a doctor it must. */
  onPassing: (doctor: Doctor | undefined, hints: AudioFormatHints | undefined) => void;
  warn: (code: WarningCode, message: string) => void;
}

/**
 * Keeps audio, commits and the end in their order. Decoders that have to be loaded or asked take their time; all others,
 * and raw PCM above all, go through within the call, as long as nothing before them waits.
 */
export class DecodeChain {
  readonly #intake: AudioIntake;
  readonly #output: DecodeOutput;
  /** Settles when nothing waits any more; `undefined` when nothing does. */
  #last: Promise<void> | undefined;
  /** Appended while something before it is still on its way. */
  #waitingBytes = 0;

  constructor(sampleRateHz: number, output: DecodeOutput) {
    this.#intake = new AudioIntake(sampleRateHz);
    this.#output = output;
  }

  append(bytes: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    if (!this.#last) return this.#feed(bytes, hints);
    return this.#keep(bytes, (kept) => this.#feed(kept, hints));
  }

  /** PCM that needs no decoder, behind what is still on its way through one. */
  appendPcm(pcm: Uint8Array): Promise<void> {
    if (!this.#last) return this.#output.accept(pcm);
    return this.#keep(pcm, (kept) => this.#output.accept(kept));
  }

  pause<T>(then: () => Promise<T>): Promise<T> {
    if (!this.#last) {
      const rest = this.#read(() => this.#intake.pause());
      if (!(rest instanceof Promise)) {
        this.#giveRest(rest);
        return then();
      }
      return this.#result(rest, then);
    }
    return this.#result(
      this.#inTurn(() => this.#read(() => this.#intake.pause())),
      then,
    );
  }

  end(then: () => void): void {
    const finish = (rest: Uint8Array): void => {
      this.#giveRest(rest);
      then();
    };
    const rest = this.#last
      ? this.#inTurn(() => this.#read(() => this.#intake.end()))
      : this.#read(() => this.#intake.end());
    if (rest instanceof Promise) void this.#hold(rest.then(finish));
    else finish(rest);
  }

  stop(): void {
    this.#intake.reset();
  }

  #keep(bytes: Uint8Array, then: (kept: Uint8Array) => Promise<void>): Promise<void> {
    if (this.#waitingBytes > MAX_WAITING_BYTES) throw limitError();
    // The caller may use its memory again.
    const kept = Uint8Array.from(bytes);
    this.#waitingBytes += kept.length;
    return this.#inTurn(() => {
      this.#waitingBytes -= kept.length;
      return then(kept);
    });
  }

  /** The audio in pieces, each of them after the one before was accepted. */
  #feed(bytes: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    const isWhole = bytes.length <= MAX_PIECE_BYTES || this.#intake.isPassingThrough;
    const piece = isWhole ? bytes : bytes.subarray(0, MAX_PIECE_BYTES);
    const pcm = this.#intake.write(piece, hints);
    const accepted =
      pcm instanceof Promise ? pcm.then((ready) => this.#give(ready, hints)) : this.#give(pcm, hints);
    if (isWhole) return pcm instanceof Promise ? this.#hold(accepted) : accepted;
    const rest = bytes.subarray(piece.length);
    if (accepted === ACCEPTED) return this.#feed(rest, hints);
    const kept = Uint8Array.from(rest);
    return this.#hold(accepted.then(() => this.#feed(kept, hints)));
  }

  #give(pcm: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    const accepted = this.#output.accept(pcm);
    const { doctor, passingDoctor } = this.#intake;
    if (doctor) this.#output.onHeard(doctor, false);
    // What waits goes first.
    this.#output.onPassing(this.#last ? undefined : passingDoctor, hints);
    return accepted;
  }

  /** What decoders held back; the session may be over by then. */
  #giveRest(rest: Uint8Array): void {
    if (rest.length > 0) void handled(this.#output.accept(rest));
    const { doctor } = this.#intake;
    if (doctor) this.#output.onHeard(doctor, true);
  }

  /** What was begun and cannot be used must keep nobody from committing, or from the end. */
  #read(read: () => Pcm): Pcm {
    const complain = (error: unknown): Uint8Array => {
      const { message } = asAsrError(error, 'BAD_AUDIO', 'The end of the audio cannot be read');
      this.#output.warn('AUDIO_CUT', message);
      return NOTHING;
    };
    try {
      const pcm = read();
      return pcm instanceof Promise ? pcm.catch(complain) : pcm;
    } catch (error) {
      return complain(error);
    }
  }

  /** The commit is in its turn; its result is waited for by its caller only. */
  async #result<T>(rest: Promise<Uint8Array>, then: () => Promise<T>): Promise<T> {
    const answer = this.#inTurnOf(rest, (ready) => {
      this.#giveRest(ready);
      return { result: then() };
    });
    return (await answer).result;
  }

  #inTurnOf<A, B>(promise: Promise<A>, work: (value: A) => B): Promise<B> {
    return this.#hold(promise.then(work));
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#hold((this.#last ?? ACCEPTED).then(work));
  }

  /** All that comes later waits for this. */
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

function limitError(): AsrError {
  const message =
    `More than ${MAX_WAITING_BYTES} bytes of audio wait to be decoded. This audio was not taken. ` +
    'Await append before the next one.';
  return new AsrError('HELD_AUDIO_LIMIT', message, { retryable: true });
}
