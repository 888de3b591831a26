import type { Decoder, DecoderOutput } from './decoder';
import { OPUS_RATE_HZ, OpusPacketDecoder, isOpusPacket } from './opus';

const CHANNELS = 2;

/** Raw Opus packets as RTP and voice chats carry them: each chunk is one packet, of one or two channels. */
export class OpusPacketsDecoder implements Decoder {
  readonly #output: DecoderOutput;
  #decoder: OpusPacketDecoder | undefined;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  write(packet: Uint8Array): void | Promise<void> {
    if (this.#decoder) {
      this.#decode(packet, this.#decoder);
      return;
    }
    // The decoder makes two equal channels of one; making one of these again costs no quality.
    const channels = isOpusPacket(packet) && ((packet[0] ?? 0) & 4) === 0 ? 1 : CHANNELS;
    this.#output.describe({ container: 'raw', codec: 'opus', rateHz: OPUS_RATE_HZ, channels });
    const kept = Uint8Array.from(packet);
    return OpusPacketDecoder.load({ channels: CHANNELS, preSkip: 0, gain: 1, originalRateHz: 0 }).then(
      (decoder) => {
        this.#decoder = decoder;
        this.#decode(kept, decoder);
      },
    );
  }

  /** A packet may begin with any byte. */
  owns(): boolean {
    return true;
  }

  end(): void {
    // A packet is complete or invalid.
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #decode(packet: Uint8Array, decoder: OpusPacketDecoder): void {
    const block = decoder.decode(packet);
    if (block) this.#output.emit(block);
    else this.#output.cut();
  }
}
