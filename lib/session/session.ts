import type { AudioChunk, AudioFormatHints } from '../audio/format';
import { deferred, rejected } from '../base/promises';
import type { Cancel } from '../transport/environment';
import { AsrError } from '../vocabulary/errors';
import type {
  EventOf,
  OpenedEvent,
  SessionEvent,
  SessionEventType,
  SessionState,
  Statistics,
  WarningCode,
} from '../vocabulary/events';
import type { ContextTurn } from '../vocabulary/parameters';
import { commit } from './commit';
import { checkContext, configure } from './config';
import type { SessionConfig } from './config';
import { Emitter, EventQueue } from './events/emitter';
import { AudioInput, measureOf } from './send/audio-input';
import { logEvents } from './events/log-events';
import type { CommitResult, Session, SessionOptions } from './options';
import { Recognition } from './results/recognition';
import { Sender } from './send/sender';
import { ServiceLink } from './link/service-link';
import { every, StatisticsCounter } from './events/statistics';

/**
 * Opens a session. It connects by itself; audio may be appended at once and is held until the service is ready.
 *
 * The promises of a session never cause an unhandled rejection, because the `error` event reports the same error.
 * @throws AsrError `INVALID_OPTION` or `MISSING_API_KEY`, synchronously.
 */
export function openSession(options: SessionOptions = {}): Session {
  return new RecognitionSession(configure(options));
}

class RecognitionSession implements Session {
  readonly #config: SessionConfig;
  readonly #input: AudioInput;
  readonly #sender: Sender;
  readonly #recognition: Recognition;
  readonly #link: ServiceLink;
  readonly #counter: StatisticsCounter;
  readonly #emitter = new Emitter();
  readonly #stopStatistics: Cancel | undefined;
  readonly #ready = deferred<OpenedEvent>();
  readonly #finished = deferred<Statistics>();
  readonly #onAbort = () => {
    this.abort();
  };
  /** The state as the last `state` event told it. */
  #state: SessionState = 'connecting';
  #id: string | undefined;
  #endedBy: AsrError | undefined;

  constructor(config: SessionConfig) {
    this.#config = config;
    const { clock } = config.environment;
    const { signal } = config;
    const emit = (event: SessionEvent) => {
      this.#follow(event);
      this.#emitter.emit(event);
    };
    logEvents(this.#emitter, config.log);
    const warn = (code: WarningCode, message: string) => {
      if (!this.#isClosed()) emit({ type: 'warning', code, message });
    };
    const { bytesPerMs, isMeasured } = measureOf(config);
    const counter = new StatisticsCounter(isMeasured ? bytesPerMs : Infinity);
    this.#counter = counter;
    const { commitTimeoutMs, mode } = config;
    // Each property is named: a spread with further properties behind it would give the object of each session a
    // hidden class of its own, which slows every access to it (bench/README.md).
    this.#recognition = new Recognition({
      clock,
      commitTimeoutMs,
      settleBy: mode === 'vad' && isMeasured ? 'final' : 'commit',
      isMeasured,
      counter,
      sessionId: () => this.#id,
      emit,
    });
    this.#sender = new Sender({
      clock,
      bytesPerMs,
      sampleBytes: isMeasured ? 2 : 1,
      maxReplayAudioMs: config.maxReplayAudioMs,
      pace: config.pace,
      counter,
      onProgress: () => {
        this.#input.onProgress();
      },
    });
    this.#input = new AudioInput({
      config,
      clock,
      counter,
      sender: this.#sender,
      recognition: this.#recognition,
      link: () => this.#link,
      warn,
    });
    this.#link = new ServiceLink({
      config,
      sender: this.#sender,
      recognition: this.#recognition,
      counter,
      emit,
      onState: (state, reason, cause) => {
        this.#enter(state, reason, cause);
      },
      openedEvent: (sessionId) => this.#opened(sessionId),
      hasUncommitted: () => config.mode === 'manual' && this.#input.hasUncommitted,
      onEnd: (error) => {
        this.#end(error ?? 'finished');
      },
    });
    if (config.statisticsIntervalMs !== undefined) {
      this.#stopStatistics = every(clock, config.statisticsIntervalMs, () => {
        emit({ type: 'statistics', statistics: this.statistics() });
      });
    }
    this.#link.start();
    if (signal?.aborted) queueMicrotask(this.#onAbort);
    signal?.addEventListener('abort', this.#onAbort, { once: true });
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
    return this.#input.append(audio, hints);
  }

  commit(): Promise<CommitResult> {
    if (!this.#takesMore()) return rejected(this.#closedError('commit'));
    const parts = {
      config: this.#config,
      input: this.#input,
      sender: this.#sender,
      link: this.#link,
      recognition: this.#recognition,
    };
    return this.#input.pause(() =>
      this.#isClosed() ? rejected(this.#closedError('commit')) : commit(parts),
    );
  }

  updateContext(context: readonly ContextTurn[]): void {
    const { model } = this.#config;
    if (model.context !== 'update') {
      const message = `The model ${model.id} takes no context.`;
      throw new AsrError('INVALID_OPTION', message, { param: 'context' });
    }
    this.#link.updateContext(checkContext(context, model));
  }

  finish(): Promise<Statistics> {
    if (this.#takesMore()) {
      this.#link.prepareEnd();
      this.#input.end(() => {
        this.#link.inTurn({
          run: () => {
            this.#link.finish();
          },
          isAnswered: () => false,
        });
      });
    }
    return this.#finished.promise;
  }

  abort(): void {
    if (this.#isClosed()) return;
    this.#link.destroy();
    this.#end('aborted');
  }

  get heldAudioMs(): number {
    return this.#counter.heldMs(this.#sender.heldBytes);
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
    // It is too late for any event, and a reader must not take a failure for a normal end.
    if (this.#isClosed()) {
      const error = this.#endedBy;
      if (error && error.code !== 'ABORTED')
        queue.push({ type: 'error', error, statistics: this.statistics() });
      else void queue.return();
    }
    return queue;
  }

  #opened(sessionId: string): OpenedEvent {
    this.#id = sessionId;
    const { model, endpoint } = this.#config;
    const event: OpenedEvent = { type: 'opened', sessionId, model: model.id, region: endpoint.label };
    this.#ready.resolve(event);
    return event;
  }

  /** Every way to end passes here: it releases everything, settles every promise, and emits the last event. */
  #end(how: 'finished' | 'aborted' | AsrError): void {
    if (how === 'finished') this.#recognition.complete();
    else if (how !== 'aborted') this.#recognition.truncate();
    // A listener of the truncated finals may have aborted the session meanwhile.
    if (this.#isClosed()) return;
    const aborted = how === 'aborted';
    if (how instanceof AsrError) this.#endedBy = how;
    else if (aborted)
      this.#endedBy = new AsrError('ABORTED', 'The session was aborted.', {
        cause: this.#config.signal?.reason,
      });
    const reason = this.#endedBy ?? this.#closedError('wait');
    const from = this.#state;
    this.#state = 'closed';
    this.#input.stop(reason, this.#closedError('append'));
    this.#stopStatistics?.();
    this.#config.signal?.removeEventListener('abort', this.#onAbort);
    this.#recognition.stop(how === 'finished' ? unansweredCommitError() : reason);
    this.#counter.audioLostBytes += this.#sender.stop();
    const statistics = this.statistics();
    this.#ready.reject(reason);
    if (how === 'finished') this.#finished.resolve(statistics);
    else this.#finished.reject(reason);
    const why = how === 'finished' ? 'All results are there.' : reason.message;
    this.#emitter.emit(
      { type: 'state', from, to: 'closed', reason: why },
      how instanceof AsrError
        ? { type: 'error', error: how, statistics }
        : { type: 'finished', aborted, statistics },
    );
  }

  #follow(event: SessionEvent): void {
    if (event.type === 'resumed') this.#id = event.sessionId;
  }

  #enter(to: SessionState, reason: string, cause?: SessionEvent): void {
    const from = this.#state;
    this.#state = to;
    const change: SessionEvent | undefined = from === to ? undefined : { type: 'state', from, to, reason };
    if (cause) this.#follow(cause);
    if (cause) this.#emitter.emit(cause, change);
    else if (change) this.#emitter.emit(change);
  }

  #closedError(what: string): AsrError {
    const endedBy = this.#endedBy;
    const running = this.#state === 'finishing' ? 'it is finishing.' : 'it is over.';
    const ended = endedBy?.code === 'ABORTED' ? 'it was aborted.' : `it failed: ${endedBy?.message}`;
    const message = `Cannot ${what} in this session, ${endedBy ? ended : running}`;
    return new AsrError('SESSION_CLOSED', message, { cause: endedBy });
  }

  #takesMore(): boolean {
    return this.#state !== 'finishing' && this.#state !== 'closed';
  }

  // A method, because listeners may change the state between two looks at it.
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

function unansweredCommitError(): AsrError {
  return new AsrError('COMMIT_FAILED', 'The session ended before the service answered the commit.');
}
