import type { TimedWord } from '../../engines/engine';
import type { JsonObject } from '../../json';
import type { FrameKind } from '../../script/schema';
import type { TaskFailure } from './request';

/** A frame with the name under which scripts know it. */
export interface Frame {
  kind: FrameKind;
  event: string;
  frame: JsonObject;
}

/** A sentence in `result-generated`. */
export interface Sentence {
  sentenceId: number;
  beginMs: number;
  text: string;
  words: readonly TimedWord[];
}

/** protocol.md B.4. */
export function taskStarted(taskId: string): Frame {
  return frame('opened', taskId, 'task-started', {});
}

/** The first event of a sentence, in the captured shape: no text and no `usage` (protocol.md B.4). */
export function sentenceBegan(taskId: string, sentenceId: number, beginMs: number): Frame {
  return result('speechStarted', taskId, openSentence({ sentenceId, beginMs, text: '', words: [] }, true));
}

/** The sentence so far. */
export function interim(taskId: string, sentence: Sentence): Frame {
  return result('interim', taskId, openSentence(sentence, false));
}

/** The final sentence. */
export function final(
  taskId: string,
  { sentenceId, beginMs, text, words }: Sentence,
  { endMs, usage, emotion }: { endMs: number; usage: JsonObject; emotion: JsonObject },
): Frame {
  const sentence = {
    sentence_id: sentenceId,
    begin_time: Math.round(beginMs),
    end_time: Math.round(endMs),
    text,
    channel_id: 0,
    speaker_id: null,
    heartbeat: false,
    sentence_end: true,
    sentence_begin: false,
    words: wireWords(words, true),
    ...emotion,
  };
  return result('final', taskId, sentence, usage);
}

/** Shows during silence that the task is alive; it has the sentence id 0 (protocol.md B.4). */
export function heartbeat(taskId: string): Frame {
  const sentence = {
    sentence_id: 0,
    begin_time: 0,
    end_time: null,
    text: '',
    heartbeat: true,
    sentence_end: false,
    words: [],
  };
  return result('heartbeat', taskId, sentence);
}

/** protocol.md B.4. */
export function taskFinished(taskId: string): Frame {
  return frame('finished', taskId, 'task-finished', { output: {}, usage: null });
}

/** protocol.md B.4; the connection closes after it. */
export function taskFailed(taskId: string, { code, message }: TaskFailure): Frame {
  const header = {
    task_id: taskId,
    event: 'task-failed',
    error_code: code,
    error_message: message,
    attributes: {},
  };
  return { kind: 'error', event: 'task-failed', frame: { header, payload: {} } };
}

function openSentence({ sentenceId, beginMs, text, words }: Sentence, isFirst: boolean): JsonObject {
  return {
    sentence_id: sentenceId,
    begin_time: Math.round(beginMs),
    end_time: null,
    text,
    channel_id: 0,
    speaker_id: null,
    sentence_end: false,
    sentence_begin: isFirst,
    words: wireWords(words, false),
  };
}

function wireWords(words: readonly TimedWord[], fixed: boolean): JsonObject[] {
  return words.map(({ beginMs, endMs, text, punctuation }) => ({
    begin_time: Math.round(beginMs),
    end_time: Math.round(endMs),
    text,
    punctuation,
    fixed,
  }));
}

function result(kind: FrameKind, taskId: string, sentence: JsonObject, usage?: JsonObject): Frame {
  return frame(kind, taskId, 'result-generated', { output: { sentence }, ...(usage ? { usage } : {}) });
}

function frame(kind: FrameKind, taskId: string, event: string, payload: JsonObject): Frame {
  return { kind, event, frame: { header: { task_id: taskId, event, attributes: {} }, payload } };
}
