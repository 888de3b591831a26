/** Something that has to happen after the audio before it was sent: a commit, the finish. */
export type Command = () => void;

/** What waits for the connection, in order: audio and the commands between it. */
export class Outbox {
  #entries: (Uint8Array | Command)[] = [];
  #head = 0;
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  /** The audio must not change any more: pass a copy of what others own. */
  pushAudio(pcm: Uint8Array): void {
    this.#entries.push(pcm);
    this.#heldBytes += pcm.length;
  }

  pushCommand(command: Command): void {
    this.#entries.push(command);
  }

  /** The command that is next, if it is one. */
  takeCommand(): Command | undefined {
    const first = this.#entries[this.#head];
    if (typeof first !== 'function') return undefined;
    this.#advance();
    return first;
  }

  /** The audio that is next, at most `maxBytes` of it. */
  takeAudio(maxBytes: number): Uint8Array | undefined {
    const first = this.#entries[this.#head];
    if (first === undefined || typeof first === 'function') return undefined;
    if (first.length <= maxBytes) {
      this.#heldBytes -= first.length;
      this.#advance();
      return first;
    }
    this.#entries[this.#head] = first.subarray(maxBytes);
    this.#heldBytes -= maxBytes;
    return first.subarray(0, maxBytes);
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
    this.#heldBytes = 0;
  }

  #advance(): void {
    this.#entries[this.#head] = EMPTY;
    this.#head += 1;
    // Compacts now and then instead of shifting every time.
    if (this.#head === this.#entries.length || this.#head > 1024) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

const EMPTY = new Uint8Array(0);
