import { AsrError } from '../../vocabulary/errors';
import { ByteQueue } from '../bytes';
import { pcmCodecName } from '../pcm-format';
import type { PcmFormat } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';
import { id3Length } from './mp3-frames';
import { PcmDecoder } from './pcm';
import { Trailer } from './trailer';

/** The description of the raw samples behind a header. */
export interface PcmHeader {
  pcm: PcmFormat;
  channels: number;
  rateHz: number;
  /** Bytes of audio; `Infinity` where a live recorder did not know. */
  dataBytes: number;
  /** Where the audio begins. */
  dataOffset: number;
}

/** A file that consists of a header and raw samples. */
export interface PcmContainer {
  container: string;
  /** The name for people, at the beginning of a sentence. */
  name: string;
  /** ffmpeg's name, for compressed audio behind such a header. */
  demuxer: string;
  /** Byte order of the sizes of its chunks, where it consists of chunks. */
  chunks?: 'little' | 'big';
  /**
   * `undefined` while the header does not end in these bytes.
   * @throws CompressedError, or AsrError `BAD_AUDIO`
   */
  readHeader: (bytes: Buffer) => PcmHeader | undefined;
}

/** The header is valid, but describes no raw samples. ffmpeg may know the format. */
export class CompressedError extends AsrError {}

/** WAV, AIFF and AU: a header, samples, and what follows. */
export class HeadedPcmDecoder implements Decoder {
  readonly #container: PcmContainer;
  readonly #output: DecoderOutput;
  readonly #createOther: ((demuxer: string, error: AsrError) => Decoder) | undefined;
  readonly #header = new ByteQueue();
  #samples: PcmDecoder | undefined;
  /** Decodes compressed audio. */
  #other: Decoder | undefined;
  #trailer: Trailer | undefined;
  /** Bytes of audio that are still to come. */
  #audioBytes = 0;
  /** Bytes of a tag before the header. */
  #tagBytes = 0;

  /** @param createOther Creates the decoder for compressed audio behind a header. */
  constructor(
    container: PcmContainer,
    output: DecoderOutput,
    createOther?: (demuxer: string, error: AsrError) => Decoder,
  ) {
    this.#container = container;
    this.#output = output;
    this.#createOther = createOther;
  }

  get isPending(): boolean {
    return this.#other?.isPending ?? false;
  }

  get sliceBytes(): number | undefined {
    return this.#samples?.sliceBytes;
  }

  get rest(): Uint8Array | undefined {
    return this.#other?.rest ?? this.#trailer?.rest;
  }

  /** After the end of the audio, data behind a pause is something else. */
  get endsAtPause(): boolean {
    return this.#other?.endsAtPause ?? (this.#samples !== undefined && this.#audioBytes === 0);
  }

  /** Pictures before and behind the audio have marks of their own. */
  owns(chunk: Uint8Array): boolean {
    if (this.#other) return this.#other.owns?.(chunk) ?? false;
    if (this.#trailer && this.#audioBytes === 0) return this.#trailer.owns;
    return !this.#samples && this.#header.length >= 12 && !startsLike(chunk, this.#header.bytes);
  }

  /** Only the header describes the samples. */
  goesOnWith(chunk: Uint8Array): boolean {
    if (this.#other) return this.#other.goesOnWith?.(chunk) ?? false;
    return this.#samples !== undefined && this.#audioBytes > 0;
  }

  get isShort(): boolean {
    return this.#audioBytes > 0 && this.#audioBytes !== Infinity;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.#other) return this.#other.write(bytes);
    if (this.#samples) {
      this.#read(bytes, this.#samples);
      return;
    }
    return this.#readHeader(bytes);
  }

  read(): void | Promise<void> {
    return this.#other?.read?.();
  }

  end(): void | Promise<void> {
    if (this.#other) return this.#other.end();
    if (!this.#samples) {
      throw new AsrError('BAD_AUDIO', `${this.#container.name} ends within its header.`);
    }
    if (this.isShort) this.#output.cut();
    this.#trailer?.end();
  }

  free(): void {
    this.#other?.free?.();
  }

  #readHeader(bytes: Uint8Array): void | Promise<void> {
    this.#header.push(bytes);
    if (this.#tagBytes === 0) this.#tagBytes = id3Length(this.#header.bytes);
    const head = this.#header.bytes.subarray(this.#tagBytes);
    let header: PcmHeader | undefined;
    try {
      header = this.#container.readHeader(head);
    } catch (error) {
      if (!(error instanceof CompressedError) || !this.#createOther) throw error;
      this.#other = this.#createOther(this.#container.demuxer, error);
      this.#header.clear();
      return this.#other.write(Uint8Array.from(head));
    }
    if (!header) return;
    const { pcm, channels, rateHz, dataBytes, dataOffset } = header;
    this.#samples = new PcmDecoder(pcm, channels, this.#output);
    this.#audioBytes = dataBytes;
    if (dataBytes !== Infinity) {
      this.#trailer = new Trailer(this.#container.chunks, dataBytes);
    }
    const { container } = this.#container;
    this.#output.describe({ container, codec: pcmCodecName(pcm), rateHz, channels, bits: pcm.bits });
    const behind = head.subarray(dataOffset);
    this.#header.clear();
    this.#read(behind, this.#samples);
  }

  #read(bytes: Uint8Array, samples: PcmDecoder): void {
    const audio = bytes.subarray(0, Math.min(bytes.length, this.#audioBytes));
    if (audio.length > 0) samples.write(audio);
    this.#audioBytes -= audio.length;
    if (audio.length === bytes.length) return;
    const more = this.#trailer?.write(bytes.subarray(audio.length));
    if (!more) return;
    // The size was too small, as a recorder writes it first and never corrects it. The samples go on.
    this.#output.cut();
    this.#audioBytes = Infinity;
    samples.write(more);
  }
}

function startsLike(chunk: Uint8Array, header: Buffer): boolean {
  return (
    header.subarray(0, 4).equals(chunk.subarray(0, 4)) && header.subarray(8, 12).equals(chunk.subarray(8, 12))
  );
}
