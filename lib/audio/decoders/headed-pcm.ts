import { AsrError } from '../../vocabulary/errors';
import { ByteQueue } from '../bytes';
import { pcmCodecName } from '../pcm-format';
import type { PcmFormat } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';
import { PcmDecoder } from './pcm';

/** What a header says of the raw samples behind it. */
export interface PcmHeader {
  pcm: PcmFormat;
  channels: number;
  rateHz: number;
  /** Bytes of audio; `Infinity` where a live recorder did not know. */
  dataBytes: number;
  /** Where the audio begins. */
  dataOffset: number;
  /** Bytes behind the audio that are not audio, such as tags. */
  trailingBytes: number;
}

/** A file of a header and raw samples. */
export interface PcmContainer {
  container: string;
  /** As people say it, at the beginning of a sentence. */
  name: string;
  /**
   * `undefined` while it does not end in these bytes.
   * @throws AsrError `BAD_AUDIO`
   */
  readHeader: (bytes: Buffer) => PcmHeader | undefined;
}

/** WAV, AIFF and AU: a header, samples, and what follows. */
export class HeadedPcmDecoder implements Decoder {
  rest: Uint8Array | undefined;
  readonly #container: PcmContainer;
  readonly #output: DecoderOutput;
  readonly #header = new ByteQueue();
  #samples: PcmDecoder | undefined;
  /** Bytes of audio still to come. */
  #audioBytes = 0;
  #trailingBytes = 0;

  constructor(container: PcmContainer, output: DecoderOutput) {
    this.#container = container;
    this.#output = output;
  }

  write(bytes: Uint8Array): void {
    if (this.#samples) {
      this.#read(bytes, this.#samples);
      return;
    }
    this.#header.push(bytes);
    const header = this.#container.readHeader(this.#header.bytes);
    if (!header) return;
    const { pcm, channels, rateHz, dataBytes, dataOffset, trailingBytes } = header;
    this.#samples = new PcmDecoder(pcm, channels, this.#output);
    this.#audioBytes = dataBytes;
    this.#trailingBytes = trailingBytes;
    const { container } = this.#container;
    this.#output.describe({ container, codec: pcmCodecName(pcm), rateHz, channels, bits: pcm.bits });
    const behind = this.#header.bytes.subarray(dataOffset);
    this.#header.clear();
    this.#read(behind, this.#samples);
  }

  end(): void {
    if (!this.#samples) {
      throw new AsrError('BAD_AUDIO', `${this.#container.name} ends within its header.`);
    }
    if (this.#audioBytes > 0 && this.#audioBytes !== Infinity) this.#output.cut();
  }

  #read(bytes: Uint8Array, samples: PcmDecoder): void {
    const audio = bytes.subarray(0, Math.min(bytes.length, this.#audioBytes));
    samples.write(audio);
    this.#audioBytes -= audio.length;
    if (this.#audioBytes > 0) return;
    const behind = bytes.subarray(audio.length);
    const trailing = Math.min(behind.length, this.#trailingBytes);
    this.#trailingBytes -= trailing;
    if (this.#trailingBytes === 0) this.rest = behind.subarray(trailing);
  }
}
