import { beginsRecording, isFirstOggPage } from '../beginnings';
import { ByteQueue, hasText } from '../bytes';
import { tagLength } from '../tags';

/** No packet ends on the page. */
export const NO_GRANULE = -1n;
const HEADER_BYTES = 27;
const MAX_SEGMENT_BYTES = 255;
/** Packets of audio are never larger; tags with pictures are, and are not needed. */
const MAX_PACKET_BYTES = 128 * 1024;
const CRC = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** A page of Ogg (RFC 3533) with the packets that end on it. */
export interface OggPage {
  serial: number;
  isFirst: boolean;
  isLast: boolean;
  /** Position at the end of the last packet that ends here; -1 when none does. */
  granule: bigint;
  /** Whole packets. One that was too large to be kept is empty. */
  packets: Uint8Array[];
}

/** Splits Ogg in chunks of any size into pages. Damaged pages are left out. */
export class OggPages {
  /** Bytes behind the pages, with which another kind of recording begins. */
  rest: Uint8Array | undefined;
  readonly #queue = new ByteQueue();
  readonly #onPage: (page: OggPage) => void;
  readonly #onGap: () => void;
  /** Whether the last bytes were a page, so that another page or the end follows. */
  #isInSync = true;
  /** Whether the last page ended its stream. */
  #hasEnded = false;
  /** Whether tags or zeros follow that page. */
  #isBehindEnd = false;
  /** The beginnings of packets that continue in the next page, by stream. */
  readonly #open = new Map<number, OpenPacket>();

  constructor(onPage: (page: OggPage) => void, onGap: () => void) {
    this.#onPage = onPage;
    this.#onGap = onGap;
  }

  /** Whether part of a page waits. */
  get isWithinPage(): boolean {
    const mark = this.#queue.bytes.toString('latin1', 0, 4);
    return this.#isInSync && mark !== '' && 'OggS'.startsWith(mark);
  }

  /** Whether a chunk that looks like a beginning is one of these pages, or a FLAC or a tag within one. */
  owns(chunk: Uint8Array): boolean {
    if (hasText(chunk, 0, 'OggS')) return true;
    return this.isWithinPage && (hasText(chunk, 0, 'fLaC') || hasText(chunk, 0, 'ID3'));
  }

  write(bytes: Uint8Array): void {
    // A new file begins where the previous one was cut off.
    if (this.isWithinPage && isFirstOggPage(bytes)) this.#queue.clear();
    this.#queue.push(bytes);
    while (!this.rest && this.#readPage());
  }

  /** @returns Whether there may be another page. */
  #readPage(): boolean {
    const view = this.#queue.bytes;
    if (view.length < HEADER_BYTES) return false;
    if (!hasText(view, 0, 'OggS') || view[4] !== 0) return this.#leave(view);
    const segments = view.readUInt8(26);
    const bodyAt = HEADER_BYTES + segments;
    if (view.length < bodyAt) return false;
    let end = bodyAt;
    for (let i = HEADER_BYTES; i < bodyAt; i++) end += view.readUInt8(i);
    if (view.length < end) return false;
    const page = view.subarray(0, end);
    if (checksum(page) !== page.readUInt32LE(22)) return this.#resynchronise(view);
    this.#isInSync = true;
    this.#isBehindEnd = false;
    this.#emit(page, bodyAt);
    this.#queue.skip(end);
    return true;
  }

  /** Handles bytes that are no page: another recording, a tag behind the last page, or damage. */
  #leave(view: Buffer): boolean {
    if (this.#isInSync && beginsRecording(view)) {
      this.rest = Uint8Array.from(view);
      this.#queue.clear();
      return false;
    }
    return this.#resynchronise(view);
  }

  #resynchronise(view: Buffer): boolean {
    this.#isBehindEnd ||= this.#hasEnded && this.#isInSync && tagLength(view) > 0;
    if (!this.#isBehindEnd) this.#onGap();
    this.#isInSync = false;
    const next = view.indexOf('OggS', 1, 'latin1');
    // Part of the next page's mark may be at the end.
    this.#queue.skip(next === -1 ? view.length - 3 : next);
    return next !== -1;
  }

  #emit(page: Buffer, bodyAt: number): void {
    const flags = page.readUInt8(5);
    const serial = page.readUInt32LE(14);
    const continues = (flags & 1) !== 0;
    let packet = this.#open.get(serial);
    this.#open.delete(serial);
    // A packet that was begun and is not continued, or the reverse, shows that a page is missing.
    let isHeadless = false;
    if (continues !== (packet !== undefined)) {
      this.#onGap();
      packet = undefined;
      isHeadless = continues;
    }
    const packets: Uint8Array[] = [];
    let at = bodyAt;
    for (let i = HEADER_BYTES; i < bodyAt; i++) {
      const size = page.readUInt8(i);
      packet ??= new OpenPacket();
      packet.push(page.subarray(at, at + size));
      at += size;
      if (size === MAX_SEGMENT_BYTES) continue;
      if (!isHeadless) packets.push(packet.whole());
      isHeadless = false;
      packet = undefined;
    }
    if (packet && !isHeadless && this.#open.size < 16) this.#open.set(serial, packet);
    const isFirst = (flags & 2) !== 0;
    const isLast = (flags & 4) !== 0;
    this.#hasEnded = isLast;
    this.#onPage({ serial, isFirst, isLast, granule: page.readBigInt64LE(6), packets });
  }
}

class OpenPacket {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  push(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_PACKET_BYTES) this.#pieces = [];
    // The page's memory is reused for the next one.
    else if (piece.length > 0) this.#pieces.push(Uint8Array.from(piece));
  }

  whole(): Uint8Array {
    return this.#pieces.length === 1 ? (this.#pieces[0] ?? new Uint8Array(0)) : Buffer.concat(this.#pieces);
  }
}

function checksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    // The checksum's own bytes count as zero.
    const byte = i >= 22 && i < 26 ? 0 : (page[i] ?? 0);
    crc = (crc << 8) ^ (CRC[((crc >>> 24) ^ byte) & 0xff] ?? 0);
  }
  return crc >>> 0;
}
