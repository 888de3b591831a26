import { OggPages } from '../../lib/audio/decoders/ogg-pages';

/** The packets of an Ogg file, headers first. */
export function oggPackets(file: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  new OggPages(
    (page) => packets.push(...page.packets),
    () => undefined,
  ).write(file);
  return packets;
}

export interface OggOptions {
  serial?: number;
  /** Samples at 48 kHz of each packet. */
  packetSamples?: number;
  /** Position of the end. Samples behind it are trimmed. */
  lastGranule?: bigint;
  packetsPerPage?: number;
  /** Whether the last page says that it is the last. */
  isWhole?: boolean;
}

/** An Ogg file of these packets, of which the first two are headers. */
export function makeOgg(packets: readonly Uint8Array[], options: OggOptions = {}): Buffer {
  const { serial = 7, packetSamples = 960, packetsPerPage = 50, isWhole = true } = options;
  const pages: Buffer[] = [];
  let granule = 0n;
  const [head = Buffer.alloc(0), tags = Buffer.alloc(0), ...audio] = packets;
  const add = (content: readonly Uint8Array[], isLast: boolean): void => {
    for (const page of paginate(content, serial, granule, pages.length)) pages.push(page);
    const last = pages.at(-1);
    if (isLast && last) {
      last[5] = (last[5] ?? 0) | 4;
      if (options.lastGranule !== undefined) last.writeBigInt64LE(options.lastGranule, 6);
      sign(last);
    }
  };
  add([head], false);
  add([tags], false);
  for (let at = 0; at < audio.length; at += packetsPerPage) {
    const content = audio.slice(at, at + packetsPerPage);
    granule += BigInt(content.length * packetSamples);
    add(content, isWhole && at + packetsPerPage >= audio.length);
  }
  const [first] = pages;
  if (first) {
    first[5] = 2;
    sign(first);
  }
  return Buffer.concat(pages);
}

/** Pages of at most 255 segments; a packet goes on in the next where it does not fit. */
function paginate(
  packets: readonly Uint8Array[],
  serial: number,
  granule: bigint,
  sequence: number,
): Buffer[] {
  const sizes: number[] = [];
  for (const packet of packets) {
    for (let left = packet.length; ; left -= 255) {
      sizes.push(Math.min(255, left));
      if (left < 255) break;
    }
  }
  const body = Buffer.concat(packets);
  const pages: Buffer[] = [];
  let at = 0;
  for (let segment = 0; segment < sizes.length; segment += 255) {
    const table = sizes.slice(segment, segment + 255);
    const length = table.reduce((sum, size) => sum + size, 0);
    const header = Buffer.alloc(27);
    header.write('OggS', 0, 'latin1');
    header[5] = segment > 0 && sizes[segment - 1] === 255 ? 1 : 0;
    // No packet may end on a page in the middle of a large one.
    header.writeBigInt64LE(table.some((size) => size < 255) ? granule : -1n, 6);
    header.writeUInt32LE(serial, 14);
    header.writeUInt32LE(sequence + pages.length, 18);
    header[26] = table.length;
    const page = Buffer.concat([header, Buffer.from(table), body.subarray(at, at + length)]);
    sign(page);
    pages.push(page);
    at += length;
  }
  return pages;
}

function sign(page: Buffer): void {
  page.writeUInt32LE(0, 22);
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  page.writeUInt32LE(crc >>> 0, 22);
}

export type Lacing = 'none' | 'xiph' | 'fixed' | 'ebml';

export interface WebmOptions {
  /** `BlockGroup` and `Block`, with the padding in ns that the last one discards. */
  groups?: { discardNs: number };
  lacing?: Lacing;
  /** The sizes of segment and clusters are unknown, as live recorders write them. */
  isLive?: boolean;
  packetsPerBlock?: number;
  delayNs?: number;
}

/** A WebM of these packets, of which the first is the `OpusHead`. */
export function makeWebm(
  [head = Buffer.alloc(0), ...packets]: readonly Uint8Array[],
  options: WebmOptions = {},
): Buffer {
  const { lacing = 'none', isLive = true, groups, packetsPerBlock = lacing === 'none' ? 1 : 4 } = options;
  const track = element(0xae, [
    element(0xd7, Buffer.of(1)),
    element(0x83, Buffer.of(2)),
    element(0x86, Buffer.from('A_OPUS')),
    element(0x63a2, Buffer.from(head)),
    ...(options.delayNs === undefined ? [] : [element(0x56aa, unsigned(options.delayNs))]),
    element(0xe1, [element(0x9f, Buffer.of(1))]),
  ]);
  const blocks: Buffer[] = [];
  for (let at = 0; at < packets.length; at += packetsPerBlock) {
    const laced = packets.slice(at, at + packetsPerBlock);
    const block = makeBlock(laced, lacing);
    const isLast = at + packetsPerBlock >= packets.length;
    if (!groups) blocks.push(element(0xa3, block));
    else {
      const padding = isLast ? [element(0x75a2, unsigned(groups.discardNs))] : [];
      blocks.push(element(0xa0, [element(0xa1, block), ...padding]));
    }
  }
  const clusters: Buffer[] = [];
  for (let at = 0; at < blocks.length; at += 40) {
    const content = [element(0xe7, unsigned(at)), ...blocks.slice(at, at + 40)];
    clusters.push(isLive ? open(0x1f43b675, content) : element(0x1f43b675, content));
  }
  const ebml = element(0x1a45dfa3, [element(0x4282, Buffer.from('webm'))]);
  const content = [element(0xec, Buffer.alloc(300)), element(0x1654ae6b, [track]), ...clusters];
  return Buffer.concat([ebml, isLive ? open(0x18538067, content) : element(0x18538067, content)]);
}

function makeBlock(packets: readonly Uint8Array[], lacing: Lacing): Buffer {
  const code = { none: 0, xiph: 1, fixed: 2, ebml: 3 }[lacing];
  const head = Buffer.of(0x81, 0, 0, 0x80 | (code << 1));
  if (lacing === 'none') return Buffer.concat([head, ...packets]);
  const sizes = packets.slice(0, -1).map((packet) => packet.length);
  const table =
    lacing === 'fixed'
      ? []
      : lacing === 'xiph'
        ? sizes.flatMap(xiph)
        : sizes.flatMap((size, i) => ebmlSize(size, sizes[i - 1]));
  return Buffer.concat([head, Buffer.of(packets.length - 1), Buffer.from(table), ...packets]);
}

function xiph(size: number): number[] {
  return [...Array<number>(Math.floor(size / 255)).fill(255), size % 255];
}

/** Two bytes each: the first size itself, the others as differences around 8191. */
function ebmlSize(size: number, before: number | undefined): number[] {
  const value = before === undefined ? size : size - before + 8191;
  return [0x40 | (value >> 8), value & 255];
}

function element(id: number, content: Buffer | readonly Buffer[]): Buffer {
  const body = Buffer.isBuffer(content) ? content : Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(body.length, 4);
  size[0] = 1;
  return Buffer.concat([idBytes(id), size, body]);
}

function open(id: number, content: readonly Buffer[]): Buffer {
  return Buffer.concat([idBytes(id), Buffer.of(1, 255, 255, 255, 255, 255, 255, 255), ...content]);
}

function idBytes(id: number): Buffer {
  const hex = id.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
