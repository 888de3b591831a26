/**
 * The run-task protocol of Fun-ASR, Paraformer and Qwen-Audio-ASR (protocol.md part B): JSON text messages for
 * control and binary messages for audio, with one task after the other on a connection.
 */
import type { Word } from '../vocabulary/events';
import type { ContextTurn, ModelParameters } from '../vocabulary/parameters';
import { number, object, parseObject, string } from '../base/json';
import type { JsonObject } from '../base/json';
import { merged } from './merge';
import type { Frame } from '../vocabulary/frame';
import { ForeignFrames } from './foreign-frames';
import type { Protocol, ServiceEvent, ServiceEventOf } from './protocol';
import { serviceError } from './service-errors';
import { wireContext, wireParameters, wireResources } from './run-task-parameters';
import { RunTaskSentences } from './run-task-sentences';
import { sumOf, usageOf } from './usage';
import type { Usage } from './usage';

export interface RunTaskConfig {
  model: string;
  /** `pcm`, or the format of audio that is passed through unchanged. */
  format: string;
  sampleRateHz: number;
  languages: readonly string[];
  parameters: ModelParameters;
  /** Settings that are sent as they are, in `payload.parameters`. */
  otherSettings?: JsonObject;
  context: readonly ContextTurn[];
  /** Returns a new, unique id. */
  createTaskId: () => string;
}

/** `paused`: a commit ended the task, and the next one begins when audio comes. */
type Phase = 'starting' | 'running' | 'committing' | 'paused' | 'finishing' | 'finished';

export class RunTaskProtocol implements Protocol {
  readonly path = '/api-ws/v1/inference';
  readonly commitBy = 'service';
  /** The end of a task answers its commit. */
  readonly watchesCommits = false;
  readonly #config: RunTaskConfig;
  readonly #foreign = new ForeignFrames();
  #context: readonly ContextTurn[];
  #phase: Phase = 'starting';
  #taskId: string;
  #tasksStarted = 0;
  #commitsAnswered = 0;
  #sentences: RunTaskSentences;
  /** The usage of earlier tasks, because the service counts from the beginning of each task. */
  #usageBefore: Usage = { billedSeconds: 0 };
  #usageNow: Usage = { billedSeconds: 0 };

  constructor(config: RunTaskConfig) {
    this.#config = config;
    this.#context = config.context;
    this.#taskId = config.createTaskId();
    this.#sentences = new RunTaskSentences(this.#taskId);
  }

  get sessionId(): string {
    return this.#taskId;
  }

  get acceptsAudio(): boolean {
    return this.#phase === 'running';
  }

  /** The connection takes another task only after task-finished (protocol.md B.5). */
  get isReusable(): boolean {
    return this.#phase === 'finished' || this.#phase === 'paused';
  }

  get isPaused(): boolean {
    return this.#phase === 'paused';
  }

  start(): Frame[] {
    return [this.#runTask()];
  }

  audio(bytes: Uint8Array): Frame {
    return bytes;
  }

  /** Flushes the results of the task; the next task follows when audio comes. */
  commit(): Frame[] {
    this.#phase = 'committing';
    return [this.#command('finish-task', { input: {} })];
  }

  commitReached(): void {
    // The end of the task tells it.
  }

  commitArrived(): ServiceEvent[] {
    return [];
  }

  /** A task without audio would fail (protocol.md B.6), so it begins only when there is some. */
  resume(): Frame[] {
    this.#phase = 'starting';
    this.#taskId = this.#config.createTaskId();
    this.#sentences = new RunTaskSentences(this.#taskId);
    return [this.#runTask()];
  }

  finish(): Frame[] {
    this.#phase = 'finishing';
    // Without `input` the service fails the task (protocol.md B.2.4).
    return [this.#command('finish-task', { input: {} })];
  }

  updateContext(context: readonly ContextTurn[]): Frame[] {
    this.#context = context;
    if (this.#phase !== 'running') return [];
    return [this.#command('continue-task', { input: wireContext(context) })];
  }

  decode(text: string): ServiceEvent[] {
    const message = parseObject(text);
    const header = object(message?.header);
    const event = string(header?.event);
    if (!header || event === undefined) return this.#foreign.garbage(text);
    const taskId = string(header.task_id);
    if (taskId !== undefined && taskId !== this.#taskId) return [];
    switch (event) {
      case 'task-started':
        return this.#started();
      case 'result-generated':
        return this.#result(object(message?.payload) ?? {});
      case 'task-finished':
        return this.#finished(object(message?.payload) ?? {});
      case 'task-failed':
        return this.#failed(header);
      default:
        return this.#foreign.unknown(event);
    }
  }

  #started(): ServiceEvent[] {
    if (this.#phase !== 'starting') return [];
    this.#phase = 'running';
    return this.#tasksStarted > 1 ? [] : [{ type: 'opened', sessionId: this.#taskId }];
  }

  #result(payload: JsonObject): ServiceEvent[] {
    const events = this.#usage(payload);
    const sentence = object(object(payload.output)?.sentence);
    // A heartbeat only says that the task lives; its sentence is no real one (protocol.md B.4).
    if (!sentence || sentence.heartbeat === true) return events;
    const isEnd = isSentenceEnd(sentence);
    const found = this.#sentences.receive(sentence, isEnd);
    if (!found) return events;
    const sentenceId = found.name;
    const beginMs = number(sentence.begin_time);
    const endMs = number(sentence.end_time);
    const text = string(sentence.text) ?? '';
    const words = wordsOf(sentence.words);
    if (found.isNew && beginMs !== undefined) {
      events.push({ type: 'speechStarted', sentenceId, atMs: beginMs });
    }
    if (!isEnd) {
      if (text === '') return events;
      const stableText = stableTextOf(sentence, text);
      const interim: ServiceEventOf<'interim'> = { type: 'interim', sentenceId, text, stableText };
      if (beginMs !== undefined) interim.beginMs = beginMs;
      if (words.length > 0) interim.words = words;
      events.push(interim);
      return events;
    }
    if (endMs !== undefined) events.push({ type: 'speechStopped', sentenceId, atMs: endMs });
    const final: ServiceEventOf<'final'> = { type: 'final', sentenceId, text };
    if (beginMs !== undefined) final.beginMs = beginMs;
    if (words.length > 0) final.words = words;
    // `end_time` may be null in a final (protocol.md part D, row 23).
    const spokenToMs = endMs ?? words.at(-1)?.endMs;
    if (spokenToMs !== undefined) final.endMs = spokenToMs;
    const emotion = string(sentence.emo_tag);
    const emotionConfidence = number(sentence.emo_confidence);
    if (emotion) {
      final.emotion = emotion;
      if (emotionConfidence !== undefined) final.emotionConfidence = emotionConfidence;
    }
    events.push(final);
    return events;
  }

  #finished(payload: JsonObject): ServiceEvent[] {
    const events = this.#usage(payload);
    this.#usageBefore = sumOf(this.#usageBefore, this.#usageNow);
    this.#usageNow = { billedSeconds: 0 };
    if (this.#phase !== 'committing') {
      this.#phase = 'finished';
      return [...events, { type: 'finished' }];
    }
    events.push({ type: 'commitAnswered', commit: this.#commitsAnswered, sentenceIds: [] });
    this.#commitsAnswered += 1;
    this.#phase = 'paused';
    return [...events, { type: 'paused' }];
  }

  #failed(header: JsonObject): ServiceEvent[] {
    this.#phase = 'finishing';
    const report = {
      code: string(header.error_code) ?? '',
      message: string(header.error_message) ?? '',
      sessionId: this.#taskId,
      // The protocol has no other id of a request than the task's.
      requestId: string(header.request_id) ?? this.#taskId,
    };
    return [{ type: 'failed', error: serviceError(report, 'SERVICE_ERROR', 'The service ended the task') }];
  }

  #usage(payload: JsonObject): ServiceEvent[] {
    const usage = usageOf(payload.usage);
    if (!usage) return [];
    this.#usageNow = usage;
    return [{ type: 'usage', ...sumOf(this.#usageBefore, usage) }];
  }

  #runTask(): Frame {
    const { model, format, sampleRateHz, languages, parameters, otherSettings } = this.#config;
    this.#tasksStarted += 1;
    const resources = wireResources(parameters);
    return this.#command('run-task', {
      task_group: 'audio',
      task: 'asr',
      function: 'recognition',
      model,
      parameters: merged(
        {
          format,
          sample_rate: sampleRateHz,
          ...(languages.length > 0 && { language_hints: languages }),
          ...wireParameters(parameters),
        },
        otherSettings,
      ),
      ...(resources && { resources }),
      input: this.#context.length > 0 ? wireContext(this.#context) : {},
    });
  }

  #command(action: 'run-task' | 'continue-task' | 'finish-task', payload: JsonObject): Frame {
    return JSON.stringify({ header: { action, task_id: this.#taskId, streaming: 'duplex' }, payload });
  }
}

/** `sentence_end` decides; older replies without it are final once they have an end (protocol.md part D, row 23). */
function isSentenceEnd(sentence: JsonObject): boolean {
  if ('sentence_end' in sentence) return sentence.sentence_end === true;
  return number(sentence.end_time) !== undefined;
}

function wordsOf(value: unknown): Word[] {
  if (!Array.isArray(value)) return [];
  const words: Word[] = [];
  for (const entry of value) {
    const word = object(entry);
    const text = string(word?.text);
    const beginMs = number(word?.begin_time);
    const endMs = number(word?.end_time);
    if (text === undefined || beginMs === undefined || endMs === undefined) continue;
    words.push({ text, punctuation: string(word?.punctuation) ?? '', beginMs, endMs });
  }
  return words;
}

/** The words that the service marks as fixed, as far as the text begins with them (protocol.md B.4 `fixed`). */
function stableTextOf(sentence: JsonObject, text: string): string {
  let stable = '';
  for (const entry of Array.isArray(sentence.words) ? sentence.words : []) {
    const word = object(entry);
    if (word?.fixed !== true) break;
    stable += (string(word.text) ?? '') + (string(word.punctuation) ?? '');
  }
  return text.startsWith(stable) ? stable : '';
}
