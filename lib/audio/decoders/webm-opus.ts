import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import type { AudioBlock, Decoder, DecoderOutput } from './decoder';
import { EbmlReader, readUnsigned, readVariable } from './ebml';
import { OPUS_RATE_HZ, opusFormat, OpusPacketDecoder, opusPacketSamples, readOpusHead } from './opus';
import type { OpusSetup } from './opus';

// Matroska's names (RFC 9559) for its numbers.
const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_NUMBER = 0xd7;
const CODEC_ID = 0x86;
const CODEC_PRIVATE = 0x63a2;
const CODEC_DELAY = 0x56aa;
const AUDIO = 0xe1;
const CHANNELS = 0x9f;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const DISCARD_PADDING = 0x75a2;

const ENTERED = new Set([EBML, SEGMENT, TRACKS, TRACK_ENTRY, AUDIO, CLUSTER, BLOCK_GROUP]);
const KEPT = new Set([
  TRACK_NUMBER,
  CODEC_ID,
  CODEC_PRIVATE,
  CODEC_DELAY,
  CHANNELS,
  SIMPLE_BLOCK,
  BLOCK,
  DISCARD_PADDING,
]);

interface Track {
  number: number;
  codec: string;
  head?: Uint8Array;
  delayNs?: number;
  channels: number;
}

/** A block's packets, with what is to be left out at its end. */
interface Waiting {
  packets: Uint8Array[];
  discardNs: number;
}

const NO_BLOCK: Waiting = { packets: [], discardNs: 0 };

/** The first Opus track of a WebM or Matroska file, as recorders in browsers write it and as muxers do. */
export class WebmOpusDecoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #reader: EbmlReader;
  readonly #waiting: Waiting[] = [];
  /** The block that is being decoded, and how many of its samples belong to the recording. */
  #block = NO_BLOCK;
  #nextPacket = 0;
  #samplesLeft = 0;
  /** A block whose group may still say what to leave out. */
  #open: Waiting | undefined;
  #tracks: Track[] = [];
  #track: Track | undefined;
  #setup: OpusSetup | undefined;
  #decoder: OpusPacketDecoder | undefined;
  #toSkip = 0;
  #hasBegun = false;

  constructor(output: DecoderOutput) {
    this.#output = output;
    this.#reader = new EbmlReader(ENTERED, KEPT, {
      onEnter: (id) => this.#enter(id),
      onElement: (id, content) => {
        this.#element(id, content);
      },
      onGap: () => {
        output.cut();
      },
    });
  }

  get isPending(): boolean {
    return this.#hasPackets();
  }

  get rest(): Uint8Array | undefined {
    return this.#reader.rest;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#reader.write(bytes);
    return this.read();
  }

  pause(): void | Promise<void> {
    this.#release();
    return this.read();
  }

  goesOnWith(chunk: Uint8Array): boolean {
    return this.#reader.goesOnWith(chunk);
  }

  end(): void | Promise<void> {
    if (!this.#track) throw new AsrError('BAD_AUDIO', 'The WebM file ends before its Opus audio begins.');
    if (this.#reader.isWithinElement && !this.rest) this.#output.cut();
    return this.pause();
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  /** @returns false before another file. */
  #enter(id: number): boolean {
    if (id === EBML) {
      if (this.#hasBegun) return false;
      this.#hasBegun = true;
    }
    // What a group says of its block has been said.
    if (id !== BLOCK_GROUP || this.#open) this.#release();
    if (id === TRACK_ENTRY) this.#tracks.push({ number: 0, codec: '', channels: 1 });
    if (id === CLUSTER) this.#chooseTrack();
    return true;
  }

  #element(id: number, content: Buffer): void {
    const track = this.#tracks.at(-1);
    switch (id) {
      case SIMPLE_BLOCK:
      case BLOCK:
        this.#release();
        this.#readBlock(content);
        if (id === SIMPLE_BLOCK) this.#release();
        return;
      case DISCARD_PADDING:
        if (this.#open && content.length > 0 && content.length <= 6) {
          this.#open.discardNs = content.readIntBE(0, content.length);
        }
        return;
      default:
        if (track) readTrackElement(track, id, content);
    }
  }

  #chooseTrack(): void {
    if (this.#track) return;
    const track = this.#tracks.find(({ codec }) => codec === 'A_OPUS');
    if (!track)
      throw new AsrError('BAD_AUDIO', 'The WebM file has no Opus audio in front of its first cluster.');
    this.#track = track;
    this.#tracks = [];
    const isHead = track.head && hasText(track.head, 0, 'OpusHead');
    const setup: OpusSetup =
      track.head && isHead
        ? readOpusHead(track.head)
        : { channels: Math.min(2, track.channels), preSkip: 0, gain: 1, originalRateHz: 0 };
    this.#setup = setup;
    this.#toSkip = track.delayNs === undefined ? setup.preSkip : samplesOf(track.delayNs);
    this.#output.describe(opusFormat('webm', setup));
  }

  #readBlock(block: Buffer): void {
    const track = readVariable(block, 0);
    if (!track || track.value !== this.#track?.number) return;
    const packets = readLaces(block, track.length);
    if (packets) this.#open = { packets, discardNs: 0 };
    else this.#output.cut();
  }

  #release(): void {
    if (this.#open) this.#waiting.push(this.#open);
    this.#open = undefined;
  }

  read(): void | Promise<void> {
    if (!this.#hasPackets() || !this.#setup) return;
    if (!this.#decoder) {
      return OpusPacketDecoder.load(this.#setup).then((decoder) => {
        this.#decoder = decoder;
        return this.read();
      });
    }
    while (this.#hasPackets() && !this.#output.isFull()) {
      const packet = this.#block.packets[this.#nextPacket];
      this.#nextPacket += 1;
      if (!packet) this.#openBlock(this.#waiting.shift() ?? NO_BLOCK);
      else {
        const block = this.#decoder.decode(packet);
        if (block) this.#emit(block);
        else this.#output.cut();
      }
    }
  }

  #hasPackets(): boolean {
    return this.#waiting.length > 0 || this.#nextPacket < this.#block.packets.length;
  }

  #openBlock(block: Waiting): void {
    const { packets, discardNs } = block;
    const samples = packets.reduce((sum, packet) => sum + opusPacketSamples(packet), 0);
    this.#samplesLeft = samples - Math.max(0, samplesOf(discardNs));
    // A negative padding is left out at the beginning.
    if (discardNs < 0) this.#toSkip += samplesOf(-discardNs);
    this.#block = block;
    this.#nextPacket = 0;
  }

  #emit(block: AudioBlock): void {
    const length = block[0]?.length ?? 0;
    const end = Math.max(0, Math.min(length, this.#samplesLeft));
    const start = Math.min(end, this.#toSkip);
    this.#toSkip -= start;
    this.#samplesLeft -= length;
    if (end > start) this.#output.emit(block.map((samples) => samples.subarray(start, end)));
  }
}

function readTrackElement(track: Track, id: number, content: Buffer): void {
  if (id === TRACK_NUMBER) track.number = readUnsigned(content);
  else if (id === CODEC_ID) track.codec = content.toString('latin1').replace(/\0+$/, '');
  else if (id === CODEC_PRIVATE) track.head = Uint8Array.from(content);
  else if (id === CODEC_DELAY) track.delayNs = readUnsigned(content);
  else if (id === CHANNELS) track.channels = Math.max(1, readUnsigned(content));
}

/** The packets of a block, copied; `undefined` when it is damaged. */
function readLaces(block: Buffer, trackLength: number): Uint8Array[] | undefined {
  const flags = block[trackLength + 2];
  if (flags === undefined) return undefined;
  let at = trackLength + 3;
  const lacing = (flags >> 1) & 3;
  if (lacing === 0) return [Uint8Array.from(block.subarray(at))];
  const count = (block[at] ?? 0) + 1;
  at += 1;
  let sizes: number[] | undefined;
  if (lacing === 2) {
    const size = (block.length - at) / count;
    sizes = Number.isInteger(size) ? Array.from({ length: count - 1 }, () => size) : undefined;
  } else {
    const read = lacing === 1 ? xiphSizes(block, at, count - 1) : ebmlSizes(block, at, count - 1);
    sizes = read?.sizes;
    at = read?.end ?? at;
  }
  if (!sizes) return undefined;
  const packets: Uint8Array[] = [];
  for (const size of sizes) {
    if (size < 0 || at + size > block.length) return undefined;
    packets.push(Uint8Array.from(block.subarray(at, at + size)));
    at += size;
  }
  packets.push(Uint8Array.from(block.subarray(at)));
  return packets;
}

interface LaceSizes {
  sizes: number[];
  end: number;
}

function xiphSizes(block: Buffer, from: number, count: number): LaceSizes | undefined {
  const sizes: number[] = [];
  let at = from;
  while (sizes.length < count) {
    let size = 0;
    let byte: number | undefined;
    do {
      byte = block[at];
      if (byte === undefined) return undefined;
      size += byte;
      at += 1;
    } while (byte === 255);
    sizes.push(size);
  }
  return { sizes, end: at };
}

/** The first as it is, the others as differences from the one before. */
function ebmlSizes(block: Buffer, from: number, count: number): LaceSizes | undefined {
  const sizes: number[] = [];
  let at = from;
  while (sizes.length < count) {
    const number = readVariable(block, at);
    if (!number) return undefined;
    const { value, length } = number;
    const before = sizes.at(-1);
    sizes.push(before === undefined ? value : before + value - (2 ** (7 * length - 1) - 1));
    at += length;
  }
  return { sizes, end: at };
}

function samplesOf(nanoseconds: number): number {
  return Math.round((nanoseconds * OPUS_RATE_HZ) / 1e9);
}
