import { AsrError } from '../../vocabulary/errors';
import { beginsRecording, BEGINNING_BYTES } from '../beginnings';
import { ByteQueue, hasText } from '../bytes';
import { tagLength } from '../tags';
import type { Decoder, DecoderOutput } from './decoder';
import { readMp3Frame } from './mp3-frames';
import type { Mp3Frame } from './mp3-frames';

/** Two frames of the largest size, so that one is certainly found. */
const MIN_SYNC_BYTES = 4;
/** A file of another kind has no frame in this much. */
const MAX_SEARCH_BYTES = 1024 * 1024;

interface LibMpg123 {
  decode: (frames: Uint8Array) => { channelData: Float32Array[]; samplesDecoded: number };
  free: () => void;
}

/**
 * MP3 and the other layers of MPEG audio. Frames are found here and given whole to the library, which writes to the
 * console about everything else; tags and damage are left out.
 */
export class Mp3Decoder implements Decoder {
  rest: Uint8Array | undefined;
  readonly #output: DecoderOutput;
  readonly #queue = new ByteQueue();
  readonly #frames = new ByteQueue();
  #library: LibMpg123 | undefined;
  #first: Mp3Frame | undefined;
  /** Bytes of a tag that are still to come. */
  #tagBytes = 0;
  #searched = 0;
  #isInSync = false;
  /** Whether a tag came behind frames; what follows may be another file. */
  #isBehindTag = false;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#queue.push(bytes);
    this.#findFrames(false);
    return this.#decode();
  }

  /** A tag may stand between frames, and a picture in it has a mark of its own. */
  owns(chunk: Uint8Array): boolean {
    return (this.#tagBytes > 0 && this.#tagBytes !== Infinity) || hasText(chunk, 0, 'ID3');
  }

  goesOnWith(chunk: Uint8Array): boolean {
    return this.isShort || readMp3Frame(chunk, 0) !== undefined;
  }

  /** Whether part of a frame has come. */
  get isShort(): boolean {
    return this.#isInSync && readMp3Frame(this.#queue.bytes, 0) !== undefined;
  }

  end(): void | Promise<void> {
    this.#findFrames(true);
    if (!this.#first) throw new AsrError('BAD_AUDIO', 'The MP3 has no whole frame of audio.');
    if (this.isShort) this.#output.cut();
    return this.#decode();
  }

  free(): void {
    this.#library?.free();
    this.#library = undefined;
  }

  #findFrames(isEnd: boolean): void {
    while (!this.rest) {
      const skipped = Math.min(this.#tagBytes, this.#queue.length);
      this.#tagBytes -= skipped;
      this.#queue.skip(skipped);
      const { bytes } = this.#queue;
      if (bytes.length < 10 && !isEnd) return;
      if (bytes.length < MIN_SYNC_BYTES) return;
      const frame = readMp3Frame(bytes, 0);
      if (!frame && (this.#isInSync || !this.#first)) {
        if (bytes.length < BEGINNING_BYTES && !isEnd) return;
        this.#tagBytes = tagLength(bytes);
        // Zeros behind the audio are padding; before it they are a late start.
        if (this.#tagBytes === Infinity && !this.#first) this.#tagBytes = 0;
        this.#isBehindTag ||= this.#tagBytes > 0;
        if (this.#tagBytes > 0) continue;
        if (this.#first && beginsRecording(bytes)) {
          this.#leave(bytes);
          return;
        }
      }
      if (!frame || !this.#isLike(frame)) {
        if (frame && this.#isBehindTag && this.#first) {
          this.#leave(bytes);
          return;
        }
        if (!this.#search(bytes)) return;
        continue;
      }
      // Without the beginning of the next frame, four plausible bytes may be chance.
      const needed = frame.bytes + (this.#isInSync || isEnd ? 0 : MIN_SYNC_BYTES);
      if (bytes.length < needed) return;
      if (!this.#isInSync && !(isEnd && bytes.length < frame.bytes + MIN_SYNC_BYTES)) {
        const next = readMp3Frame(bytes, frame.bytes);
        if (next?.rateHz !== frame.rateHz) {
          this.#queue.skip(1);
          this.#searched += 1;
          continue;
        }
      }
      this.#take(frame, bytes);
    }
  }

  #leave(bytes: Buffer): void {
    this.rest = Uint8Array.from(bytes);
    this.#queue.clear();
  }

  #take(frame: Mp3Frame, bytes: Buffer): void {
    this.#isInSync = true;
    this.#isBehindTag = false;
    this.#searched = 0;
    if (!this.#first) {
      this.#first = frame;
      const codec = frame.layer === 3 ? 'mp3' : frame.layer === 2 ? 'mp2' : 'mp1';
      const { rateHz, channels } = frame;
      this.#output.describe({ container: 'mp3', codec, rateHz, channels });
    }
    this.#frames.push(bytes.subarray(0, frame.bytes));
    this.#queue.skip(frame.bytes);
  }

  /** Whether a frame can belong to the same file as the first one. */
  #isLike(frame: Mp3Frame): boolean {
    const first = this.#first;
    return !first || (first.rateHz === frame.rateHz && first.layer === frame.layer);
  }

  /** Skips bytes that are no frame. @returns Whether a frame may follow. */
  #search(bytes: Buffer): boolean {
    if (this.#isInSync && this.#first) this.#output.cut();
    this.#isInSync = false;
    const next = bytes.indexOf(0xff, 1);
    const passed = next === -1 ? bytes.length : next;
    this.#queue.skip(passed);
    this.#searched += passed;
    if (!this.#first && this.#searched > MAX_SEARCH_BYTES) {
      throw new AsrError('BAD_AUDIO', 'The MP3 has no frame of audio within its first 1 MiB.');
    }
    return next !== -1;
  }

  #decode(): void | Promise<void> {
    if (this.#frames.length === 0) return;
    if (!this.#library) {
      return load().then((library) => {
        this.#library = library;
        return this.#decode();
      });
    }
    const { channelData, samplesDecoded } = this.#library.decode(this.#frames.bytes);
    this.#frames.clear();
    // The library makes two channels of one.
    const channels = this.#first?.channels === 1 ? channelData.slice(0, 1) : channelData;
    if (samplesDecoded > 0) this.#output.emit(channels);
  }
}

/** Loads mpg123, a WebAssembly module that is loaded only with the first MP3. */
async function load(): Promise<LibMpg123> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const library = new MPEGDecoder();
  await library.ready;
  return library;
}
