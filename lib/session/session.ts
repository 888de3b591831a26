import { bytesOf } from '../audio/format';
import type { AudioChunk, AudioFormatHints } from '../audio/format';
import { AudioIntake } from '../audio/intake';
import type { Cancel } from '../environment';
import { AsrError, asAsrError } from '../errors';
import type { EventOf, OpenedEvent, SessionEvent, SessionEventType, Statistics } from '../events';
import type { Protocol, ServiceEvent } from '../protocol/protocol';
import { configure } from './config';
import type { SessionConfig } from './config';
import { Connection } from './connection';
import { Emitter } from './emitter';
import { EventQueue } from './event-queue';
import type { CommitResult, Session, SessionOptions, SessionState } from './options';
import { deferred, handled, rejected } from './promises';
import { createProtocol } from './protocols';
import { Recognition } from './recognition';
import { Sender } from './sender';
import { StatisticsCounter } from './statistics';

/** After the service said that what it was finishing has failed, nothing much will follow. */
const FINISH_AFTER_FAILURE_MS = 1000;
/** Manual mode: audio of one commit past which the documentation advises against (protocol.md A.6). */
const LONG_COMMIT_MS = 60_000;
/** What is sent beyond the configured silence, so that the service surely sees the end of the sentence. */
const SILENCE_MARGIN_MS = 400;

/**
 * Opens a session. It connects by itself; audio may be appended at once and is held until the service is ready.
 *
 * Promises of a session never cause an unhandled rejection: what ends it comes as the `error` event as well.
 * @throws AsrError `INVALID_OPTION` or `MISSING_API_KEY`, at once.
 */
export function openSession(options: SessionOptions = {}): Session {
  return new LiveSession(configure(options));
}

class LiveSession implements Session {
  readonly #config: SessionConfig;
  readonly #bytesPerMs: number;
  readonly #protocol: Protocol;
  readonly #connection: Connection;
  readonly #intake: AudioIntake;
  readonly #sender: Sender;
  readonly #recognition: Recognition;
  readonly #counter: StatisticsCounter;
  readonly #emitter = new Emitter();
  readonly #ready = deferred<OpenedEvent>();
  readonly #finished = deferred<Statistics>();
  readonly #onAbort = () => {
    this.abort();
  };
  #state: SessionState = 'connecting';
  #id: string | undefined;
  #endedBy: AsrError | undefined;
  #isFinishSent = false;
  /** All results are there; only the closing handshake is left. */
  #isClosing = false;
  #uncommittedBytes = 0;
  #cancelFinishBound: Cancel | undefined;

  constructor(config: SessionConfig) {
    this.#config = config;
    const { clock } = config.environment;
    this.#bytesPerMs = (config.sampleRateHz * 2) / 1000;
    this.#intake = new AudioIntake(config.sampleRateHz);
    this.#counter = new StatisticsCounter(this.#bytesPerMs);
    this.#protocol = createProtocol(config);
    this.#recognition = new Recognition({
      clock,
      commitTimeoutMs: config.commitTimeoutMs,
      counter: this.#counter,
      emit: (event) => {
        this.#emitter.emit(event);
      },
    });
    this.#connection = new Connection(
      { ...config, protocol: this.#protocol },
      {
        onEvent: (event) => {
          this.#receive(event);
        },
        onLost: (error) => {
          this.#lost(error);
        },
        onDrain: () => {
          this.#sender.pump();
        },
      },
    );
    const { maxHeldAudioMs, pace } = config;
    this.#sender = new Sender(
      { clock, bytesPerMs: this.#bytesPerMs, maxHeldAudioMs, pace, counter: this.#counter },
      this.#protocol,
      this.#connection,
    );
    if (config.signal?.aborted) queueMicrotask(this.#onAbort);
    config.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get state(): SessionState {
    return this.#state;
  }

  get model(): string {
    return this.#config.model.id;
  }

  get id(): string | undefined {
    return this.#id;
  }

  ready(): Promise<OpenedEvent> {
    return this.#ready.promise;
  }

  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void> {
    if (!this.#takesMore()) return rejected(this.#closedError('append'));
    let pcm: Uint8Array;
    try {
      const bytes = bytesOf(audio);
      if (!bytes) {
        throw new AsrError(
          'BAD_AUDIO',
          `Expected audio as a Buffer, Int16Array or ArrayBuffer, got ${typeof audio}.`,
        );
      }
      pcm = this.#intake.write(bytes, hints);
    } catch (error) {
      return rejected(asAsrError(error, 'BAD_AUDIO', 'The audio cannot be read'));
    }
    this.#counter.audioInBytes += pcm.length;
    this.#countUncommitted(pcm.length);
    return this.#sender.append(pcm);
  }

  commit(): Promise<CommitResult> {
    if (!this.#takesMore()) return rejected(this.#closedError('commit'));
    const { takesCommit } = this.#protocol;
    if (takesCommit && this.#uncommittedBytes === 0) {
      const message = 'There is nothing to commit: no audio was appended since the last commit.';
      return rejected(new AsrError('COMMIT_EMPTY', message));
    }
    this.#uncommittedBytes = 0;
    const { commit, result } = this.#recognition.addCommit();
    this.#sender.then(() => {
      const { positionMs } = this.#sender;
      if (takesCommit)
        this.#protocol.commit().forEach((frame) => {
          this.#connection.send(frame);
        });
      else this.#sender.sendSilence(this.#config.vadSilenceMs + SILENCE_MARGIN_MS);
      this.#recognition.commitSent(commit, positionMs, !takesCommit);
    });
    return handled(result);
  }

  finish(): Promise<Statistics> {
    if (this.#takesMore()) {
      this.#state = 'finishing';
      this.#sender.then(() => {
        for (const frame of this.#protocol.finish()) this.#connection.send(frame);
        this.#isFinishSent = true;
        this.#recognition.finishSent();
        this.#boundFinish(this.#config.finishTimeoutMs);
      });
    }
    return this.#finished.promise;
  }

  abort(): void {
    if (this.#state === 'closed') return;
    this.#connection.destroy();
    this.#end('aborted');
  }

  statistics(): Statistics {
    return this.#counter.snapshot(this.#sender.heldBytes);
  }

  on<T extends SessionEventType>(type: T | 'event', listener: (event: EventOf<T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<SessionEvent> {
    let stopListening: () => void = () => undefined;
    const queue = new EventQueue(() => {
      stopListening();
    });
    stopListening = this.#emitter.on('event', (event) => {
      queue.push(event);
    });
    if (this.#state === 'closed') void queue.return();
    return queue;
  }

  #receive(event: ServiceEvent): void {
    if (this.#isClosing || this.#state === 'closed') return;
    switch (event.type) {
      case 'opened':
        this.#opened(event.sessionId);
        break;
      case 'finished':
        this.#isClosing = true;
        this.#cancelFinishBound?.();
        this.#connection.close();
        break;
      case 'send':
      case 'failed':
        // The connection's own business.
        break;
      default:
        this.#recognition.receive(event, this.#sender.timeline);
        // The connection stays open and no final follows (protocol.md A.8).
        if (event.type === 'sentenceFailed' && this.#isFinishSent) this.#boundFinish(FINISH_AFTER_FAILURE_MS);
    }
  }

  #opened(sessionId: string): void {
    this.#id = sessionId;
    if (this.#state === 'connecting') this.#state = 'open';
    const { model, endpoint } = this.#config;
    const event: OpenedEvent = { type: 'opened', sessionId, model: model.id, region: endpoint.label };
    this.#ready.resolve(event);
    this.#emitter.emit(event);
    this.#sender.pump();
  }

  #countUncommitted(bytes: number): void {
    const limit = LONG_COMMIT_MS * this.#bytesPerMs;
    const before = this.#uncommittedBytes;
    this.#uncommittedBytes += bytes;
    if (this.#config.mode === 'manual' && before <= limit && this.#uncommittedBytes > limit) {
      const message = 'More than 60 s of audio without a commit; the service advises to commit earlier.';
      this.#emitter.emit({ type: 'warning', code: 'LONG_COMMIT', message });
    }
  }

  #boundFinish(timeoutMs: number): void {
    this.#cancelFinishBound?.();
    this.#cancelFinishBound = this.#config.environment.clock.after(timeoutMs, () => {
      const message = `The service did not end the session within ${timeoutMs} ms of the last request.`;
      this.#emitter.emit({ type: 'warning', code: 'FINISH_TIMEOUT', message });
      this.#connection.destroy();
      this.#end('finished');
    });
  }

  #lost(error: AsrError): void {
    // The service may close without `session.finished`, and that is an answer too (protocol.md A.9, rule 4).
    const isDone = this.#isClosing || (this.#isFinishSent && error.closeCode === 1000);
    this.#end(isDone ? 'finished' : error);
  }

  /** The one way out: releases everything, answers everybody, and says so last. */
  #end(how: 'finished' | 'aborted' | AsrError): void {
    if (how !== 'aborted') this.#recognition.truncate();
    // A listener of the truncated finals may have aborted meanwhile.
    if (this.#isClosed()) return;
    const aborted = how === 'aborted';
    if (how instanceof AsrError) this.#endedBy = how;
    const reason = this.#endedBy ?? (aborted ? this.#abortedError() : this.#closedError('wait'));
    this.#state = 'closed';
    this.#cancelFinishBound?.();
    this.#config.signal?.removeEventListener('abort', this.#onAbort);
    this.#recognition.stop(reason);
    this.#counter.audioLostBytes += this.#sender.stop(reason);
    const statistics = this.statistics();
    this.#ready.reject(reason);
    if (how === 'finished') this.#finished.resolve(statistics);
    else this.#finished.reject(reason);
    this.#emitter.emit(
      how instanceof AsrError
        ? { type: 'error', error: how, statistics }
        : { type: 'finished', aborted, statistics },
    );
  }

  #abortedError(): AsrError {
    const cause: unknown = this.#config.signal?.reason;
    return new AsrError('ABORTED', 'The session was aborted.', { cause });
  }

  #closedError(what: string): AsrError {
    const why = this.#endedBy
      ? `it failed: ${this.#endedBy.message}`
      : this.#state === 'finishing'
        ? 'it is finishing.'
        : 'it is over.';
    return new AsrError('SESSION_CLOSED', `Cannot ${what} in this session, ${why}`, { cause: this.#endedBy });
  }

  #takesMore(): boolean {
    return this.#state === 'connecting' || this.#state === 'open';
  }

  // A method, because listeners may change the state between two looks at it.
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
