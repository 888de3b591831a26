import { setTimeout as sleep } from 'node:timers/promises';
import { decodeAudio } from '../audio/decode';
import { asAsrError, AsrError } from '../vocabulary/errors';
import type { SessionEvent } from '../vocabulary/events';
import type { Session } from '../session/options';
import { Backoff } from '../base/backoff';
import type { BackoffOptions } from '../base/backoff';
import { Outage } from '../base/outage';
import { LiveRecognition } from './live-recognition';
import { watchStalls } from './sources/stall-watch';
import type { AudioFeed, LiveSource, OpenPort, PortSource, StreamSource } from './sources/source';

/** A device that detects voices itself sends no silence behind speech, which would end the sentence. */
const PAUSE_MS = 2000;

export interface ListeningOptions {
  source: LiveSource;
  openSession: () => Session;
  /** Sample rate of the sessions. */
  rateHz: number;
  onEvent: (event: SessionEvent, sender: string) => void;
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
  readonly #closing = new AbortController();
  /** Aborts when nothing more is to be read; the text of the audio so far still comes. */
  readonly #ending = new AbortController();
  readonly #recognitions = new Set<LiveRecognition>();
  readonly #tasks = new Set<Promise<void>>();
  #port: OpenPort | undefined;
  #hasHeard = false;
  #closed: Promise<void> | undefined;

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  /**
   * Connects to source and service; resolves when audio can come and be recognised. If it rejects, everything is
   * closed.
   * @throws AsrError
   */
  async start(): Promise<void> {
    const { source } = this.#options;
    try {
      await (source.kind === 'stream' ? this.#startStream(source) : this.#startPort(source));
    } catch (error) {
      const wasClosed = this.#isClosing();
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
    this.#ending.abort();
    const bound = new AbortController();
    const late = sleep(boundMs, undefined, { signal: bound.signal }).catch(() => undefined);
    await Promise.race([late, this.#tasksEnded()]);
    bound.abort();
    await this.close();
  }

  async #tasksEnded(): Promise<void> {
    // A task that ends may have started another one, which has to end, too.
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#ending.abort();
    for (const recognition of this.#recognitions) recognition.close();
    await this.#port?.close();
    await this.#tasksEnded();
  }

  async #startStream(source: StreamSource): Promise<void> {
    const recognition = this.#recognise(source.name);
    const [opened, connected] = await Promise.allSettled([
      recognition.open(),
      source.connect(this.#closing.signal),
    ]);
    if (connected.status === 'fulfilled' && (opened.status === 'rejected' || this.#isClosing())) {
      await connected.value.close();
    }
    if (opened.status === 'rejected') throw opened.reason;
    if (connected.status === 'rejected') throw connected.reason;
    this.#closing.signal.throwIfAborted();
    this.#run(() => this.#follow(source, recognition, connected.value));
  }

  /** Plays the stream, and connects again whenever it is lost. */
  async #follow(source: StreamSource, recognition: LiveRecognition, first: AudioFeed): Promise<void> {
    const { signal } = this.#ending;
    const backoff = new Backoff(this.#options.backoff);
    const outage = new Outage({ say: this.#options.onWarning });
    let feed: AudioFeed | undefined = first;
    while (!signal.aborted) {
      const startedAtMs = performance.now();
      let lost = `${source.name} has ended.`;
      try {
        feed ??= await source.connect(signal);
        outage.back(source.name);
        await this.#play(feed, recognition);
      } catch (error) {
        if (this.#isEnding()) break;
        const reason = asAsrError(error, 'CONNECTION_LOST', `${source.name} cannot be read`);
        // A source that has worked will work again. A permanent error of one that never has is a mistake in its
        // settings.
        if (!reason.retryable && !this.#hasHeard) {
          this.#fail(reason);
          return;
        }
        lost = reason.message;
      }
      feed = undefined;
      recognition.endSentence();
      const delayMs = backoff.nextMs(performance.now() - startedAtMs);
      outage.lost(lost, delayMs);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
    if (!this.#isClosing()) await recognition.finish();
  }

  async #startPort(source: PortSource): Promise<void> {
    // A wrong key should be reported now, and not when the first device connects.
    const probe = this.#recognise(source.name);
    try {
      await probe.open();
    } finally {
      this.#forget(probe, source.name);
    }
    this.#closing.signal.throwIfAborted();
    const port = await source.listen({
      onFeed: (feed) => {
        this.#run(() => this.#serve(feed));
      },
      onWarning: this.#options.onWarning,
      onFailure: (error) => {
        this.#fail(asAsrError(error, 'CONNECTION_LOST', `${source.name} failed`));
      },
    });
    if (this.#isClosing()) await port.close();
    else this.#port = port;
  }

  /** Serves one device from its first audio to its last result. */
  async #serve(feed: AudioFeed): Promise<void> {
    const { sender } = feed;
    if (this.#isEnding()) return feed.close();
    const recognition = this.#recognise(sender);
    try {
      await this.#play(feed, recognition);
    } catch (error) {
      const reason = asAsrError(error, 'CONNECTION_LOST', `The audio of ${sender} cannot be read`);
      if (!this.#isEnding()) {
        if (reason.code === 'BAD_AUDIO') this.#options.onBadItem(badAudio(reason, sender));
        else this.#options.onWarning(reason.message);
      }
    }
    await recognition.finish();
    this.#forget(recognition, sender);
  }

  async #play(feed: AudioFeed, recognition: LiveRecognition): Promise<void> {
    const { signal } = this.#ending;
    const { rateHz, pauseMs = PAUSE_MS } = this.#options;
    const arrived = { bytes: 0 };
    const chunks = (async function* () {
      for await (const chunk of feed.chunks) {
        arrived.bytes += chunk.length;
        yield chunk;
      }
    })();
    try {
      const samples = decodeAudio(chunks, {
        rateHz,
        hints: { ...feed.hints, isRecording: false },
        signal,
        onComplaint: ({ code, message }) => {
          if (!this.#isClosing()) this.#options.onEvent({ type: 'warning', code, message }, feed.sender);
        },
      });
      const onPause = (): void => {
        recognition.endSentence();
      };
      for await (const pcm of watchStalls(samples, pauseMs, onPause)) {
        this.#hasHeard = true;
        await recognition.append(pcm);
      }
    } catch (error) {
      // A port scanner, or a device that sent nothing. That is no fault.
      const isNothing = error instanceof AsrError && error.code === 'BAD_AUDIO' && arrived.bytes === 0;
      if (!isNothing) throw error;
    } finally {
      await feed.close();
    }
  }

  #recognise(sender: string): LiveRecognition {
    const { openSession, onEvent, onWarning, backoff } = this.#options;
    const recognition = new LiveRecognition({
      openSession,
      onEvent: (event) => {
        onEvent(event, sender);
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

  #run(work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        this.#fail(asAsrError(error, 'CONNECTION_LOST', 'Listening failed'));
      })
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  #fail(error: AsrError): void {
    if (this.#isClosing()) return;
    void this.close();
    this.#options.onFailure(error);
  }

  // Methods, because both values change during an await.
  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }
}

function badAudio({ message, cause }: AsrError, sender: string): AsrError {
  return new AsrError('BAD_AUDIO', `${sender} sent no usable audio. ${message}`, { cause });
}

function stopped(): AsrError {
  return new AsrError('ABORTED', 'Listening was canceled.');
}
