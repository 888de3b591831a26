import { AsrError } from '../../errors';
import { ByteQueue } from '../bytes';
import { pcmCodecName } from '../pcm-format';
import { readWavHeader } from '../wav';
import type { Decoder, DecoderOutput } from './decoder';
import { PcmDecoder } from './pcm';

/** WAV and RF64 of raw samples, with headers as live recorders write them. */
export class WavDecoder implements Decoder {
  rest: Uint8Array | undefined;
  readonly #output: DecoderOutput;
  readonly #header = new ByteQueue();
  #samples: PcmDecoder | undefined;
  /** Bytes of audio still to come. */
  #audioBytes = 0;
  /** Bytes behind the audio that are not audio. */
  #trailingBytes = 0;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  write(bytes: Uint8Array): void {
    if (this.#samples) {
      this.#read(bytes, this.#samples);
      return;
    }
    this.#header.push(bytes);
    const wav = readWavHeader(this.#header.bytes);
    if (!wav) return;
    const { pcm, channels, rateHz } = wav;
    this.#samples = new PcmDecoder(pcm, channels, this.#output);
    this.#audioBytes = wav.dataBytes;
    this.#trailingBytes = wav.trailingBytes;
    this.#output.describe({ container: 'wav', codec: pcmCodecName(pcm), rateHz, channels, bits: pcm.bits });
    const behind = this.#header.bytes.subarray(wav.dataOffset);
    this.#header.clear();
    this.#read(behind, this.#samples);
  }

  end(): void {
    if (!this.#samples) throw new AsrError('BAD_AUDIO', 'The WAV ends within its header.');
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
