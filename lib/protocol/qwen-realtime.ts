/**
 * Qwen-ASR-Realtime (protocol.md part A): JSON text messages in both directions, audio as base64 in them.
 */
import { AsrError } from '../vocabulary/errors';
import type { SessionMode, WireFormat } from '../vocabulary/models';
import type { Frame } from '../vocabulary/frame';
import { number, object, parseObject, string } from './json';
import type { JsonObject } from './json';
import type { Protocol, ServiceEvent, ServiceEventOf } from './protocol';
import { QwenItems } from './qwen-items';
import { endsSession, serviceError } from './service-errors';
import type { ServiceErrorReport } from './service-errors';
import { usageOf } from './usage';

export interface QwenRealtimeConfig {
  model: string;
  mode: SessionMode;
  /** Of what is passed through as it is. Default `pcm`. */
  format?: WireFormat;
  sampleRateHz: number;
  vadThreshold: number;
  vadSilenceMs: number;
  language?: string;
  corpusText?: string;
}

type Phase = 'greeting' | 'configuring' | 'streaming' | 'finishing' | 'finished';

/** Kinds of unknown events that are reported, each once; a noisy service must not fill the memory. */
const MAX_REPORTED_UNKNOWN_TYPES = 20;

/** What a snapshot's name has behind that of its alias. */
const SNAPSHOT_DATE = /^-\d{4}-\d{2}-\d{2}$/;

const TRANSCRIPTION = 'conversation.item.input_audio_transcription.';

export class QwenRealtimeProtocol implements Protocol {
  readonly path: string;
  readonly commitBy: 'service' | 'silence';
  /** One session per connection (protocol.md A.8, "Not supported"). */
  readonly isReusable = false;
  readonly isPaused = false;
  readonly #config: QwenRealtimeConfig;
  readonly #items: QwenItems;
  readonly #unknownTypes = new Set<string>();
  #phase: Phase = 'greeting';
  #sessionId = '';
  #lastEventNumber = 0;

  constructor(config: QwenRealtimeConfig) {
    this.#config = config;
    this.path = `/api-ws/v1/realtime?model=${encodeURIComponent(config.model)}`;
    this.commitBy = config.mode === 'manual' ? 'service' : 'silence';
    this.#items = new QwenItems(config.mode);
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  get acceptsAudio(): boolean {
    return this.#phase === 'streaming';
  }

  /** Nothing: the service speaks first (`session.created`). */
  start(): Frame[] {
    return [];
  }

  audio(pcm: Buffer): Frame {
    // The one message per 100 ms of audio: base64 and our own ids need no escaping.
    const before = `{"event_id":"${this.#nextEventId()}","type":"input_audio_buffer.append","audio":"`;
    return { before, bytes: pcm, after: '"}' };
  }

  commit(): Frame[] {
    const eventId = this.#nextEventId();
    this.#items.commitSent(eventId);
    return [JSON.stringify({ event_id: eventId, type: 'input_audio_buffer.commit' })];
  }

  /** Nothing: a commit does not interrupt the session. */
  resume(): Frame[] {
    return [];
  }

  finish(): Frame[] {
    this.#phase = 'finishing';
    return [JSON.stringify({ event_id: this.#nextEventId(), type: 'session.finish' })];
  }

  /** Nothing: this protocol has its bias text in the configuration. */
  updateContext(): Frame[] {
    return [];
  }

  decode(text: string): ServiceEvent[] {
    const message = parseObject(text);
    const type = message && string(message.type);
    if (!message || type === undefined) {
      return [
        {
          type: 'warning',
          code: 'GARBAGE_FRAME',
          message: `The service sent ${text.length} characters that are no event.`,
        },
      ];
    }
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
        this.#items.committed(string(message.item_id));
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
        return [{ type: 'finished' }];
      case 'error':
        return this.#error(message);
      default:
        return this.#unknown(type);
    }
  }

  #created(message: JsonObject): ServiceEvent[] {
    if (this.#phase !== 'greeting') return [];
    const session = object(message.session);
    const mismatch = this.#modelMismatch(session);
    if (mismatch) return [mismatch];
    this.#sessionId = string(session?.id) ?? '';
    this.#phase = 'configuring';
    return [{ type: 'send', frame: this.#sessionUpdate() }];
  }

  #updated(message: JsonObject): ServiceEvent[] {
    if (this.#phase !== 'configuring') return [];
    const session = object(message.session);
    const mismatch = this.#modelMismatch(session);
    if (mismatch) return [mismatch];
    this.#phase = 'streaming';
    this.#sessionId = string(session?.id) ?? this.#sessionId;
    return [{ type: 'opened', sessionId: this.#sessionId }];
  }

  /** A name that the service does not know silently runs another, dearer model (protocol.md A.2). */
  #modelMismatch(session: JsonObject | undefined): ServiceEvent | undefined {
    const asked = this.#config.model;
    const echoed = string(session?.model) ?? string(object(session?.input_audio_transcription)?.model);
    // An alias may be echoed as the snapshot that it stands for, and a snapshot by its alias.
    if (echoed === undefined || echoed === asked || echoed.startsWith(`${asked}-`)) return undefined;
    if (asked.startsWith(echoed) && SNAPSHOT_DATE.test(asked.slice(echoed.length))) return undefined;
    const error = new AsrError(
      'MODEL_MISMATCH',
      `The service runs ${echoed}, not the ${asked} that was asked for. Check the model's name and that the region has it.`,
      { param: 'model' },
    );
    return { type: 'failed', error };
  }

  #sessionUpdate(): Frame {
    const {
      mode,
      format = 'pcm',
      sampleRateHz,
      vadThreshold,
      vadSilenceMs,
      language,
      corpusText,
    } = this.#config;
    return JSON.stringify({
      event_id: this.#nextEventId(),
      type: 'session.update',
      session: {
        modalities: ['text'],
        input_audio_format: format,
        sample_rate: sampleRateHz,
        input_audio_transcription: {
          ...(language && { language }),
          ...(corpusText && { corpus: { text: corpusText } }),
        },
        // Left out would keep the default VAD: Manual mode is an explicit null (protocol.md A.4.1).
        turn_detection:
          mode === 'manual'
            ? null
            : { type: 'server_vad', threshold: vadThreshold, silence_duration_ms: vadSilenceMs },
      },
    });
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
    // Behind its own final, or of an item that failed: out of order, nothing new.
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
    if (done.commit !== undefined) {
      events.push({ type: 'commitSettled', commit: done.commit, sentenceIds: [done.sentenceId] });
    }
    return events;
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
    const commit = this.#items.commitOfError(report, string(object(message.error)?.event_id));
    if (commit === 'answered') return [];
    if (commit) {
      const error = serviceError(report, 'COMMIT_FAILED', 'The service refused the commit');
      return [{ type: 'commitSettled', commit: commit.number, sentenceIds: [], isRefused: true, error }];
    }
    // An inference failure: the connection stays open and no final follows (protocol.md A.8).
    if (report.code === 'COMMON_ERROR') return this.#items.failed(undefined, report);
    return [
      {
        type: 'warning',
        code: 'SERVICE_WARNING',
        message: serviceError(report, 'SERVICE_ERROR', 'The service says').message,
      },
    ];
  }

  #unknown(type: string): ServiceEvent[] {
    if (this.#unknownTypes.has(type) || this.#unknownTypes.size >= MAX_REPORTED_UNKNOWN_TYPES) return [];
    this.#unknownTypes.add(type);
    const name = type.slice(0, 100);
    return [
      {
        type: 'warning',
        code: 'UNKNOWN_EVENT',
        message: `The service sent an unknown event "${name}"; it is ignored.`,
      },
    ];
  }

  #reportOf(message: JsonObject): ServiceErrorReport {
    const error = object(message.error);
    const param = string(error?.param);
    const type = string(error?.type);
    // The frame's own id is what the vendor's support asks for; `error.event_id` is that of our frame.
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

/** The result with its language and its emotion; the service sends "" for unknown (protocol.md A.5.7). */
function tagged(result: ServiceEventOf<'interim' | 'final'>, message: JsonObject): ServiceEvent {
  const language = string(message.language);
  const emotion = string(message.emotion);
  if (language) result.language = language;
  if (emotion) result.emotion = emotion;
  return result;
}
