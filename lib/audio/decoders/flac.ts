import { AsrError } from '../../vocabulary/errors';
import { beginsRecording, BEGINNING_BYTES } from '../beginnings';
import { ByteQueue, hasText } from '../bytes';
import { kernel } from '../../base/kernel';
import { isRate } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';
import { FlacDamage, NO_STREAM_INFO, OutOfBytes, readFlacFrame } from './flac-frame';
import type { FlacFrame, FlacStreamInfo } from './flac-frame';
import { tagLength } from '../tags';
import { id3Length } from './mp3-frames';

const STREAMINFO_BYTES = 34;
/** A frame of 8 channels with 65535 samples of 32 bits would be larger, but no encoder writes such frames. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** FLAC (RFC 9639). */
export class FlacDecoder implements Decoder {
  /** Decoding stops between two frames where enough has come out. */
  readonly sliceBytes = 64 * 1024;
  rest: Uint8Array | undefined;
  readonly #output: DecoderOutput;
  readonly #kernel = kernel();
  readonly #queue = new ByteQueue();
  #hasBegun = false;
  #info: FlacStreamInfo | undefined;
  /** Whether all metadata has passed. */
  #isInFrames = false;
  /** Bytes of metadata to be skipped. */
  #skip = 0;
  /** Decoding of a frame is not tried again before this many bytes are there. */
  #neededBytes = 0;
  /** Whether frames have followed each other without a gap. */
  #isInSync = true;
  /** Whether bytes follow: at once, at some time (the present ones may be a whole frame), or never. */
  #coming: 'more' | 'later' | 'none' = 'more';
  #canReadMore = false;
  #described = '';

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  get isPending(): boolean {
    return this.#canReadMore;
  }

  write(bytes: Uint8Array): void {
    this.#coming = 'more';
    this.#queue.push(bytes);
    this.read();
  }

  pause(): void {
    this.#coming = 'later';
    this.read();
  }

  goesOnWith([first, second = 0]: Uint8Array): boolean {
    return this.#queue.length > 0 || (first === 0xff && (second & 0xfe) === 0xf8);
  }

  end(): void {
    if (!this.#isInFrames) throw new AsrError('BAD_AUDIO', 'The FLAC file ends before its audio begins.');
    this.#coming = 'none';
    this.read();
  }

  read(): void {
    this.#canReadMore = true;
    while (this.#canReadMore && !this.#output.isFull()) {
      this.#canReadMore = !this.rest && (this.#isInFrames ? this.#readFrame() : this.#readMetadata());
    }
  }

  /** Pictures in the metadata have marks of their own, and tags may follow the audio. */
  owns(chunk: Uint8Array): boolean {
    const isInMetadata = !this.#isInFrames || (this.#skip > 0 && this.#skip !== Infinity);
    return isInMetadata || hasText(chunk, 0, 'ID3');
  }

  #readMetadata(): boolean {
    const skipped = Math.min(this.#skip, this.#queue.length);
    this.#skip -= skipped;
    this.#queue.skip(skipped);
    const view = this.#queue.bytes;
    if (!this.#hasBegun) {
      if (view.length < 10) return false;
      this.#skip = id3Length(view);
      if (this.#skip > 0) return true;
      this.#hasBegun = true;
      if (!hasText(view, 0, 'fLaC')) {
        // The data begins with a frame, or within one.
        this.#info = NO_STREAM_INFO;
        this.#isInFrames = true;
        return true;
      }
      this.#queue.skip(4);
      return true;
    }
    if (view.length < 4) return false;
    const type = view.readUInt8(0) & 0x7f;
    const size = view.readUIntBE(1, 3);
    if (type === 0) {
      if (view.length < 4 + STREAMINFO_BYTES) return false;
      this.#info = readStreamInfo(view.subarray(4));
      this.#describe(this.#info);
    }
    this.#isInFrames = view.readUInt8(0) >= 0x80;
    this.#skip = 4 + size;
    if (this.#isInFrames && !this.#info) {
      throw new AsrError('BAD_AUDIO', 'The FLAC file has no STREAMINFO in front of its audio.');
    }
    if (!this.#isInFrames) return this.#queue.length > 0;
    // The last block of metadata is skipped where frames are read.
    return true;
  }

  #readFrame(): boolean {
    const coming = this.#coming;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, this.#queue.length);
      this.#skip -= skipped;
      this.#queue.skip(skipped);
      if (this.#skip > 0) return false;
    }
    const info = this.#info;
    const view = this.#queue.bytes;
    if (!info || view.length < 2 || (view.length < this.#neededBytes && coming === 'more')) return false;
    try {
      const frame = readFlacFrame(view, info);
      this.#queue.skip(frame.bytes);
      this.#neededBytes = 0;
      this.#isInSync = true;
      this.#emit(frame);
      return this.#queue.length > 0;
    } catch (error) {
      if (error instanceof OutOfBytes && view.length < MAX_FRAME_BYTES && coming !== 'none') {
        // Not tried again at each byte, so that the work for a frame stays in proportion to its size. The largest
        // frame size in the file is only a hint and may be wrong.
        const usual = view.length < info.maxFrameBytes ? info.maxFrameBytes : MAX_FRAME_BYTES;
        this.#neededBytes = Math.min(view.length + Math.max(64, view.length >> 2), usual);
        return false;
      }
      if (error instanceof OutOfBytes || error instanceof FlacDamage) return this.#leaveFrames(view);
      throw error;
    }
  }

  /** Handles bytes that are no frame: another recording, tags behind the audio, or damage. */
  #leaveFrames(view: Buffer): boolean {
    this.#neededBytes = 0;
    if (this.#isInSync && view.length < BEGINNING_BYTES && this.#coming === 'more') {
      this.#neededBytes = BEGINNING_BYTES;
      return false;
    }
    if (this.#isInSync && beginsRecording(view) && !hasText(view, 0, 'ID3')) {
      this.rest = Uint8Array.from(view);
      return false;
    }
    const tag = this.#isInSync ? tagLength(view) : 0;
    if (tag > 0) {
      this.#skip = tag;
      return true;
    }
    this.#output.cut();
    this.#isInSync = false;
    const next = view.indexOf(0xff, 1);
    this.#queue.skip(next === -1 ? view.length : next);
    return next !== -1;
  }

  #emit({ rateHz, bits, channels, size }: FlacFrame): void {
    this.#describe({ rateHz, bits, channels });
    const most = this.#kernel.framesOf(channels);
    for (let from = 0; from < size; from += most) {
      const frames = Math.min(most, size - from);
      this.#output.emit(this.#kernel.flacBlock(channels, from, frames, 2 ** (1 - bits)));
    }
  }

  #describe({ rateHz, bits, channels }: Pick<FlacStreamInfo, 'rateHz' | 'bits' | 'channels'>): void {
    const description = `${rateHz} ${bits} ${channels}`;
    if (description === this.#described || !isRate(rateHz)) return;
    this.#described = description;
    this.#output.describe({ container: 'flac', codec: 'flac', rateHz, channels, bits });
  }
}

function readStreamInfo(view: Buffer): FlacStreamInfo {
  const packed = view.readUInt32BE(10);
  const info = {
    maxFrameBytes: view.readUIntBE(7, 3),
    rateHz: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bits: ((packed >>> 4) & 31) + 1,
  };
  if (isRate(info.rateHz)) return info;
  throw new AsrError(
    'BAD_AUDIO',
    `The FLAC file says it has a rate of ${info.rateHz} Hz: its header is damaged.`,
  );
}
