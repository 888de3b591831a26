import { AsrError } from '../../vocabulary/errors';
import type { SourceFormat } from '../format';
import type { AudioBlock } from './decoder';

/** Opus always runs at this rate; the encoder's input was resampled to it. */
export const OPUS_RATE_HZ = 48_000;
const MAX_PACKET_SAMPLES = 5760;
const MAX_FRAME_BYTES = 1275;
const MAX_PACKET_BYTES = 3840;
/** By configuration number, in tenths of milliseconds (RFC 6716, table 2). */
const SILK_FRAMES = [100, 200, 400, 600];
const HYBRID_FRAMES = [100, 200];
const CELT_FRAMES = [25, 50, 100, 200];

/** The settings that a decoder needs before the first packet. */
export interface OpusSetup {
  channels: number;
  /** Samples to be dropped at the beginning. */
  preSkip: number;
  /** Linear factor. */
  gain: number;
  /** Rate of the encoder's input; 0 when it is unknown. */
  originalRateHz: number;
  /** Set for more than two channels. */
  mapping?: { streams: number; coupled: number; table: number[] };
}

/** The description of Opus audio in a container. */
export function opusFormat(
  container: 'ogg' | 'webm' | 'mp4',
  { channels, originalRateHz }: OpusSetup,
): SourceFormat {
  const format: SourceFormat = { container, codec: 'opus', rateHz: OPUS_RATE_HZ, channels };
  return originalRateHz > 0 ? { ...format, originalRateHz } : format;
}

interface LibOpus {
  decodeFrame: (packet: Uint8Array) => { channelData: Float32Array[]; samplesDecoded: number };
  free: () => void;
}

/** Decodes Opus packets into samples at 48 kHz. */
export class OpusPacketDecoder {
  readonly #library: LibOpus;
  readonly #setup: OpusSetup;

  private constructor(library: LibOpus, setup: OpusSetup) {
    this.#library = library;
    this.#setup = setup;
  }

  /** Loads libopus, a WebAssembly module that is loaded only with the first Opus audio. */
  static async load(setup: OpusSetup): Promise<OpusPacketDecoder> {
    const { OpusDecoder } = await import('opus-decoder');
    const { channels, mapping } = setup;
    const library = new OpusDecoder({
      channels,
      sampleRate: OPUS_RATE_HZ,
      ...(mapping && {
        streamCount: mapping.streams,
        coupledStreamCount: mapping.coupled,
        channelMappingTable: mapping.table,
      }),
    });
    await library.ready;
    return new OpusPacketDecoder(library, setup);
  }

  /** The samples of the packet; `undefined` when it is damaged. */
  decode(packet: Uint8Array): AudioBlock | undefined {
    // The library writes to the console about an invalid packet, and beyond its memory with one that is too large.
    const isSound = this.#setup.mapping ? packet.length > 0 : isOpusPacket(packet);
    if (!isSound || packet.length > MAX_PACKET_BYTES * this.#setup.channels) return undefined;
    const { channelData, samplesDecoded } = this.#library.decodeFrame(packet);
    if (samplesDecoded === 0) return undefined;
    const { gain } = this.#setup;
    if (gain !== 1) {
      for (const samples of channelData) {
        for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] ?? 0) * gain;
      }
    }
    return channelData;
  }

  free(): void {
    this.#library.free();
  }
}

/**
 * Reads an `OpusHead` (RFC 7845, 5.1).
 * @throws AsrError `BAD_AUDIO`
 */
export function readOpusHead(packet: Uint8Array): OpusSetup {
  const view = Buffer.from(packet);
  const isHead = view.length >= 19 && view.toString('latin1', 0, 8) === 'OpusHead';
  const channels = isHead ? view.readUInt8(9) : 0;
  const isMajorVersionKnown = isHead && view.readUInt8(8) < 16;
  if (!isMajorVersionKnown || channels === 0) throw damaged();
  const setup: OpusSetup = {
    channels,
    preSkip: view.readUInt16LE(10),
    originalRateHz: view.readUInt32LE(12),
    gain: 10 ** (view.readInt16LE(16) / 256 / 20),
  };
  const family = view.readUInt8(18);
  if (family === 0) {
    if (channels > 2) throw damaged();
    return setup;
  }
  if (view.length < 21 + channels) throw damaged();
  const streams = view.readUInt8(19);
  const coupled = view.readUInt8(20);
  const table = [...view.subarray(21, 21 + channels)];
  const isSound = streams > 0 && coupled <= streams && streams + coupled <= 255;
  if (!isSound || channels > 64 || table.some((index) => index !== 255 && index >= streams + coupled)) {
    throw damaged();
  }
  return { ...setup, mapping: { streams, coupled, table } };
}

/** Samples in a packet at 48 kHz; 0 when it is damaged. */
export function opusPacketSamples(packet: Uint8Array): number {
  const [toc] = packet;
  if (toc === undefined) return 0;
  const configuration = toc >> 3;
  const tenths =
    configuration < 12
      ? SILK_FRAMES[configuration & 3]
      : configuration < 16
        ? HYBRID_FRAMES[configuration & 1]
        : CELT_FRAMES[configuration & 3];
  const frames = (toc & 3) === 0 ? 1 : (toc & 3) < 3 ? 2 : (packet[1] ?? 0) & 63;
  const samples = ((tenths ?? 0) * frames * OPUS_RATE_HZ) / 10_000;
  return samples <= MAX_PACKET_SAMPLES ? samples : 0;
}

/** Whether the lengths in a packet are valid (RFC 6716, 3.2 and 3.4). */
export function isOpusPacket(packet: Uint8Array): boolean {
  if (opusPacketSamples(packet) === 0) return false;
  switch ((packet[0] ?? 0) & 3) {
    case 0:
      return packet.length - 1 <= MAX_FRAME_BYTES;
    case 1:
      return packet.length % 2 === 1 && (packet.length - 1) / 2 <= MAX_FRAME_BYTES;
    case 2: {
      const first = frameLength(packet, 1);
      if (!first) return false;
      const second = packet.length - first.end - first.length;
      return second >= 0 && second <= MAX_FRAME_BYTES;
    }
    default:
      return areLengthsInOrder(packet);
  }
}

/** Code 3: any number of frames, with padding. */
function areLengthsInOrder(packet: Uint8Array): boolean {
  const flags = packet[1];
  if (flags === undefined) return false;
  const frames = flags & 63;
  let at = 2;
  let padding = 0;
  if (flags & 0x40) {
    let more: number | undefined;
    do {
      more = packet[at];
      if (more === undefined) return false;
      at += 1;
      padding += more === 255 ? 254 : more;
    } while (more === 255);
  }
  let left = packet.length - padding;
  if (!(flags & 0x80)) {
    left -= at;
    return left >= 0 && left % frames === 0 && left / frames <= MAX_FRAME_BYTES;
  }
  for (let frame = 1; frame < frames; frame++) {
    const next = frameLength(packet, at);
    if (!next) return false;
    at = next.end;
    left -= next.length;
  }
  return left - at >= 0 && left - at <= MAX_FRAME_BYTES;
}

function frameLength(packet: Uint8Array, at: number): { length: number; end: number } | undefined {
  const first = packet[at];
  if (first === undefined) return undefined;
  if (first < 252) return { length: first, end: at + 1 };
  const second = packet[at + 1];
  return second === undefined ? undefined : { length: first + 4 * second, end: at + 2 };
}

function damaged(): AsrError {
  return new AsrError('BAD_AUDIO', 'The Opus audio has a damaged header, or one of a later version.');
}
