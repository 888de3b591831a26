import { asAsrError } from '../vocabulary/errors';
import { joined } from './bytes';
import { createDecoder } from './decoders';
import type { Doctor } from './doctor';
import type { AudioFormatHints, AudioInfo, SourceFormat } from './format';
import { IntakeHead } from './intake-head';
import type { Identified } from './intake-head';
import { IntakeInput, SLICE_BYTES } from './intake-input';
import { Recording } from './recording';
import { MAX_TURN_MS, Turns } from './turns';

const EMPTY = new Uint8Array(0);
/** Each warning comes once, so that a few of many broken recordings tell enough. */
const MAX_OVER = 8;
const NO_HINTS: Readonly<AudioFormatHints> = {};
/** Limit for audio that passes through unchanged at once. */
const MAX_PASSED_BYTES = 256 * 1024;
/** Limit for how much of finished recordings comes out at once. */
const MAX_READY_BYTES = 32 * 1024;
/** Limit for how much is read at once where nothing comes out of it. */
const MAX_READ_BYTES = 1024 * 1024;

/** PCM, or a promise of it where a decoder has to be loaded or awaited. */
export type Pcm = Uint8Array | Promise<Uint8Array>;

/**
 * Converts bytes of audio, as they arrive, into 16-bit little-endian mono PCM at one rate, always in whole samples.
 *
 * It takes every format that has a decoder, in chunks of any size, one recording after the other. Raw PCM in the
 * right format passes through at once and without a copy. What comes out at once is bounded: while `isPending`, there
 * is more, and `read` gives it. A call must wait for the promise of the previous one, and everything must be read
 * before the next chunk, pause or end.
 */
export class AudioIntake {
  /** Turns of the event loop for a caller that reads in a loop. */
  readonly turns = new Turns();
  readonly #rateHz: (source: SourceFormat) => number;
  readonly #defaultRateHz: number;
  /** Bytes that do not tell yet what they are. */
  readonly #head = new IntakeHead();
  #recording: Recording | undefined;
  #lastDoctor: Doctor | undefined;
  /** Doctors of earlier recordings that have something to say, until somebody asks for them. */
  #over: Doctor[] = [];
  readonly #input = new IntakeInput();
  /** What is to be done once all input has been decoded. */
  #stop: 'pause' | 'leave' | 'end' | undefined;
  /** Whether the decoder has been told of the pause. */
  #hasPaused = false;
  /** Whether the decoder has been told of its end, and gives what is left. */
  #isEnding = false;
  /** PCM of finished recordings, before that of the present one. */
  #ready: Uint8Array[] = [];
  /** Thrown once everything before it has been given. */
  #failure: Error | undefined;

  /**
   * @param rateHz Rate of the result, or how it depends on the source.
   * @param defaultRateHz Rate of raw samples without a hint.
   */
  constructor(rateHz: number | ((source: SourceFormat) => number), defaultRateHz?: number) {
    this.#rateHz = typeof rateHz === 'number' ? () => rateHz : rateHz;
    this.#defaultRateHz = defaultRateHz ?? (typeof rateHz === 'number' ? rateHz : 16_000);
  }

  /** The description of the present recording, or of the last one. */
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
   * Takes bytes and returns the PCM that is ready, which may share memory with `bytes`. The caller may use `bytes`
   * again after the call; beyond a megabyte they must stay unchanged while `isPending`.
   * @throws AsrError `BAD_AUDIO`, or rejects with it; then the recording is over and the next call begins another.
   */
  write(bytes: Uint8Array, hints: AudioFormatHints = NO_HINTS): Pcm {
    if (bytes.length === 0) return EMPTY;
    if (this.#passes(bytes, hints)) return bytes;
    this.#input.write(bytes, hints);
    const pcm = this.read();
    this.#input.keep();
    return pcm;
  }

  /** More PCM of what was written. */
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
   * Gives everything that is ready, including the end of the filter. The recording may go on: the next bytes belong
   * to it, unless they begin another.
   */
  pause(): Pcm {
    this.#stop = 'pause';
    return this.read();
  }

  /** Works like `end`, but an unfinished recording is only paused; `detach` then returns it. */
  leave(): Pcm {
    this.#stop = 'leave';
    return this.read();
  }

  /** @internal Returns the present recording, which no longer belongs to this intake. */
  detach(): Recording | undefined {
    const recording = this.#recording;
    if (!recording || this.isPending) return undefined;
    this.#recording = undefined;
    recording.goOn();
    return recording;
  }

  /** @internal Goes on with a recording that was detached somewhere else. */
  resume(recording: Recording): void {
    this.#recording = recording;
    this.#lastDoctor = recording.doctor;
  }

  /** Gives everything that is left. The next bytes begin a recording. */
  end(): Pcm {
    this.#stop = 'end';
    return this.read();
  }

  /** Drops the present recording and releases its resources. */
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

  /** @internal The doctor of the present recording, or of the last one. */
  get doctor(): Doctor | undefined {
    return this.#lastDoctor;
  }

  /** @internal The doctor of the next earlier recording that has something to say. */
  nextOver(): Doctor | undefined {
    return this.#over.shift();
  }

  /** @internal The doctor, where raw PCM in the right format comes and none waits: more may bypass this intake. */
  get passingDoctor(): Doctor | undefined {
    const recording = this.#recording;
    if (recording?.kind !== 'raw' || !recording.isPassing) return undefined;
    return recording.decoder.passes?.(EMPTY) === true ? recording.doctor : undefined;
  }

  /** The direct way for live audio. */
  #passes(bytes: Uint8Array, hints: AudioFormatHints): boolean {
    const recording = this.#recording;
    if (!recording?.isPassing || bytes.length > MAX_PASSED_BYTES || this.isPending) return false;
    return !recording.isOverWith(bytes, hints) && recording.passes(bytes);
  }

  /** Decodes until enough has come out, or there is nothing more to do. */
  #run(maxBytes: number, begunAtMs = performance.now()): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    for (let left = maxBytes; this.isPending && left > 0 && !this.#hasEnough();) {
      left -= SLICE_BYTES;
      const step = this.#step();
      if (step) return step.then(() => this.#run(left, begunAtMs));
      if (left < MAX_READ_BYTES - 4 * SLICE_BYTES && performance.now() - begunAtMs > MAX_TURN_MS) return;
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
    // A recording that was cut off must not swallow the beginning of the next one.
    if (recording && isChunkStart && recording.isOverWith(this.#input.first, this.#input.hints))
      return this.#endRecording(recording, true);
    if (isChunkStart && this.#head.isOverWith(this.#input.first)) this.#addOver(this.#head.breakOff());
    const slice = this.#input.takeSlice(recording?.sliceBytes ?? SLICE_BYTES);
    if (recording) return recording.write(slice);
    const identified = this.#head.identify(slice, this.#input.hints);
    if (identified) this.#begin(identified);
  }

  #begin({ identity, bytes, hints }: Identified): void {
    this.#input.putBack(bytes);
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
    if (!recording && !this.#head.isEmpty) {
      this.#begin(this.#head.identifyAll());
      return;
    }
    if (recording && !this.#hasPaused) {
      this.#hasPaused = true;
      return recording.decoder.pause?.();
    }
    recording?.flush();
    if (this.#stop === 'leave' && recording) recording.leave();
    this.#hasPaused = false;
    this.#stop = undefined;
  }

  #end(): void | Promise<void> {
    if (this.#recording) return this.#endRecording(this.#recording, false);
    if (!this.#head.isEmpty) this.#begin(this.#head.identifyAll());
    else this.#stop = undefined;
  }

  /** @param isAbandoned Whether another recording follows. */
  #endRecording(recording: Recording, isAbandoned: boolean): void | Promise<void> {
    this.#isEnding = true;
    return recording.end(isAbandoned);
  }

  #close(recording: Recording): void {
    const pcm = recording.close();
    if (pcm.length > 0) this.#ready.push(pcm);
    this.#addOver(recording.doctor);
    this.#recording = undefined;
    this.#isEnding = false;
    if (this.#input.isEmpty && this.#stop === 'end') this.#stop = undefined;
  }

  #addOver(doctor: Doctor): void {
    doctor.isOver = true;
    if (doctor.hasToSay && this.#over.length < MAX_OVER) this.#over.push(doctor);
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
