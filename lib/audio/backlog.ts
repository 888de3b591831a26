import type { AudioBlock } from './decoders/decoder';
import type { SourceFormat } from './format';

type Waiting = { format: SourceFormat } | { block: AudioBlock };

/** Decoded blocks that nobody has taken yet, in order. Nobody else uses their memory. */
export class Backlog {
  #waiting: Waiting[] = [];
  #next = 0;

  get isEmpty(): boolean {
    return this.#next === this.#waiting.length;
  }

  pushFormat(format: SourceFormat): void {
    this.#waiting.push({ format });
  }

  pushBlock(block: AudioBlock): void {
    this.#waiting.push({ block });
  }

  shift(): Waiting | undefined {
    const next = this.#waiting[this.#next];
    this.#next += 1;
    if (this.#next >= this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    return next;
  }
}
