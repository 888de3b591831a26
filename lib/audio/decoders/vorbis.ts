import { AsrError } from '../../vocabulary/errors';
import { asBuffer, hasText } from '../bytes';
import type { SourceFormat } from '../format';
import { isChannelCount, isRate } from '../pcm-format';
import type { AudioBlock } from './decoder';

/** The content of the first packet (Vorbis I, 4.2.2). */
export interface VorbisSetup {
  head: Uint8Array;
  rateHz: number;
  channels: number;
}

const HEAD_BYTES = 30;
/** Blocks have 64 to 8192 samples (Vorbis I, 4.2.2), as powers of two. */
const MIN_BLOCK = 6;
const MAX_BLOCK = 13;
/** The library's input has room for this much. */
const MAX_PACKET_BYTES = 128 * 1024;

/** The library's input: a page of Ogg with its packets, as its own parser would give them. */
interface Page {
  data: Uint8Array;
  codecFrames: { data: Uint8Array; header: { vorbisSetup: Uint8Array } }[];
}

interface LibVorbis {
  decodeOggPages: (pages: Page[]) => Promise<{ channelData: Float32Array[]; samplesDecoded: number }>;
  free: () => void;
}

/** Decodes packets of Vorbis into samples. */
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
   * Loads libvorbis, a WebAssembly module that is loaded only with the first Vorbis audio.
   * @param books The third packet, which is needed to read all others.
   */
  static async load({ head }: VorbisSetup, books: Uint8Array): Promise<VorbisPacketDecoder> {
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    const library = new OggVorbisDecoder() as unknown as LibVorbis & { ready: Promise<void> };
    await library.ready;
    return new VorbisPacketDecoder(library, head, books);
  }

  /**
   * The samples of some packets, in new memory. Those of damaged packets are missing.
   * @throws AsrError `BAD_AUDIO`
   */
  async decode(packets: readonly Uint8Array[]): Promise<AudioBlock> {
    const sound = packets.filter(({ length }) => length > 0 && length <= MAX_PACKET_BYTES);
    const codecFrames = sound.map((data) => ({ data, header: { vorbisSetup: this.#books } }));
    try {
      // The library takes the headers from the first page, and ignores those of other pages.
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

/** The description of Vorbis audio in a container. */
export function vorbisFormat(container: 'ogg' | 'webm', { rateHz, channels }: VorbisSetup): SourceFormat {
  return { container, codec: 'vorbis', rateHz, channels };
}

/** Whether this packet begins a Vorbis stream. */
export function isVorbisHead(packet: Uint8Array): boolean {
  return hasText(packet, 0, '\x01vorbis');
}

/** Whether this is the third packet, which is needed to read all others. */
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
