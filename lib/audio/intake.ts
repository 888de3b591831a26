import { asAsrError } from '../vocabulary/errors';
import { ByteQueue, joined } from './bytes';
import { createDecoder } from './decoders';
import type { Doctor } from './doctor';
import type { AudioFormatHints, AudioInfo, SourceFormat } from './format';
import { IntakeInput, SLICE_BYTES } from './intake-input';
import { Recording } from './recording';
import { identify } from './sniff';
import { Turns } from './turns';

const EMPTY = new Uint8Array(0);
const NO_HINTS: AudioFormatHints = {};
/** What is right as it is passes at once. */
const MAX_PASSED_BYTES = 256 * 1024;
/** As much of recordings that are over comes out at once. */
const MAX_READY_BYTES = 32 * 1024;
/** As much is read at once where nothing comes out of it. */
const MAX_READ_BYTES = 1024 * 1024;

/** PCM, or, where a decoder has to be loaded or asked, a promise of it. */
export type Pcm = Uint8Array | Promise<Uint8Array>;

/**
 * Bytes of audio as they arrive -> 16-bit little-endian mono PCM at one rate, an even number of bytes each time.
 *
 * Takes every format that there is a decoder for, in chunks of any size, one recording after the other. Raw PCM that is
 * already right passes through at once and without a copy. What comes out at once is bounded: while `isPending`, there
 * is more of what was written, and `read` gives it. A call must wait for the promise of the one before, and all must be
 * read before the next chunk, pause or end.
 */
export class AudioIntake {
  /** Of the event loop, for whoever reads in a loop. */
  readonly turns = new Turns();
  readonly #rateHz: (source: SourceFormat) => number;
  readonly #defaultRateHz: number;
  /** Bytes that do not tell yet what they are. */
  readonly #head = new ByteQueue();
  #hints = NO_HINTS;
  #recording: Recording | undefined;
  #lastDoctor: Doctor | undefined;
  readonly #input = new IntakeInput();
  /** What is to be done once all input has been decoded. */
  #stop: 'pause' | 'leave' | 'end' | undefined;
  /** Whether the decoder has been told of the pause. */
  #hasPaused = false;
  /** Whether the decoder has been told of its end, and gives what is left. */
  #isEnding = false;
  /** PCM of recordings that are over, before that of the present one. */
  #ready: Uint8Array[] = [];
  /** Thrown once what came before it has been given. */
  #failure: Error | undefined;

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

  /** Whether `read` gives more without another byte. */
  get isPending(): boolean {
    return (
      !this.#input.isEmpty ||
      this.#stop !== undefined ||
      this.#isEnding ||
      this.#failure !== undefined ||
      this.#recording?.isPending === true
    );
  }

  /**
   * The PCM that is ready. It may share memory with `bytes`. The caller may use `bytes` again after the call, but for more
   * than a megabyte of them, which must stay as they are while `isPending`.
   * @throws AsrError `BAD_AUDIO`, also by the promise; the recording is over then and the next call begins another.
   */
  write(bytes: Uint8Array, hints: AudioFormatHints = NO_HINTS): Pcm {
    if (bytes.length === 0) return EMPTY;
    if (this.#passes(bytes, hints)) return bytes;
    this.#input.write(bytes, hints);
    const pcm = this.read();
    this.#input.keep();
    return pcm;
  }

  /** More of the PCM of what was written. */
  read(): Pcm {
    try {
      const work = this.#run(MAX_READ_BYTES);
      if (!work) return this.#take();
      return work.then(() => this.#take()).catch((error: unknown) => this.#failed(error));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /**
   * Gives what is ready and may be heard now, with the end of the filter. The recording may go on: the next bytes
   * belong to it, unless they begin another.
   */
  pause(): Pcm {
    this.#stop = 'pause';
    return this.read();
  }

  /** As `end`, but a recording that has not ended is only paused; `detach` gives it then. */
  leave(): Pcm {
    this.#stop = 'leave';
    return this.read();
  }

  /** @internal The recording that is under way, which is nobody's here any more. */
  detach(): Recording | undefined {
    const recording = this.#recording;
    if (!recording || this.isPending) return undefined;
    this.#recording = undefined;
    recording.doctor.isCut = false;
    return recording;
  }

  /** @internal Goes on with a recording that was detached somewhere else. */
  resume(recording: Recording): void {
    this.#recording = recording;
    this.#lastDoctor = recording.doctor;
  }

  /** Gives all that is left. The next bytes begin a recording. */
  end(): Pcm {
    this.#stop = 'end';
    return this.read();
  }

  /** Forgets what was begun and releases what it needs. */
  reset(): void {
    this.#recording?.decoder.free?.();
    this.#recording = undefined;
    this.#head.clear();
    this.#input.clear();
    this.#stop = undefined;
    this.#hasPaused = false;
    this.#isEnding = false;
    this.#ready = [];
    this.#failure = undefined;
  }

  /** @internal What watches the recording that is coming, or the last one. */
  get doctor(): Doctor | undefined {
    return this.#lastDoctor;
  }

  /** @internal The same where raw PCM comes that is right as it is and nothing of it waits: more of it may go past this. */
  get passingDoctor(): Doctor | undefined {
    const recording = this.#recording;
    if (recording?.kind !== 'raw' || !recording.isPassing) return undefined;
    return recording.decoder.passes?.(EMPTY) === true ? recording.doctor : undefined;
  }

  /** The short way of live audio. */
  #passes(bytes: Uint8Array, hints: AudioFormatHints): boolean {
    const recording = this.#recording;
    if (!recording?.isPassing || bytes.length > MAX_PASSED_BYTES || this.isPending) return false;
    return !recording.isOverWith(bytes, hints) && recording.passes(bytes);
  }

  /** Decodes until enough has come out, or there is nothing more to do. */
  #run(maxBytes: number): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    let read = 0;
    while (this.isPending && read < maxBytes && !this.#hasEnough()) {
      read += Math.min(SLICE_BYTES, this.#input.first.length);
      const step = this.#step();
      if (step) return step.then(() => this.#run(maxBytes - read));
    }
  }

  #hasEnough(): boolean {
    const readyBytes = this.#ready.reduce((sum, { length }) => sum + length, 0);
    return readyBytes >= MAX_READY_BYTES || this.#recording?.hasEnough === true;
  }

  #step(): void | Promise<void> {
    const recording = this.#recording;
    if (recording?.isPending) return recording.read();
    if (recording && this.#isEnding) {
      this.#close(recording);
      return;
    }
    if (recording?.decoder.rest) {
      const { rest } = recording.decoder;
      recording.doctor.bytes -= rest.length;
      if (rest.length > 0) this.#input.putBack(Uint8Array.from(rest));
      return this.#endRecording(recording, true);
    }
    if (!this.#input.isEmpty) return this.#writeSlice();
    if (this.#stop === 'leave') return recording?.mayGoOn ? this.#pause() : this.#end();
    return this.#stop === 'pause' && !recording?.decoder.endsAtPause ? this.#pause() : this.#end();
  }

  #writeSlice(): void | Promise<void> {
    const recording = this.#recording;
    const isChunkStart = this.#input.takeChunkStart();
    // That it was cut off must not cost the beginning of the other.
    if (recording && isChunkStart && recording.isOverWith(this.#input.first, this.#input.hints))
      return this.#endRecording(recording, true);
    const slice = this.#input.takeSlice(recording?.sliceBytes ?? SLICE_BYTES);
    if (recording) return recording.write(slice);
    this.#begin(slice, this.#input.hints, false);
  }

  #begin(bytes: Uint8Array, hints: AudioFormatHints, isAll: boolean): void {
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
      return;
    }
    this.#input.putBack(head === bytes ? bytes : Uint8Array.from(head));
    this.#head.clear();
    const { kind } = identity;
    const { channel } = hints;
    const target = { rateHz: this.#rateHz, ...(channel !== undefined && { channel }) };
    const recording = new Recording({ target, kind, hints }, (output) =>
      createDecoder(identity, hints, this.#defaultRateHz, output),
    );
    this.#recording = recording;
    this.#lastDoctor = recording.doctor;
  }

  #pause(): void | Promise<void> {
    const recording = this.#recording;
    if (!recording && this.#head.length > 0) {
      // All that waits is the whole beginning.
      this.#begin(EMPTY, this.#hints, true);
      return;
    }
    if (recording && !this.#hasPaused) {
      this.#hasPaused = true;
      return recording.decoder.pause?.();
    }
    recording?.flush();
    if (this.#stop === 'leave' && recording?.decoder.isShort) recording.doctor.isCut = true;
    this.#hasPaused = false;
    this.#stop = undefined;
  }

  #end(): void | Promise<void> {
    if (this.#recording) return this.#endRecording(this.#recording, false);
    if (this.#head.length > 0) this.#begin(EMPTY, this.#hints, true);
    else this.#stop = undefined;
  }

  /** @param isAbandoned Whether another one follows. */
  #endRecording(recording: Recording, isAbandoned: boolean): void | Promise<void> {
    this.#isEnding = true;
    return recording.end(isAbandoned);
  }

  #close(recording: Recording): void {
    const pcm = recording.close();
    if (pcm.length > 0) this.#ready.push(pcm);
    this.#recording = undefined;
    this.#isEnding = false;
    if (this.#input.isEmpty && this.#stop === 'end') this.#stop = undefined;
  }

  #take(): Uint8Array {
    const pcm = this.#recording?.take() ?? EMPTY;
    const ready = this.#ready;
    if (ready.length === 0) return pcm;
    this.#ready = [];
    if (pcm.length > 0) ready.push(pcm);
    return joined(ready);
  }

  /** What was decoded before the error is given first. */
  #failed(error: unknown): Uint8Array {
    const pcm = this.#take();
    this.reset();
    if (pcm.length === 0) throw error;
    this.#failure = asAsrError(error, 'BAD_AUDIO', 'The audio cannot be read');
    return pcm;
  }
}
