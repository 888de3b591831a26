/** Chunks that arrive by themselves, for one reader that takes them one by one. */
export class ChunkQueue implements AsyncIterableIterator<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;
  readonly #onTaken: (bytesLeft: number) => void;

  /** @param onTaken Called with the bytes that are left whenever a chunk was taken. */
  constructor(onTaken: (bytesLeft: number) => void = () => undefined) {
    this.#onTaken = onTaken;
  }

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake();
  }

  /** Drops the oldest chunk. */
  dropOldest(): void {
    this.#bytes -= this.#chunks.shift()?.length ?? 0;
  }

  /** Nothing more comes. The reader gets the waiting chunks, and then the end or the error. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#wake();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        this.#onTaken(this.#bytes);
        return { done: false, value: chunk };
      }
      if (this.#isOver) {
        const error = this.#error;
        this.#error = undefined;
        if (error) throw error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.end();
    this.#chunks = [];
    this.#bytes = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
