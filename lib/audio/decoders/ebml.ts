import { ByteQueue } from '../bytes';

/** An element that consists of other elements is entered; of the others, those that are wanted are kept. */
export interface EbmlHandlers {
  /** The beginning of an element that is entered. @returns False to stop before it; see `EbmlReader.rest`. */
  onEnter: (id: number) => boolean;
  /** The content of a wanted element, valid during the call. */
  onElement: (id: number, content: Buffer) => void;
  /** An element was too large to be kept, or invalid. */
  onGap: () => void;
}

const MAX_ID_BYTES = 4;
const MAX_SIZE_BYTES = 8;
/** Larger than any block of audio and the settings of any codec. */
const MAX_CONTENT_BYTES = 512 * 1024;
/** First bytes of what a segment or a cluster goes on with (RFC 9559): cluster, its time, blocks, index, filling. */
const INNER_BEGINNINGS = [0x1f, 0xe7, 0xa3, 0xa0, 0x1c, 0xec];
const CLUSTER_MARK = Buffer.of(0x1f, 0x43, 0xb6, 0x75);

/**
 * Bytes of EBML (RFC 8794) in chunks of any size -> elements, flat: the ends of elements that are entered do not matter,
 * so that live recordings, which leave their sizes open, are read like all others.
 */
export class EbmlReader {
  rest: Buffer | undefined;
  readonly #entered: ReadonlySet<number>;
  readonly #kept: ReadonlySet<number>;
  readonly #handlers: EbmlHandlers;
  readonly #queue = new ByteQueue();
  /** Content that is left out. */
  #skip = 0;

  constructor(entered: ReadonlySet<number>, kept: ReadonlySet<number>, handlers: EbmlHandlers) {
    this.#entered = entered;
    this.#kept = kept;
    this.#handlers = handlers;
  }

  /** Whether an element waits for its end. */
  get isWithinElement(): boolean {
    return this.#skip > 0 || this.#queue.length > 0;
  }

  /** Whether these bytes may follow what has come. */
  goesOnWith([first = 0]: Uint8Array): boolean {
    return this.isWithinElement || INNER_BEGINNINGS.includes(first);
  }

  write(bytes: Uint8Array): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    this.#queue.push(skipped > 0 ? bytes.subarray(skipped) : bytes);
    while (!this.rest && this.#readElement());
  }

  #readElement(): boolean {
    const view = this.#queue.bytes;
    const idLength = lengthOf(view[0], MAX_ID_BYTES);
    if (idLength === undefined) return false;
    if (idLength === 0) return this.#resynchronise(view);
    const sizeLength = lengthOf(view[idLength], MAX_SIZE_BYTES);
    if (sizeLength === undefined) return false;
    if (sizeLength === 0) return this.#resynchronise(view);
    const head = idLength + sizeLength;
    if (view.length < head) return false;
    const id = view.readUIntBE(0, idLength);
    if (this.#entered.has(id)) {
      if (!this.#handlers.onEnter(id)) {
        this.rest = Buffer.from(view);
        return false;
      }
      this.#queue.skip(head);
      return this.#queue.length > 0;
    }
    const size = readSize(view.subarray(idLength, head));
    if (size === undefined) return this.#resynchronise(view);
    if (this.#kept.has(id) && size <= MAX_CONTENT_BYTES) {
      if (view.length < head + size) return false;
      this.#handlers.onElement(id, view.subarray(head, head + size));
      this.#queue.skip(head + size);
    } else {
      if (this.#kept.has(id)) this.#handlers.onGap();
      const here = Math.min(view.length, head + size);
      this.#skip = head + size - here;
      this.#queue.skip(here);
    }
    return this.#queue.length > 0;
  }

  /** Damage is passed over up to the next cluster. */
  #resynchronise(view: Buffer): boolean {
    this.#handlers.onGap();
    const next = view.indexOf(CLUSTER_MARK, 1);
    this.#queue.skip(next === -1 ? Math.max(1, view.length - CLUSTER_MARK.length + 1) : next);
    return next !== -1;
  }
}

/** A number of variable length: an element's size, a track, a lace. `undefined` when it does not end in `view`. */
export function readVariable(view: Buffer, at: number): { value: number; length: number } | undefined {
  const length = lengthOf(view[at], MAX_SIZE_BYTES);
  if (!length || at + length > view.length) return undefined;
  const value = readSize(view.subarray(at, at + length)) ?? 0;
  return { value, length };
}

/** The content of an element as a whole number. */
export function readUnsigned(content: Buffer): number {
  return content.length === 0 || content.length > 6
    ? Number(bigUnsigned(content))
    : content.readUIntBE(0, content.length);
}

function bigUnsigned(content: Buffer): bigint {
  return content.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/**
 * The length of a number in bytes, from its first byte; 0 when it is invalid, `undefined` when that byte is missing.
 */
function lengthOf(first: number | undefined, max: number): number | undefined {
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  return length <= max ? length : 0;
}

/** `undefined`: left open. */
function readSize(bytes: Buffer): number | undefined {
  const { length } = bytes;
  const first = (bytes[0] ?? 0) & (0xff >> length);
  let isOpen = first === 0xff >> length;
  let value = first;
  for (const byte of bytes.subarray(1)) {
    value = value * 256 + byte;
    isOpen &&= byte === 0xff;
  }
  return isOpen || !Number.isSafeInteger(value) ? undefined : value;
}
