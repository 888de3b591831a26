import type { Doctor } from '../../audio/doctor';
import { areAlike, bytesOf, hintsOfChunk } from '../../audio/format';
import type { AudioChunk, AudioFormatHints } from '../../audio/format';
import { interruptsSamples } from '../../audio/beginnings';
import type { Clock } from '../../transport/environment';
import { AsrError, asAsrError } from '../../vocabulary/errors';
import type { WarningCode } from '../../vocabulary/events';
import type { SessionConfig } from '../config';
import { ACCEPTED, handled, rejected } from '../../base/promises';
import { AudioOutlet } from './audio-outlet';
import type { AudioOutletOptions } from './audio-outlet';
import { DecodeChain } from './decode-chain';

/** Passed-through audio is compressed; where its amount has to be estimated, it is taken for 128 kbit/s. */
const ENCODED_BYTES_PER_MS = 16;
/** How many calls of `append` may wait at once, each of which has somebody waiting for it. */
const MAX_WAITERS = 100;
/** While audio is dropped without end, the warning is repeated at this interval. */
const REPEAT_DROPS_AFTER_MS = 10_000;
/** In Manual mode the documentation advises against more audio in one commit (protocol.md A.6). */
const LONG_COMMIT_MS = 60_000;

export interface AudioInputOptions extends Omit<AudioOutletOptions, 'bytesPerMs'> {
  config: AudioOutletOptions['config'] &
    Pick<SessionConfig, 'mode' | 'overload' | 'maxHeldAudioMs' | 'ongoing'>;
  clock: Clock;
  warn: (code: WarningCode, message: string) => void;
}

/** How amounts of a session's audio are measured. */
export function measureOf({ wireFormat, sampleRateHz }: Pick<SessionConfig, 'wireFormat' | 'sampleRateHz'>): {
  /** Bytes per millisecond, for pace and limits. */
  bytesPerMs: number;
  /** Whether a number of bytes is a known duration. */
  isMeasured: boolean;
} {
  const isMeasured = wireFormat === 'pcm';
  return { bytesPerMs: isMeasured ? (sampleRateHz * 2) / 1000 : ENCODED_BYTES_PER_MS, isMeasured };
}

/**
 * Takes the audio of a session in front of the outlet. Raw PCM in the session's format goes straight on. All other
 * audio is decoded first, or sent unchanged where the service decodes it. It also decides what happens to audio that
 * comes faster than it can be sent.
 */
export class AudioInput {
  readonly #options: AudioInputOptions;
  readonly #bytesPerMs: number;
  readonly #maxHeldBytes: number;
  /** `undefined` where audio is sent unchanged. */
  readonly #chain: DecodeChain | undefined;
  readonly #outlet: AudioOutlet;
  /** Watches raw PCM in the session's format as long as such audio comes, with the hints that were given for it. */
  #passing: { doctor: Doctor; hints: AudioFormatHints | undefined } | undefined;
  readonly #warned = new Set<WarningCode>();
  #waiters: { resolve: () => void; reject: (error: AsrError) => void }[] = [];
  #droppedMs = 0;
  #droppingSinceMs = 0;
  #endedBy: AsrError | undefined;

  constructor(options: AudioInputOptions) {
    this.#options = options;
    const { config } = options;
    const { bytesPerMs, isMeasured } = measureOf(config);
    this.#bytesPerMs = bytesPerMs;
    this.#maxHeldBytes = config.maxHeldAudioMs * bytesPerMs;
    this.#outlet = new AudioOutlet({ ...options, bytesPerMs });
    if (isMeasured) {
      const { sampleRateHz, ongoing } = config;
      this.#chain = new DecodeChain(
        { sampleRateHz, ...(ongoing && { ongoing }) },
        {
          accept: (pcm) => this.#accept(pcm),
          onHeard: (doctor, isEnd) => {
            this.#examine(doctor, isEnd);
          },
          onPassing: (doctor, hints) => {
            this.#passing = doctor && { doctor, hints };
          },
          warn: (code, message) => {
            this.#warnOnce(code, message);
          },
        },
      );
    }
  }

  /** Whether audio has come since the last commit that the voice gate let pass. */
  get hasUncommitted(): boolean {
    return this.#outlet.uncommittedBytes > 0;
  }

  /** Whether any audio has come since the last commit. */
  get hasTaken(): boolean {
    return this.#outlet.hasTaken;
  }

  /** The audio so far belongs to a commit. */
  committed(): void {
    this.#outlet.committed();
  }

  /** Resolves once the audio is accepted. Rejects with `BAD_AUDIO`, and goes on with what is appended next. */
  append(audio: AudioChunk, hints: AudioFormatHints | undefined): Promise<void> {
    const refusal = this.#refusal();
    if (refusal) return rejected(refusal);
    try {
      const accepted = this.#append(audio, hints);
      return accepted === ACCEPTED ? accepted : handled(accepted.catch(rethrowUnreadable));
    } catch (error) {
      return rejected(unreadable(error));
    }
  }

  /**
   * Calls `then` once all earlier audio has been passed on, including what decoders held back; synchronously where
   * possible. Rejects with `BAD_AUDIO` or `UNKNOWN_AUDIO` where nothing since the last commit could be read.
   */
  pause<T>(then: () => Promise<T>): Promise<T> {
    if (!this.#chain) return then();
    return this.#chain.pause((broken) => {
      this.#outlet.divide();
      if (broken && !this.hasTaken) return rejected(broken);
      if (broken) this.#tellCut(broken);
      return then();
    });
  }

  /** Does the same at the end of all audio. */
  end(then: () => void): void {
    if (!this.#chain) then();
    else
      this.#chain.end((broken) => {
        this.#outlet.divide();
        if (broken) this.#tellCut(broken);
        then();
      });
  }

  /**
   * Audio may have been sent: admits waiting callers, and reports dropped audio once nothing more is to be dropped.
   */
  onProgress(): void {
    if (this.#droppedMs > 0 && this.#options.sender.isEmpty) this.#tellDrops();
    if (this.#waiters.length > 0 && this.#options.sender.heldBytes <= this.#maxHeldBytes) {
      for (const { resolve } of this.#waiters.splice(0)) resolve();
    }
  }

  /** Drops audio that is on its way. @param late The error for audio that comes out of a decoder from now on. */
  stop(reason: AsrError, late: AsrError): void {
    this.#endedBy = late;
    this.#chain?.stop();
    this.#outlet.stop();
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
  }

  #append(audio: AudioChunk, hints: AudioFormatHints | undefined): Promise<void> {
    const bytes = audio instanceof Uint8Array ? audio : checkedBytes(audio);
    if (!this.#chain) return this.#accept(bytes);
    const passing = this.#passing;
    if (passing && bytes === audio && bytes.length % 2 === 0) {
      const isSame = passing.hints === hints || areAlike(passing.hints ?? {}, hints ?? {});
      if (isSame && !interruptsSamples(bytes)) return this.#pass(bytes, passing.doctor);
    }
    if (hints?.isDecoded && this.#isAtRate(hints) && bytes.length % 2 === 0)
      return this.#chain.appendPcm(bytes);
    this.#passing = undefined;
    return this.#chain.append(bytes, bytes === audio ? hints : { ...hintsOfChunk(audio), ...hints });
  }

  #isAtRate({ rate, channels = 1 }: AudioFormatHints): boolean {
    const { sampleRateHz } = this.#options.config;
    return channels === 1 && (rate ?? sampleRateHz) === sampleRateHz;
  }

  /** Raw PCM in the session's format. */
  #pass(pcm: Uint8Array, doctor: Doctor): Promise<void> {
    const accepted = this.#accept(pcm, doctor);
    this.#examine(doctor, false);
    return accepted;
  }

  /** @param doctor Gets the levels, unless it has seen the audio before it was decoded. */
  #accept(bytes: Uint8Array, doctor?: Doctor): Promise<void> {
    // Audio that was appended before the end may still be on its way through a decoder.
    if (this.#endedBy) return rejected(this.#endedBy);
    const { counter, sender, config } = this.#options;
    counter.audioInBytes += bytes.length;
    const uncommittedBefore = this.#outlet.uncommittedBytes;
    this.#outlet.take(bytes, doctor);
    if (config.overload === 'dropOldest') this.#dropOverload();
    const mustWait = config.overload === 'wait' && sender.heldBytes > this.#maxHeldBytes;
    const accepted = mustWait ? this.#turn() : ACCEPTED;
    // Comes last, because a listener of the warning may commit or end the session.
    if (config.mode === 'manual') this.#warnOfLongCommit(uncommittedBefore);
    return accepted;
  }

  #turn(): Promise<void> {
    return handled(new Promise((resolve, reject) => this.#waiters.push({ resolve, reject })));
  }

  /** Why nothing more is taken. Held audio must be bounded also with callers that do not wait. */
  #refusal(): AsrError | undefined {
    const { sender, config } = this.#options;
    const { overload, maxHeldAudioMs } = config;
    if (sender.isFull) return limitError('All the memory that a session has for audio is in use');
    if (overload === 'fail' && sender.heldBytes >= this.#maxHeldBytes) {
      return limitError(`${maxHeldAudioMs} ms of audio wait for the connection already`);
    }
    if (this.#waiters.length < MAX_WAITERS) return undefined;
    return limitError(
      `More than ${maxHeldAudioMs} ms of audio waits for the connection, and ${MAX_WAITERS} calls of append with it`,
    );
  }

  #dropOverload(): void {
    const { sender, clock } = this.#options;
    const excess = sender.dueBytes - this.#maxHeldBytes;
    if (excess <= 0) return;
    if (this.#droppedMs === 0) this.#droppingSinceMs = clock.now();
    this.#droppedMs += sender.dropOldest(excess) / this.#bytesPerMs;
    if (clock.now() - this.#droppingSinceMs >= REPEAT_DROPS_AFTER_MS) this.#tellDrops();
  }

  /** Gives one warning for a run of drops, with its length. */
  #tellDrops(): void {
    const droppedMs = Math.round(this.#droppedMs);
    this.#droppedMs = 0;
    const message = `${droppedMs} ms of audio were dropped: more was given than could be sent in time.`;
    this.#options.warn('AUDIO_DROPPED', message);
  }

  #examine(doctor: Doctor, isEnd: boolean): void {
    const { sampleRateHz } = this.#options.config;
    for (const { code, message } of doctor.complaints(sampleRateHz, isEnd)) this.#warnOnce(code, message);
  }

  /** A broken rest must not prevent a commit of what came before it, or the end; the session may be over by then. */
  #tellCut({ message }: AsrError): void {
    this.#warnOnce('AUDIO_CUT', message);
  }

  /** Each fault of the audio is reported once, however many recordings a session gets. */
  #warnOnce(code: WarningCode, message: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#options.warn(code, message);
  }

  #warnOfLongCommit(before: number): void {
    const limit = LONG_COMMIT_MS * this.#bytesPerMs;
    if (before > limit || this.#outlet.uncommittedBytes <= limit) return;
    const message = 'More than 60 s of audio without a commit; the service advises to commit earlier.';
    this.#options.warn('LONG_COMMIT', message);
  }
}

function rethrowUnreadable(error: unknown): never {
  throw unreadable(error);
}

function unreadable(error: unknown): AsrError {
  return asAsrError(error, 'BAD_AUDIO', 'The audio cannot be read');
}

function limitError(what: string): AsrError {
  const message = `${what}. This audio was not taken. Await append before the next one.`;
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
