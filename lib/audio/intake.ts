import { AsrError } from '../vocabulary/errors';
import { ByteQueue, hasText } from './bytes';
import { createDecoder } from './decoders';
import { inTurn } from './decoders/decoder';
import type { Doctor } from './doctor';
import { areAlike } from './format';
import type { AudioFormatHints, AudioInfo, SourceFormat } from './format';
import { Recording } from './recording';
import { beginsRecording, identify } from './sniff';
import type { Identity } from './sniff';

const EMPTY = new Uint8Array(0);
const NO_HINTS: AudioFormatHints = {};

/** PCM, or, where a decoder has to be loaded or asked, a promise of it. */
export type Pcm = Uint8Array | Promise<Uint8Array>;

/**
 * Bytes of audio as they arrive -> 16-bit little-endian mono PCM at one rate, an even number of bytes each time.
 *
 * Takes every format that there is a decoder for, in chunks of any size, one recording after the other. Raw PCM that is
 * already right passes through at once and without a copy. A call must wait for the promise of the one before.
 */
export class AudioIntake {
  readonly #rateHz: (source: SourceFormat) => number;
  readonly #defaultRateHz: number;
  /** Bytes that do not tell yet what they are. */
  readonly #head = new ByteQueue();
  #hints = NO_HINTS;
  #recording: Recording | undefined;
  #kind: Identity['kind'] | undefined;
  #lastDoctor: Doctor | undefined;

  /**
   * @param rateHz Of what comes out, or how it follows from what arrives.
   * @param defaultRateHz Of raw samples that nothing says the rate of.
   */
  constructor(rateHz: number | ((source: SourceFormat) => number), defaultRateHz?: number) {
    this.#rateHz = typeof rateHz === 'number' ? () => rateHz : rateHz;
    this.#defaultRateHz = defaultRateHz ?? (typeof rateHz === 'number' ? rateHz : 16_000);
  }

  /** Seconds of the recording so far. */
  get seconds(): number {
    return this.#lastDoctor?.seconds ?? 0;
  }

  /** What arrived: of the recording that is coming, or of the last one. */
  get info(): AudioInfo | undefined {
    return this.#lastDoctor?.info();
  }

  /**
   * The PCM that is ready. It may share memory with `bytes`.
   * @throws AsrError `BAD_AUDIO`, also by the promise; the recording is over then and the next call begins another.
   */
  write(bytes: Uint8Array, hints: AudioFormatHints = NO_HINTS): Pcm {
    return this.#guard(() => this.#write(bytes, hints));
  }

  /**
   * Gives what is ready and may be heard now, with the end of the filter. The recording may go on: the next bytes
   * belong to it, unless they begin another.
   */
  pause(): Pcm {
    if (this.#recording?.decoder.endsAtPause) return this.end();
    return this.#guard(() => {
      const recording = this.#recording;
      if (!recording) return this.#beginAll();
      return inTurn(recording.decoder.pause?.(), () => {
        recording.flush();
        return recording.take();
      });
    });
  }

  /** Gives all that is left. The next bytes begin a recording. */
  end(): Pcm {
    return this.#guard(() => {
      if (this.#head.length === 0) return this.#endRecording();
      const begun = this.#beginAll();
      return begun instanceof Promise
        ? begun.then((pcm) => appended(pcm, this.#endRecording()))
        : appended(begun, this.#endRecording());
    });
  }

  /** Forgets what was begun and releases what it needs. */
  reset(): void {
    this.#recording?.decoder.free?.();
    this.#recording = undefined;
    this.#kind = undefined;
    this.#head.clear();
  }

  /** @internal What watches the recording that is coming, or the last one. */
  get doctor(): Doctor | undefined {
    return this.#lastDoctor;
  }

  /** @internal The same where raw PCM comes that is right as it is and nothing of it waits: more of it may go past this. */
  get passingDoctor(): Doctor | undefined {
    const recording = this.#recording;
    if (this.#kind !== 'raw' || !recording?.isPassing) return undefined;
    return recording.decoder.passes?.(EMPTY) === true ? recording.doctor : undefined;
  }

  /** Whether what is coming passes through as it is. */
  get isPassingThrough(): boolean {
    return this.#recording?.isPassing ?? false;
  }

  #guard(work: () => Pcm): Pcm {
    try {
      const pcm = work();
      if (!(pcm instanceof Promise)) return pcm;
      return pcm.catch((error: unknown) => {
        this.reset();
        throw error;
      });
    } catch (error) {
      this.reset();
      throw error;
    }
  }

  #write(bytes: Uint8Array, hints: AudioFormatHints): Pcm {
    if (bytes.length === 0) return EMPTY;
    if (this.#isNew(bytes, hints)) {
      const ended = this.#abandon();
      if (!(ended instanceof Promise)) return appended(ended, this.#write(bytes, hints));
      const kept = Uint8Array.from(bytes);
      return ended.then((pcm) => appended(pcm, this.#write(kept, hints)));
    }
    if (this.#recording) return this.#decode(this.#recording, bytes, hints);
    return this.#begin(bytes, hints, false);
  }

  /** Whether a recording is under way that these bytes do not belong to. */
  #isNew(bytes: Uint8Array, hints: AudioFormatHints): boolean {
    if (this.#kind === undefined) return false;
    // Chained streams are one recording, and its decoder knows better where one begins.
    if (this.#kind === 'ogg-opus' && hasText(bytes, 0, 'OggS')) return false;
    return beginsRecording(bytes) || (this.#kind === 'raw' && !areAlike(hints, this.#hints));
  }

  /** Ends a recording that another one follows: that it was cut off must not cost the beginning of the other. */
  #abandon(): Pcm {
    const release = (): Uint8Array => {
      this.reset();
      return EMPTY;
    };
    try {
      const ended = this.#endRecording();
      return ended instanceof Promise ? ended.catch(release) : ended;
    } catch {
      return release();
    }
  }

  /** All that waits is the whole beginning. */
  #beginAll(): Pcm {
    return this.#head.length === 0 ? EMPTY : this.#begin(EMPTY, this.#hints, true);
  }

  #begin(bytes: Uint8Array, hints: AudioFormatHints, isAll: boolean): Pcm {
    // A single chunk need not be copied to be looked at.
    let head = bytes;
    if (this.#head.length > 0) {
      this.#head.push(bytes);
      head = this.#head.bytes;
    }
    this.#hints = hints;
    const identity = identify(head, hints, isAll);
    if (identity.kind === 'unknown') {
      if (this.#head.length === 0) this.#head.push(bytes);
      return EMPTY;
    }
    this.#head.clear();
    return this.#start(identity, head, hints);
  }

  #start(identity: Identity, head: Uint8Array, hints: AudioFormatHints): Pcm {
    this.#kind = identity.kind;
    const { channel } = hints;
    const target = { rateHz: this.#rateHz, ...(channel !== undefined && { channel }) };
    const recording = new Recording(target, (output) =>
      createDecoder(identity, hints, this.#defaultRateHz, output),
    );
    recording.doctor.byFfmpeg = identity.kind === 'ffmpeg';
    this.#recording = recording;
    this.#lastDoctor = recording.doctor;
    return this.#decode(recording, head, hints);
  }

  #decode(recording: Recording, bytes: Uint8Array, hints: AudioFormatHints): Pcm {
    if (recording.passes(bytes)) return bytes;
    return inTurn(recording.write(bytes), () => {
      const { rest } = recording.decoder;
      if (!rest) return recording.take();
      // The recording is over. What follows in the same chunk is another one, or of no use.
      const ended = this.#endRecording();
      const isAnother = beginsRecording(rest);
      recording.doctor.bytes -= isAnother ? rest.length : 0;
      if (!isAnother) return ended;
      return ended instanceof Promise
        ? ended.then((pcm) => appended(pcm, this.#write(rest, hints)))
        : appended(ended, this.#write(rest, hints));
    });
  }

  #endRecording(): Pcm {
    this.#kind = undefined;
    const recording = this.#recording;
    if (!recording) return EMPTY;
    return inTurn(recording.decoder.end(), () => {
      recording.flush();
      recording.decoder.free?.();
      if (this.#recording === recording) this.#recording = undefined;
      return recording.take();
    });
  }
}

function appended(first: Uint8Array, second: Pcm): Pcm {
  if (second instanceof Promise) return second.then((pcm) => appended(first, pcm));
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  return Buffer.concat([first, second]);
}

/** @throws AsrError `BAD_AUDIO` for bytes that are too few to be audio. */
export function checkEnough(info: AudioInfo | undefined, bytes: number): void {
  if (info && info.seconds > 0) return;
  const amount = bytes === 1 ? 'one byte' : `${bytes} bytes`;
  throw new AsrError(
    'BAD_AUDIO',
    info
      ? `There is no audio in it: ${amount} of ${info.container} (${info.codec}) without a whole sample.`
      : `The audio is ${amount}, less than a sample.`,
  );
}
