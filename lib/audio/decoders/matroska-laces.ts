import { asBuffer } from '../bytes';
import { readVariable } from './ebml';

/** The packets of a block, copied; `undefined` when it is damaged. */
export function readLaces(block: Buffer, trackLength: number): Uint8Array[] | undefined {
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
  return split(block, at, sizes);
}

/** The last packet has the remaining bytes. */
function split(block: Buffer, from: number, sizes: readonly number[]): Uint8Array[] | undefined {
  const packets: Uint8Array[] = [];
  let at = from;
  for (const size of sizes) {
    if (size < 0 || at + size > block.length) return undefined;
    packets.push(Uint8Array.from(block.subarray(at, at + size)));
    at += size;
  }
  packets.push(Uint8Array.from(block.subarray(at)));
  return packets;
}

/** Packets behind their number and their sizes (Xiph lacing); `undefined` when they are damaged. */
export function readXiphLaces(content: Uint8Array): Uint8Array[] | undefined {
  const view = asBuffer(content);
  const read = xiphSizes(view, 1, view[0] ?? 0);
  return read && split(view, read.end, read.sizes);
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

/** The first size is stored directly, the others as differences from the previous one. */
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
