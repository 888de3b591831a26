import type { AudioFormatHints } from '../../audio/format';
import { ChunkQueue } from './chunk-queue';
import type { AudioFeed } from './source';

/** Above the first limit a sender is not read until the queue is below the second. */
const PAUSE_ABOVE_BYTES = 1024 * 1024;
const RESUME_BELOW_BYTES = 256 * 1024;

export interface QueueFeedOptions {
  sender: string;
  hints: AudioFormatHints;
  /** Called whenever there is room again. */
  onRoom?: () => void;
}

/** The audio of a sender that is pushed, by whoever reads its connection. */
export class QueueFeed implements AudioFeed {
  readonly sender: string;
  readonly hints: AudioFormatHints;
  readonly #queue: ChunkQueue;
  readonly #onRoom: () => void;

  constructor({ sender, hints, onRoom = () => undefined }: QueueFeedOptions) {
    this.sender = sender;
    this.hints = hints;
    this.#onRoom = onRoom;
    this.#queue = new ChunkQueue((bytesLeft) => {
      if (bytesLeft < RESUME_BELOW_BYTES) onRoom();
    });
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this.#queue;
  }

  /** Whether the sender should wait. */
  get isFull(): boolean {
    return this.#queue.bytes > PAUSE_ABOVE_BYTES;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /** Nothing more comes. @param error Why the sender is lost. */
  end(error?: Error): void {
    this.#queue.end(error);
  }

  async close(): Promise<void> {
    await this.#queue.return();
    // The waiting audio is dropped, so the sender need not wait for it.
    this.#onRoom();
  }
}
