/** A box of MP4 (ISO 14496-12, 4.2): a type of four letters and its content. */
export interface Mp4Box {
  type: string;
  content: Buffer;
}

const HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;
/** No genuine box has more children. Others are made to keep a reader busy. */
const MAX_BOXES = 4096;

/** The head of a box. */
export interface Mp4BoxHead {
  type: string;
  headBytes: number;
  /** Size including the head; `Infinity` for a box up to the end of the file. */
  bytes: number;
}

/** `undefined` while the head is incomplete; `bytes` is 0 for an invalid box. */
export function readBoxHead(view: Buffer): Mp4BoxHead | undefined {
  if (view.length < HEAD_BYTES) return undefined;
  const type = view.toString('latin1', 4, 8);
  const size = view.readUInt32BE(0);
  if (size === 0) return { type, headBytes: HEAD_BYTES, bytes: Infinity };
  if (size > 1) return { type, headBytes: HEAD_BYTES, bytes: size < HEAD_BYTES ? 0 : size };
  if (view.length < LONG_HEAD_BYTES) return undefined;
  const bytes = Number(view.readBigUInt64BE(8));
  return { type, headBytes: LONG_HEAD_BYTES, bytes: bytes < LONG_HEAD_BYTES ? 0 : bytes };
}

/** The boxes in a box, up to the first invalid one. */
export function boxesIn(content: Buffer): Mp4Box[] {
  const boxes: Mp4Box[] = [];
  let at = 0;
  for (;;) {
    const head = readBoxHead(content.subarray(at));
    if (!head || head.bytes === 0 || boxes.length === MAX_BOXES) return boxes;
    const end = Math.min(content.length, at + head.bytes);
    boxes.push({ type: head.type, content: content.subarray(at + head.headBytes, end) });
    if (end === content.length) return boxes;
    at = end;
  }
}

/** The content of the box at this path of types, taking the first of each. */
export function boxAt(content: Buffer, ...path: string[]): Buffer | undefined {
  let inner: Buffer | undefined = content;
  for (const type of path) inner = inner && boxesIn(inner).find((box) => box.type === type)?.content;
  return inner;
}

/** Reads numbers one after the other; beyond the end they are 0. */
export class Fields {
  readonly #view: Buffer;
  #at: number;

  constructor(view: Buffer, at = 0) {
    this.#view = view;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#view.length;
  }

  /** @param bytes 1 to 4. */
  unsigned(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return this.#at <= this.#view.length ? this.#view.readUIntBE(at, bytes) : 0;
  }

  /** A number of 8 bytes; one that a double cannot hold is no position in a file. */
  long(): number {
    return this.unsigned(4) * 2 ** 32 + this.unsigned(4);
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }
}

/**
 * Moves the index of a file before its audio, so that the file can be read in order.
 * @param file At least up to the end of the index.
 * @param indexAt Where the index begins, with its head.
 */
export function withIndexFirst(file: Buffer, indexAt: number, index: Mp4BoxHead): Buffer {
  const moved = Buffer.from(file.subarray(indexAt, indexAt + index.bytes));
  for (const { type, content } of boxesIn(moved.subarray(index.headBytes))) {
    const table = type === 'trak' ? boxAt(content, 'mdia', 'minf', 'stbl') : undefined;
    for (const places of table ? boxesIn(table) : []) movePlaces(places, indexAt, index.bytes);
  }
  const audioAt = placeOf('mdat', file);
  return Buffer.concat([
    file.subarray(0, audioAt),
    moved,
    file.subarray(audioAt, indexAt),
    file.subarray(indexAt + index.bytes),
  ]);
}

/** Moves the positions of chunks (ISO 14496-12, 8.7.5) in a box of 32 or 64 bits. */
function movePlaces({ type, content }: Mp4Box, before: number, by: number): void {
  if (type === 'stco') {
    for (let at = 8; at + 4 <= content.length; at += 4) {
      const place = content.readUInt32BE(at);
      if (place < before) content.writeUInt32BE(place + by, at);
    }
  } else if (type === 'co64') {
    for (let at = 8; at + 8 <= content.length; at += 8) {
      const place = content.readBigUInt64BE(at);
      if (place < before) content.writeBigUInt64BE(place + BigInt(by), at);
    }
  }
}

/** Where the first box of this type begins. */
function placeOf(type: string, file: Buffer): number {
  let at = 0;
  for (;;) {
    const head = readBoxHead(file.subarray(at));
    if (!head || head.type === type || head.bytes === 0) return at;
    at += head.bytes;
  }
}
