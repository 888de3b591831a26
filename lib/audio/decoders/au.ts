import { AsrError } from '../../errors';
import { ByteQueue } from '../bytes';
import { isChannelCount, isRate, pcmCodecName } from '../pcm-format';
import type { PcmFormat } from '../pcm-format';
import type { Decoder, DecoderOutput } from './decoder';
import { PcmDecoder } from './pcm';

const HEADER_BYTES = 24;
const MAX_HEADER_BYTES = 64 * 1024;
const ENCODINGS: Readonly<Record<number, PcmFormat>> = {
  1: { kind: 'mu-law', bits: 8, isBigEndian: true },
  2: { kind: 'signed', bits: 8, isBigEndian: true },
  3: { kind: 'signed', bits: 16, isBigEndian: true },
  4: { kind: 'signed', bits: 24, isBigEndian: true },
  5: { kind: 'signed', bits: 32, isBigEndian: true },
  6: { kind: 'float', bits: 32, isBigEndian: true },
  7: { kind: 'float', bits: 64, isBigEndian: true },
  27: { kind: 'a-law', bits: 8, isBigEndian: true },
};

/** Sun's `.au` and `.snd`, which telephones and voice mail systems write. */
export class AuDecoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #header = new ByteQueue();
  #samples: PcmDecoder | undefined;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  write(bytes: Uint8Array): void {
    if (this.#samples) {
      this.#samples.write(bytes);
      return;
    }
    this.#header.push(bytes);
    const view = this.#header.bytes;
    if (view.length < HEADER_BYTES) return;
    const offset = view.readUInt32BE(4);
    const code = view.readUInt32BE(12);
    const rateHz = view.readUInt32BE(16);
    const channels = view.readUInt32BE(20);
    const pcm = ENCODINGS[code];
    const isSound = offset >= HEADER_BYTES && offset <= MAX_HEADER_BYTES;
    if (!pcm || !isSound || !isRate(rateHz) || !isChannelCount(channels)) {
      throw new AsrError(
        'BAD_AUDIO',
        `The AU file says it has ${rateHz} Hz, ${channels} channel(s) and encoding ${code}; only raw samples are decoded.`,
      );
    }
    if (view.length < offset) return;
    this.#samples = new PcmDecoder(pcm, channels, this.#output);
    this.#output.describe({ container: 'au', codec: pcmCodecName(pcm), rateHz, channels, bits: pcm.bits });
    this.#samples.write(view.subarray(offset));
    this.#header.clear();
  }

  end(): void {
    if (!this.#samples) throw new AsrError('BAD_AUDIO', 'The AU file ends within its header.');
  }
}
