import { AsrError } from '../../vocabulary/errors';
import { asBuffer, hasText } from '../bytes';
import type { SourceFormat } from '../format';
import { isChannelCount, isRate } from '../pcm-format';
import type { AudioBlock } from './decoder';

/** What the packet in front of all says (Vorbis I, 4.2.2). */
export interface VorbisSetup {
  head: Uint8Array;
  rateHz: number;
  channels: number;
}

const HEAD_BYTES = 30;
/** Blocks have 64 to 8192 samples (Vorbis I, 4.2.2), as powers of two. */
const MIN_BLOCK = 6;
const MAX_BLOCK = 13;
/** The library's input has room for so much. */
const MAX_PACKET_BYTES = 128 * 1024;

/** What the library takes: a page of Ogg with its packets, as the parser that it brings would give them. */
interface Page {
  data: Uint8Array;
  codecFrames: { data: Uint8Array; header: { vorbisSetup: Uint8Array } }[];
}

interface LibVorbis {
  decodeOggPages: (pages: Page[]) => Promise<{ channelData: Float32Array[]; samplesDecoded: number }>;
  free: () => void;
}

/** Packets of Vorbis -> samples. */
export class VorbisPacketDecoder {
  readonly #library: LibVorbis;
  readonly #head: Uint8Array;
  readonly #books: Uint8Array;

  private constructor(library: LibVorbis, head: Uint8Array, books: Uint8Array) {
    this.#library = library;
    this.#head = head;
    this.#books = books;
  }

  /**
   * Loads libvorbis, which is WebAssembly and comes into memory only with the first Vorbis audio.
   * @param books The third packet, which all others are read with.
   */
  static async load({ head }: VorbisSetup, books: Uint8Array): Promise<VorbisPacketDecoder> {
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    const library = new OggVorbisDecoder() as unknown as LibVorbis & { ready: Promise<void> };
    await library.ready;
    return new VorbisPacketDecoder(library, head, books);
  }

  /**
   * The samples of some packets, in memory of their own. Those of damaged packets are missing.
   * @throws AsrError `BAD_AUDIO`
   */
  async decode(packets: readonly Uint8Array[]): Promise<AudioBlock> {
    const sound = packets.filter(({ length }) => length > 0 && length <= MAX_PACKET_BYTES);
    const codecFrames = sound.map((data) => ({ data, header: { vorbisSetup: this.#books } }));
    try {
      // The library takes the headers from the first page and looks at those of no other.
      const { channelData } = await this.#library.decodeOggPages([{ data: this.#head, codecFrames }]);
      return channelData;
    } catch (cause) {
      throw new AsrError('BAD_AUDIO', 'The Vorbis audio is damaged: it cannot be decoded.', { cause });
    }
  }

  free(): void {
    this.#library.free();
  }
}

/** What is told of Vorbis audio in a container. */
export function vorbisFormat(container: 'ogg' | 'webm', { rateHz, channels }: VorbisSetup): SourceFormat {
  return { container, codec: 'vorbis', rateHz, channels };
}

/** Whether Vorbis begins with this packet. */
export function isVorbisHead(packet: Uint8Array): boolean {
  return hasText(packet, 0, '\x01vorbis');
}

/** Whether all packets are read with this one, the third. */
export function isVorbisBooks(packet: Uint8Array): boolean {
  return hasText(packet, 0, '\x05vorbis');
}

/** @throws AsrError `BAD_AUDIO` */
export function readVorbisHead(head: Uint8Array): VorbisSetup {
  const view = asBuffer(head);
  if (isVorbisHead(head) && head.length >= HEAD_BYTES) {
    const channels = view.readUInt8(11);
    const rateHz = view.readUInt32LE(12);
    const [short, long] = [view.readUInt8(28) & 15, view.readUInt8(28) >> 4];
    const isSound = view.readUInt32LE(7) === 0 && short >= MIN_BLOCK && short <= long && long <= MAX_BLOCK;
    if (isSound && isChannelCount(channels) && isRate(rateHz)) {
      return { head: Uint8Array.from(head), rateHz, channels };
    }
  }
  throw new AsrError('BAD_AUDIO', 'The Vorbis audio has a damaged header, or one of a later version.');
}
