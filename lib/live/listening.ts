import { setTimeout as sleep } from 'node:timers/promises';
import { asAsrError, AsrError } from '../vocabulary/errors';
import type { SessionEvent } from '../vocabulary/events';
import type { Session } from '../session/options';
import type { BackoffOptions } from '../base/backoff';
import { feedSamples } from './feed-samples';
import { Following } from './following';
import { LiveRecognition } from './live-recognition';
import { watchStalls } from './sources/stall-watch';
import type { AudioFeed, FeedWishes, LiveSource, StreamSource } from './sources/source';

/** A device that detects voices itself sends no silence behind speech, which would end the sentence. */
const PAUSE_MS = 2000;

export interface ListeningOptions {
  source: LiveSource;
  /** @param wishes What the sender asks for. */
  openSession: (wishes?: FeedWishes) => Session;
  /** Sample rate of the sessions. */
  rateHz: number;
  onEvent: (event: SessionEvent, sender: string) => void;
  /** A sender of a port begins. @param details See {@link AudioFeed.details}; absent where nothing is known. */
  onSender?: (sender: string, details?: Readonly<Record<string, unknown>>) => void;
  /** A sender has left, and nothing more comes from it. */
  onSenderGone: (sender: string) => void;
  /** A device sent something that is no audio, and was disconnected. Everything else goes on. */
  onBadItem: (error: AsrError) => void;
  /** Nothing more will come. Called once; everything is closed by then, or is being closed. */
  onFailure: (error: AsrError) => void;
  onWarning: (message: string) => void;
  backoff?: BackoffOptions;
  /** The open sentence ends after this time without audio. Default 2000. */
  pauseMs?: number;
}

/** Recognises a live source from its start to its close, and owns everything for that. */
export class Listening {
  readonly #options: ListeningOptions;
  readonly #following: Following;
  /** The one recognition of a stream; each device of a port has its own. */
  #ofStream: LiveRecognition | undefined;
  /** The present feed of the stream, which may want its text. */
  #feedOfStream: AudioFeed | undefined;
  readonly #recognitions = new Set<LiveRecognition>();
  #closed: Promise<void> | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#following = new Following({
      source: options.source,
      play: (feed, heard) =>
        this.#ofStream ? this.#playStream(feed, this.#ofStream, heard) : this.#serve(feed, heard),
      onLost: () => this.#ofStream?.endSentence(),
      onRead: async () => this.#ofStream?.finish(),
      onFailure: (error) => {
        this.#fail(error);
      },
      onWarning: options.onWarning,
      ...(options.backoff && { backoff: options.backoff }),
    });
  }

  /**
   * Connects to source and service; resolves when audio can come and be recognised. If it rejects, everything is
   * closed.
   * @throws AsrError
   */
  async start(): Promise<void> {
    const { source } = this.#options;
    try {
      await (source.kind === 'stream' ? this.#startStream(source) : this.#startPort());
    } catch (error) {
      const wasClosed = this.#following.isClosing;
      await this.close();
      throw wasClosed ? stopped() : asAsrError(error, 'CONNECT_FAILED', `Cannot listen to ${source.name}`);
    }
  }

  /** Ends everything at once, whatever the state; resolves when nothing is left open. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /**
   * Reads nothing more, waits for the text of the audio so far, and closes. Resolves when nothing is left open.
   * @param boundMs After this time it closes at once.
   */
  async finish(boundMs: number): Promise<void> {
    const bound = new AbortController();
    const late = sleep(boundMs, undefined, { signal: bound.signal }).catch(() => undefined);
    await Promise.race([late, this.#following.end()]);
    bound.abort();
    await this.close();
  }

  async #close(): Promise<void> {
    const closed = this.#following.close();
    for (const recognition of this.#recognitions) recognition.close();
    await closed;
  }

  async #startStream(source: StreamSource): Promise<void> {
    this.#ofStream = this.#recognise(source.name);
    const [opened, connected] = await Promise.allSettled([this.#ofStream.open(), this.#following.connect()]);
    if (opened.status === 'rejected') throw opened.reason;
    if (connected.status === 'rejected') throw connected.reason;
    if (this.#following.isClosing) throw stopped();
    this.#following.begin();
  }

  async #startPort(): Promise<void> {
    const { name } = this.#options.source;
    // A wrong key should be reported now, and not when the first device connects.
    const probe = this.#recognise(name);
    try {
      await probe.open();
    } finally {
      this.#forget(probe, name);
    }
    if (this.#following.isClosing) throw stopped();
    await this.#following.connect();
  }

  /** Serves one device from its first audio to its last result. */
  async #serve(feed: AudioFeed, heard: () => void): Promise<void> {
    const { sender, details } = feed;
    this.#options.onSender?.(sender, details);
    const recognition = this.#recognise(sender, feed);
    let fault: AsrError | undefined;
    try {
      await this.#play(feed, recognition, heard);
    } catch (error) {
      const reason = asAsrError(error, 'CONNECTION_LOST', `The audio of ${sender} cannot be read`);
      if (!this.#following.ending.aborted) {
        if (reason.code === 'BAD_AUDIO') this.#options.onBadItem(badAudio(reason, sender));
        else this.#options.onWarning(reason.message);
      }
      fault = reason;
    }
    await recognition.finish();
    feed.recognised?.(fault);
    this.#forget(recognition, sender);
  }

  #playStream(feed: AudioFeed, recognition: LiveRecognition, heard: () => void): Promise<void> {
    this.#feedOfStream = feed;
    return this.#play(feed, recognition, heard);
  }

  async #play(feed: AudioFeed, recognition: LiveRecognition, heard: () => void): Promise<void> {
    const { rateHz, pauseMs = PAUSE_MS, onEvent } = this.#options;
    const following = this.#following;
    const samples = feedSamples(feed, {
      rateHz,
      signal: following.ending,
      onComplaint: (complaint) => {
        if (!following.isClosing) onEvent({ type: 'warning', ...complaint }, feed.sender);
      },
    });
    const onPause = (): void => {
      recognition.endSentence();
    };
    let refusedBytes = 0;
    for await (const pcm of watchStalls(samples, pauseMs, onPause)) {
      heard();
      try {
        await recognition.append(pcm);
      } catch (error) {
        // One refusal is about one piece. What comes when there is room again is heard.
        if (!isRefusal(error)) throw error;
        if (refusedBytes === 0) this.#options.onWarning(`${error.message} ${feed.sender} goes on.`);
        refusedBytes += pcm.length;
        continue;
      }
      if (refusedBytes > 0)
        this.#options.onWarning(`${refusedAudio(refusedBytes, rateHz)} of ${feed.sender}.`);
      refusedBytes = 0;
    }
  }

  #recognise(sender: string, feed?: AudioFeed): LiveRecognition {
    const { openSession, onEvent, onWarning, backoff } = this.#options;
    const recognition = new LiveRecognition({
      openSession: () => openSession(feed?.wishes),
      onEvent: (event) => {
        onEvent(event, sender);
        (feed ?? this.#feedOfStream)?.hear?.(event);
      },
      onFailure: (error) => {
        this.#fail(error);
      },
      onWarning,
      ...(backoff && { backoff }),
    });
    this.#recognitions.add(recognition);
    return recognition;
  }

  #forget(recognition: LiveRecognition, sender: string): void {
    recognition.close();
    this.#recognitions.delete(recognition);
    this.#options.onSenderGone(sender);
  }

  #fail(error: AsrError): void {
    if (this.#closed) return;
    void this.close();
    this.#options.onFailure(error);
  }
}

function badAudio({ message, cause }: AsrError, sender: string): AsrError {
  return new AsrError('BAD_AUDIO', `${sender} sent no usable audio. ${message}`, { cause });
}

function stopped(): AsrError {
  return new AsrError('ABORTED', 'Listening was canceled.');
}

function isRefusal(error: unknown): error is AsrError {
  return error instanceof AsrError && error.code === 'HELD_AUDIO_LIMIT';
}

function refusedAudio(bytes: number, rateHz: number): string {
  return `There is room for audio again; ${Math.round((1000 * bytes) / (2 * rateHz))} ms were refused`;
}
