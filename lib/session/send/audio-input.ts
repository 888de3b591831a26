import { bytesOf, hintsOfChunk } from '../../audio/format';
import type { AudioChunk, AudioFormatHints } from '../../audio/format';
import { AudioIntake } from '../../audio/intake';
import type { Pcm } from '../../audio/intake';
import { AsrError, asAsrError } from '../../vocabulary/errors';
import type { WarningCode } from '../../vocabulary/events';
import type { SessionConfig } from '../config';
import { ACCEPTED, handled, rejected } from '../promises';

/** Passed-through audio is compressed; where an amount of it has to be guessed, it is 128 kbit/s. */
const ENCODED_BYTES_PER_MS = 16;
/** Of compressed audio, this much is decoded before it is waited until the result is accepted. */
const MAX_PIECE_BYTES = 256 * 1024;
/** The audio is looked at this often for what to warn of. */
const EXAMINED_SECONDS = 1;
/** Of callers that do not wait. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** Where audio goes, and what is wrong with it. */
export interface IntakeOutput {
  /** Rejects when the session takes no more. */
  accept: (bytes: Uint8Array) => Promise<void>;
  warn: (code: WarningCode, message: string) => void;
}

/** The audio of a session on its way in: decoded, or passed through as it is. */
export interface SessionIntake {
  /** For pace and limits. */
  bytesPerMs: number;
  /** Whether an amount of bytes tells a duration. */
  isMeasured: boolean;
  /** Resolves once the audio is accepted; rejects with `BAD_AUDIO` and goes on with what is appended next. */
  append: (audio: AudioChunk, hints: AudioFormatHints | undefined) => Promise<void>;
  /** Calls `then` once all audio before has been given on, with what decoders held back: at once where that is possible. */
  pause: <T>(then: () => Promise<T>) => Promise<T>;
  /** The same at the end of all audio. */
  end: (then: () => void) => void;
  /** Gives up what is on its way. */
  stop: () => void;
}

export function createIntake(
  { wireFormat, sampleRateHz }: SessionConfig,
  output: IntakeOutput,
): SessionIntake {
  return wireFormat === 'pcm' ? new IntakeChain(sampleRateHz, output) : passThrough(output);
}

function passThrough({ accept }: IntakeOutput): SessionIntake {
  return {
    bytesPerMs: ENCODED_BYTES_PER_MS,
    isMeasured: false,
    append: (audio) => attempt(() => accept(checkedBytes(audio))),
    pause: (then) => then(),
    end: (then) => {
      then();
    },
    stop: () => undefined,
  };
}

/**
 * Keeps audio, commits and the end in their order. Decoders that have to be loaded or asked take their time; all others,
 * and raw PCM above all, go through within the call, as long as nothing before them waits.
 */
class IntakeChain implements SessionIntake {
  readonly bytesPerMs: number;
  readonly isMeasured = true;
  readonly #sampleRateHz: number;
  readonly #intake: AudioIntake;
  readonly #output: IntakeOutput;
  /** Settles when nothing waits any more; `undefined` when nothing does. */
  #last: Promise<void> | undefined;
  /** Appended while something before it is still on its way. */
  #waitingBytes = 0;
  #examinedAt = 0;

  constructor(sampleRateHz: number, output: IntakeOutput) {
    this.bytesPerMs = (sampleRateHz * 2) / 1000;
    this.#sampleRateHz = sampleRateHz;
    this.#intake = new AudioIntake(sampleRateHz);
    this.#output = output;
  }

  append(audio: AudioChunk, hints: AudioFormatHints | undefined): Promise<void> {
    return attempt(() => this.#append(audio, hints));
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

  #append(audio: AudioChunk, hints: AudioFormatHints | undefined): Promise<void> {
    const bytes = checkedBytes(audio);
    const known = audio instanceof Uint8Array ? hints : { ...hintsOfChunk(audio), ...hints };
    if (!this.#last) return this.#feed(bytes, known);
    if (this.#waitingBytes > MAX_WAITING_BYTES) throw limitError();
    // The caller may use its memory again.
    const kept = Uint8Array.from(bytes);
    this.#waitingBytes += kept.length;
    return this.#inTurn(() => {
      this.#waitingBytes -= kept.length;
      return this.#feed(kept, known);
    });
  }

  /** The audio in pieces, each of them after the one before was accepted. */
  #feed(bytes: Uint8Array, hints: AudioFormatHints | undefined): Promise<void> {
    const isWhole = bytes.length <= MAX_PIECE_BYTES || this.#intake.isPassingThrough;
    const piece = isWhole ? bytes : bytes.subarray(0, MAX_PIECE_BYTES);
    const pcm = this.#intake.write(piece, hints);
    const accepted = pcm instanceof Promise ? pcm.then((ready) => this.#give(ready)) : this.#give(pcm);
    if (isWhole) return pcm instanceof Promise ? this.#hold(accepted) : accepted;
    const rest = bytes.subarray(piece.length);
    if (accepted === ACCEPTED) return this.#feed(rest, hints);
    const kept = Uint8Array.from(rest);
    return this.#hold(accepted.then(() => this.#feed(kept, hints)));
  }

  #give(pcm: Uint8Array): Promise<void> {
    const accepted = this.#output.accept(pcm);
    if (this.#intake.seconds < this.#examinedAt) this.#examinedAt = 0;
    if (this.#intake.seconds - this.#examinedAt >= EXAMINED_SECONDS) this.#examine(false);
    return accepted;
  }

  /** What decoders held back; the session may be over by then. */
  #giveRest(rest: Uint8Array): void {
    if (rest.length > 0) void handled(this.#output.accept(rest));
    this.#examine(true);
  }

  #examine(isEnd: boolean): void {
    this.#examinedAt = this.#intake.seconds;
    for (const { code, message } of this.#intake.complaints(this.#sampleRateHz, isEnd)) {
      this.#output.warn(code, message);
    }
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

/** The work, with errors that say what they mean. */
function attempt(work: () => Promise<void>): Promise<void> {
  try {
    const accepted = work();
    if (accepted === ACCEPTED) return ACCEPTED;
    return handled(
      accepted.catch((error: unknown) => {
        throw unreadable(error);
      }),
    );
  } catch (error) {
    return rejected(unreadable(error));
  }
}

function unreadable(error: unknown): AsrError {
  return asAsrError(error, 'BAD_AUDIO', 'The audio cannot be read');
}

function limitError(): AsrError {
  const message =
    `More than ${MAX_WAITING_BYTES} bytes of audio wait to be decoded. This audio was not taken. ` +
    'Await append before the next one.';
  return new AsrError('HELD_AUDIO_LIMIT', message, { retryable: true });
}

function checkedBytes(audio: AudioChunk): Uint8Array {
  const bytes = bytesOf(audio);
  if (bytes) return bytes;
  throw new AsrError(
    'BAD_AUDIO',
    `Expected audio as a Buffer, a typed array or an ArrayBuffer, got ${typeof audio}.`,
  );
}
