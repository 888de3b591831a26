import assert from 'node:assert/strict';
import type { Frame } from '../../lib/vocabulary/frame';
import type { ServiceEvent } from '../../lib/protocol/protocol';
import { RunTaskProtocol } from '../../lib/protocol/run-task';
import type { RunTaskConfig } from '../../lib/protocol/run-task';

export type Json = Record<string, unknown>;

export function protocolWith(config: Partial<RunTaskConfig> = {}): RunTaskProtocol {
  let tasks = 0;
  return new RunTaskProtocol({
    model: 'fun-asr-realtime',
    format: 'pcm',
    sampleRateHz: 16000,
    languages: [],
    parameters: {},
    context: [],
    createTaskId: () => `task-${(tasks += 1)}`,
    ...config,
  });
}

export function frameOf(event: string, payload: Json = {}, header: Json = {}, taskId = 'task-1'): string {
  return JSON.stringify({ header: { task_id: taskId, event, attributes: {}, ...header }, payload });
}

export function resultOf(sentence: Json, usage?: unknown): string {
  return frameOf('result-generated', { output: { sentence }, ...(usage !== undefined && { usage }) });
}

export function started(config: Partial<RunTaskConfig> = {}): RunTaskProtocol {
  const protocol = protocolWith(config);
  protocol.start();
  protocol.decode(frameOf('task-started'));
  return protocol;
}

export function sentFrame(frames: readonly Frame[]): { header: Json; payload: Json } {
  assert.equal(frames.length, 1);
  assert.equal(typeof frames[0], 'string');
  return JSON.parse(frames[0] as string) as { header: Json; payload: Json };
}

export function ofType<T extends ServiceEvent['type']>(
  events: ServiceEvent[],
  type: T,
): Extract<ServiceEvent, { type: T }> {
  const event = events.find((candidate) => candidate.type === type);
  assert.ok(event, `no ${type} among ${events.map((candidate) => candidate.type).join(', ')}`);
  return event as Extract<ServiceEvent, { type: T }>;
}

// The documented final of protocol.md B.4.
export const FINAL = {
  sentence_id: 1,
  begin_time: 170,
  end_time: 920,
  text: '好，我知道了',
  heartbeat: false,
  sentence_end: true,
  words: [
    { begin_time: 170, end_time: 295, text: '好', punctuation: '，' },
    { begin_time: 295, end_time: 503, text: '我', punctuation: '' },
    { begin_time: 503, end_time: 711, text: '知道', punctuation: '' },
    { begin_time: 711, end_time: 920, text: '了', punctuation: '' },
  ],
};
