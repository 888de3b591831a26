import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../base/backoff';
import type { BackoffOptions } from '../base/backoff';
import { Outage } from '../base/outage';
import { asAsrError } from '../vocabulary/errors';
import type { AsrError } from '../vocabulary/errors';
import type { AudioFeed, LiveSource, OpenPort, PortSource, StreamSource } from './sources/source';

export interface FollowingOptions {
  source: LiveSource;
  /**
   * Plays the audio of a feed to its end and closes the feed. It calls `heard` once there is audio, because a source
   * that has worked will work again. What it throws for a stream is why that was lost.
   */
  play: (feed: AudioFeed, heard: () => void) => Promise<void>;
  /** A stream has ended or was lost; it is connected again after a pause. */
  onLost?: () => void;
  /** Nothing more is read from a stream. It is not over before this resolves. */
  onRead?: () => Promise<void>;
  /** Nothing more will come. Called once. */
  onFailure: (error: AsrError) => void;
  onWarning: (message: string) => void;
  backoff?: BackoffOptions;
}

/**
 * Follows a live source from its start to its close: plays a stream and connects it again whenever it is lost, or
 * serves a port. It knows nothing of recognition.
 */
export class Following {
  readonly #options: FollowingOptions;
  readonly #closing = new AbortController();
  /** Aborts when nothing more is to be read. */
  readonly #ending = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  #feed: AudioFeed | undefined;
  #port: OpenPort | undefined;
  #hasHeard = false;
  #closed: Promise<void> | undefined;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** Aborts when nothing more is to be read. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Connects the stream, or opens the port, which plays from then on; a stream waits for {@link begin}.
   * @throws AsrError
   */
  async connect(): Promise<void> {
    const { source } = this.#options;
    if (source.kind === 'port') {
      await this.#open(source);
      return;
    }
    const feed = await source.connect(this.#closing.signal);
    if (this.isClosing) await feed.close();
    else this.#feed = feed;
  }

  /** Plays the connected stream from now on. */
  begin(): void {
    const { source } = this.#options;
    if (source.kind === 'stream') this.#run(() => this.#follow(source));
  }

  /** Connects, and plays from then on. @throws AsrError; then everything is closed. */
  async start(): Promise<void> {
    try {
      await this.connect();
      this.#closing.signal.throwIfAborted();
      this.begin();
    } catch (error) {
      await this.close();
      throw asAsrError(error, 'CONNECT_FAILED', `Cannot follow ${this.#options.source.name}`);
    }
  }

  /** Reads nothing more; resolves when all that was read is played. */
  async end(): Promise<void> {
    this.#ending.abort();
    // A task that ends may have started another one, which has to end, too.
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  /** Ends everything at once, whatever the state; resolves when nothing is left open. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#ending.abort();
    await this.#feed?.close();
    await this.#port?.close();
    await this.end();
  }

  async #follow(source: StreamSource): Promise<void> {
    const { play, onLost, onRead, onWarning } = this.#options;
    const { signal } = this.#ending;
    const backoff = new Backoff(this.#options.backoff ?? source.retry);
    const outage = new Outage({ say: onWarning });
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      let lost = `${source.name} has ended.`;
      try {
        const feed = this.#feed ?? (await source.connect(signal));
        this.#feed = undefined;
        outage.back(source.name);
        await play(feed, this.#heard);
      } catch (error) {
        if (this.#isEnding()) break;
        const reason = asAsrError(error, 'CONNECTION_LOST', `${source.name} cannot be read`);
        // A permanent error of a source that never has worked is a mistake in its settings.
        if (!reason.retryable && !this.#hasHeard) {
          this.#fail(reason);
          return;
        }
        lost = reason.message;
      }
      onLost?.();
      const delayMs = backoff.nextMs(performance.now() - startedAtMs);
      outage.lost(lost, delayMs);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
    if (!this.isClosing) await onRead?.();
  }

  async #open(source: PortSource): Promise<void> {
    const { play, onWarning } = this.#options;
    const port = await source.listen({
      onFeed: (feed) => {
        this.#run(() => (this.ending.aborted ? feed.close() : play(feed, this.#heard)));
      },
      onWarning,
      onFailure: (error) => {
        this.#fail(asAsrError(error, 'CONNECTION_LOST', `${source.name} failed`));
      },
    });
    if (this.isClosing) await port.close();
    else this.#port = port;
  }

  // A method, because the value changes during an await.
  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  readonly #heard = (): void => {
    this.#hasHeard = true;
  };

  #run(work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        this.#fail(asAsrError(error, 'CONNECTION_LOST', 'Listening failed'));
      })
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  #fail(error: AsrError): void {
    if (this.isClosing) return;
    void this.close();
    this.#options.onFailure(error);
  }
}
