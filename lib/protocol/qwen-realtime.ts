/** Qwen-ASR-Realtime (protocol.md part A): JSON text messages in both directions, with audio as base64. */
import type { Frame } from '../vocabulary/frame';
import { number, object, parseObject, string } from '../base/json';
import type { JsonObject } from '../base/json';
import { ForeignFrames } from './foreign-frames';
import type { Protocol, ServiceEvent, ServiceEventOf } from './protocol';
import { modelMismatch, sessionUpdate } from './qwen-configuration';
import type { QwenRealtimeConfig } from './qwen-configuration';
import { QwenItems } from './qwen-items';
import { endsSession, serviceError } from './service-errors';
import type { ServiceErrorReport } from './service-errors';
import { usageOf } from './usage';

type Phase = 'greeting' | 'configuring' | 'streaming' | 'finishing' | 'finished';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription.';

export class QwenRealtimeProtocol implements Protocol {
  readonly path: string;
  readonly commitBy: 'service' | 'silence';
  /** One session per connection (protocol.md A.8, "Not supported"). */
  readonly isReusable = false;
  readonly isPaused = false;
  readonly watchesCommits: boolean;
  readonly #config: QwenRealtimeConfig;
  readonly #items: QwenItems;
  readonly #foreign = new ForeignFrames();
  #phase: Phase = 'greeting';
  #sessionId = '';
  #lastEventNumber = 0;
  /** Without audio behind the last commit, all that the service commits belongs to that. */
  #hasAudioBehindCommit = false;

  constructor(config: QwenRealtimeConfig) {
    this.#config = config;
    this.path = `/api-ws/v1/realtime?model=${encodeURIComponent(config.model)}`;
    this.commitBy = config.mode === 'manual' ? 'service' : 'silence';
    this.watchesCommits = config.mode === 'manual';
    this.#items = new QwenItems(config.mode);
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  get acceptsAudio(): boolean {
    return this.#phase === 'streaming';
  }

  /** Returns nothing, because the service speaks first (`session.created`). */
  start(): Frame[] {
    return [];
  }

  audio(pcm: Buffer): Frame {
    this.#hasAudioBehindCommit = true;
    // The one message per 100 ms of audio. Base64 and our own ids need no escaping.
    const before = `{"event_id":"${this.#nextEventId()}","type":"input_audio_buffer.append","audio":"`;
    return { before, bytes: pcm, after: '"}' };
  }

  commit(isWatched = false): Frame[] {
    const eventId = this.#nextEventId();
    this.#items.commits.sent(eventId, isWatched);
    this.#hasAudioBehindCommit = false;
    return [JSON.stringify({ event_id: eventId, type: 'input_audio_buffer.commit' })];
  }

  commitReached(number: number): void {
    this.#items.commits.reached(number);
  }

  commitArrived(number: number): ServiceEvent[] {
    return this.#items.commits.arrived(number);
  }

  /** Returns nothing, because a commit does not interrupt the session. */
  resume(): Frame[] {
    return [];
  }

  finish(isWatched = false): Frame[] {
    this.#phase = 'finishing';
    const eventId = this.#nextEventId();
    // Unwatched, nothing tells its item from one that the service committed by itself.
    if (isWatched) {
      this.#items.commits.sent(eventId, isWatched, true);
      this.#hasAudioBehindCommit = false;
    }
    return [JSON.stringify({ event_id: eventId, type: 'session.finish' })];
  }

  /** Returns nothing, because the biasing text of this protocol is part of the configuration. */
  updateContext(): Frame[] {
    return [];
  }

  decode(text: string): ServiceEvent[] {
    const message = parseObject(text);
    const type = message && string(message.type);
    if (!message || type === undefined) return this.#foreign.garbage(text);
    switch (type) {
      case 'session.created':
        return this.#created(message);
      case 'session.updated':
        return this.#updated(message);
      case 'input_audio_buffer.speech_started':
        return this.#speechEdge('speechStarted', message, number(message.audio_start_ms));
      case 'input_audio_buffer.speech_stopped':
        return this.#speechEdge('speechStopped', message, number(message.audio_end_ms));
      case 'input_audio_buffer.committed':
        this.#items.committed(string(message.item_id), this.#hasAudioBehindCommit);
        return [];
      case 'conversation.item.created':
        return [];
      case `${TRANSCRIPTION}text`:
        return this.#interim(message);
      case `${TRANSCRIPTION}completed`:
        return this.#completed(message);
      case `${TRANSCRIPTION}failed`:
        return this.#items.failed(string(message.item_id), this.#reportOf(message));
      case 'session.finished':
        this.#phase = 'finished';
        return [...this.#items.commits.allArrived(), { type: 'finished' }];
      case 'error':
        return this.#error(message);
      default:
        return this.#foreign.unknown(type);
    }
  }

  #created(message: JsonObject): ServiceEvent[] {
    if (this.#phase !== 'greeting') return [];
    const session = object(message.session);
    this.#sessionId = string(session?.id) ?? '';
    const error = modelMismatch(this.#config.model, session);
    if (error) return [{ type: 'failed', error }];
    this.#phase = 'configuring';
    return [{ type: 'send', frame: sessionUpdate(this.#config, this.#nextEventId()) }];
  }

  #updated(message: JsonObject): ServiceEvent[] {
    if (this.#phase !== 'configuring') return [];
    const session = object(message.session);
    this.#sessionId = string(session?.id) ?? this.#sessionId;
    const error = modelMismatch(this.#config.model, session);
    if (error) return [{ type: 'failed', error }];
    this.#phase = 'streaming';
    return [{ type: 'opened', sessionId: this.#sessionId }];
  }

  #speechEdge(
    type: 'speechStarted' | 'speechStopped',
    message: JsonObject,
    atMs: number | undefined,
  ): ServiceEvent[] {
    const itemId = string(message.item_id);
    const sentenceId = type === 'speechStarted' ? this.#items.started(itemId) : this.#items.current(itemId);
    return sentenceId === undefined || atMs === undefined ? [] : [{ type, sentenceId, atMs }];
  }

  #interim(message: JsonObject): ServiceEvent[] {
    const sentenceId = this.#items.interim(string(message.item_id));
    // The event comes after its own final, or belongs to an item that failed, so it adds nothing.
    if (sentenceId === undefined) return [];
    const stableText = string(message.text) ?? '';
    const text = stableText + (string(message.stash) ?? '');
    if (text === '') return [];
    return [tagged({ type: 'interim', sentenceId, text, stableText }, message)];
  }

  #completed(message: JsonObject): ServiceEvent[] {
    const events: ServiceEvent[] = [];
    const usage = usageOf(message.usage);
    if (usage) events.push({ type: 'usage', ...usage });
    const done = this.#items.completed(string(message.item_id));
    if (!done) return events;
    const text = string(message.transcript) ?? '';
    events.push(tagged({ type: 'final', sentenceId: done.sentenceId, text }, message));
    return [...events, ...done.answers];
  }

  #error(message: JsonObject): ServiceEvent[] {
    const report = this.#reportOf(message);
    if (this.#phase === 'greeting' || this.#phase === 'configuring') {
      const what = 'The service refused the configuration';
      return [{ type: 'failed', error: serviceError(report, 'CONFIGURATION_REJECTED', what) }];
    }
    if (endsSession(report)) {
      return [
        { type: 'failed', error: serviceError(report, 'SERVICE_ERROR', 'The service ended the session') },
      ];
    }
    const refused = this.#items.commits.refused(report, string(object(message.error)?.event_id), () =>
      serviceError(report, 'COMMIT_FAILED', 'The service refused the commit'),
    );
    if (refused) return refused;
    // After an inference failure the connection stays open and no final follows (protocol.md A.8).
    if (report.code === 'COMMON_ERROR') return this.#items.failed(undefined, report);
    const { message: said, sessionId, requestId } = serviceError(report, 'SERVICE_ERROR', 'The service says');
    return [
      {
        type: 'warning',
        code: 'SERVICE_WARNING',
        message: said,
        ...(sessionId && { sessionId }),
        ...(requestId && { requestId }),
      },
    ];
  }

  #reportOf(message: JsonObject): ServiceErrorReport {
    const error = object(message.error);
    const param = string(error?.param);
    const type = string(error?.type);
    // The vendor's support asks for the frame's own id; `error.event_id` is the id of our frame.
    const requestId = string(message.request_id) ?? string(message.event_id);
    return {
      code: string(error?.code) ?? '',
      message: string(error?.message) ?? '',
      ...(param && { param }),
      ...(type && { type }),
      ...(this.#sessionId && { sessionId: this.#sessionId }),
      ...(requestId && { requestId }),
    };
  }

  #nextEventId(): string {
    this.#lastEventNumber += 1;
    return `event_${this.#lastEventNumber}`;
  }
}

/** The result with its language and emotion. The service sends "" for an unknown value (protocol.md A.5.7). */
function tagged(result: ServiceEventOf<'interim' | 'final'>, message: JsonObject): ServiceEvent {
  const language = string(message.language);
  const emotion = string(message.emotion);
  if (language) result.language = language;
  if (emotion) result.emotion = emotion;
  return result;
}
