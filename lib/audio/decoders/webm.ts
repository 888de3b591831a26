import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import type { AudioBlock, Decoder, DecoderOutput } from './decoder';
import { EbmlReader, readUnsigned, readVariable } from './ebml';
import { readLaces, readXiphLaces } from './matroska-laces';
import { opusFormat, OPUS_RATE_HZ, OpusPacketDecoder, opusPacketSamples, readOpusHead } from './opus';
import type { OpusSetup } from './opus';
import { Trim } from './trim';
import { readVorbisHead, vorbisFormat, VorbisPacketDecoder } from './vorbis';

// Matroska's names (RFC 9559) for its ids.
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

/** The packets of a block, with how much to leave out at its end. */
interface Waiting {
  packets: Uint8Array[];
  discardNs: number;
}

const NO_BLOCK: Waiting = { packets: [], discardNs: 0 };

/** Decodes the packets of a track. */
interface PacketCodec {
  rateHz: number;
  /** Samples before the recording, where the track does not give their duration. */
  preSkip: number;
  load: () => Promise<void>;
  /** `undefined` for a damaged packet. */
  decode: (packet: Uint8Array) => AudioBlock | undefined | Promise<AudioBlock>;
  samplesOf: (packet: Uint8Array) => number;
  free: () => void;
}

/** The first Opus or Vorbis track in a WebM or Matroska file, as browsers record it and muxers write it. */
export class WebmDecoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #reader: EbmlReader;
  readonly #waiting: Waiting[] = [];
  /** The block that is being decoded. */
  #block = NO_BLOCK;
  #nextPacket = 0;
  /** A block whose group may still say how much to leave out. */
  #open: Waiting | undefined;
  #tracks: Track[] = [];
  #track: Track | undefined;
  #codec: PacketCodec | undefined;
  #isLoaded = false;
  readonly #trim = new Trim();
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
    if (!this.#track) throw new AsrError('BAD_AUDIO', 'The WebM file ends before its audio begins.');
    if (this.#reader.isWithinElement && !this.rest) this.#output.cut();
    return this.pause();
  }

  free(): void {
    this.#codec?.free();
  }

  /** @returns False before another file. */
  #enter(id: number): boolean {
    if (id === EBML) {
      if (this.#hasBegun) return false;
      this.#hasBegun = true;
    }
    // The previous group says nothing more about its block.
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
    const track = this.#tracks.find(({ codec }) => codec === 'A_OPUS' || codec === 'A_VORBIS');
    if (!track) {
      throw new AsrError(
        'BAD_AUDIO',
        'The WebM file has no Opus or Vorbis audio in front of its first cluster.',
      );
    }
    this.#track = track;
    this.#tracks = [];
    const codec = track.codec === 'A_OPUS' ? opus(track, this.#output) : vorbis(track, this.#output);
    this.#codec = codec;
    this.#trim.toSkip = track.delayNs === undefined ? codec.preSkip : samplesOf(track.delayNs, codec.rateHz);
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
    const codec = this.#codec;
    if (!this.#hasPackets() || !codec) return;
    if (!this.#isLoaded) {
      return codec.load().then(() => {
        this.#isLoaded = true;
        return this.read();
      });
    }
    while (this.#hasPackets() && !this.#output.isFull()) {
      const packet = this.#block.packets[this.#nextPacket];
      this.#nextPacket += 1;
      if (!packet) {
        this.#openBlock(this.#waiting.shift() ?? NO_BLOCK, codec);
        continue;
      }
      const block = codec.decode(packet);
      if (block instanceof Promise) {
        return block.then((samples) => {
          this.#emit(samples);
          return this.read();
        });
      }
      this.#emit(block);
    }
  }

  #hasPackets(): boolean {
    return this.#waiting.length > 0 || this.#nextPacket < this.#block.packets.length;
  }

  #openBlock(block: Waiting, { samplesOf: count, rateHz }: PacketCodec): void {
    const { packets, discardNs } = block;
    this.#trim.left = Infinity;
    if (discardNs > 0) {
      const samples = packets.reduce((sum, packet) => sum + count(packet), 0);
      this.#trim.left = samples - samplesOf(discardNs, rateHz);
    }
    // A negative padding is left out at the beginning.
    if (discardNs < 0) this.#trim.toSkip += samplesOf(-discardNs, rateHz);
    this.#block = block;
    this.#nextPacket = 0;
  }

  #emit(block: AudioBlock | undefined): void {
    const kept = block && this.#trim.of(block);
    if (!block) this.#output.cut();
    else if (kept) this.#output.emit(kept);
  }
}

function opus({ head, channels }: Track, output: DecoderOutput): PacketCodec {
  const setup: OpusSetup =
    head && hasText(head, 0, 'OpusHead')
      ? readOpusHead(head)
      : { channels: Math.min(2, channels), preSkip: 0, gain: 1, originalRateHz: 0 };
  let decoder: OpusPacketDecoder | undefined;
  output.describe(opusFormat('webm', setup));
  return {
    rateHz: OPUS_RATE_HZ,
    preSkip: setup.preSkip,
    load: async () => {
      decoder = await OpusPacketDecoder.load(setup);
    },
    decode: (packet) => decoder?.decode(packet),
    samplesOf: opusPacketSamples,
    free: () => {
      decoder?.free();
    },
  };
}

function vorbis({ head }: Track, output: DecoderOutput): PacketCodec {
  // The three headers of Vorbis, behind their number (RFC 9559, codec mappings).
  const [first, , books] = (head && readXiphLaces(head)) ?? [];
  const setup = readVorbisHead(first ?? new Uint8Array(0));
  let decoder: VorbisPacketDecoder | undefined;
  output.describe(vorbisFormat('webm', setup));
  return {
    rateHz: setup.rateHz,
    preSkip: 0,
    load: async () => {
      decoder = await VorbisPacketDecoder.load(setup, books ?? new Uint8Array(0));
    },
    decode: (packet) => decoder?.decode([packet]),
    // The duration of a packet is in the headers, which only the library reads, so nothing is left out at the end.
    samplesOf: () => Infinity,
    free: () => {
      decoder?.free();
    },
  };
}

function readTrackElement(track: Track, id: number, content: Buffer): void {
  if (id === TRACK_NUMBER) track.number = readUnsigned(content);
  else if (id === CODEC_ID) track.codec = content.toString('latin1').replace(/\0+$/, '');
  else if (id === CODEC_PRIVATE) track.head = Uint8Array.from(content);
  else if (id === CODEC_DELAY) track.delayNs = readUnsigned(content);
  else if (id === CHANNELS) track.channels = Math.max(1, readUnsigned(content));
}

function samplesOf(nanoseconds: number, rateHz: number): number {
  return Math.round((nanoseconds * rateHz) / 1e9);
}
