import type { Frame } from './raw-client';

export const INFERENCE = '/api-ws/v1/inference';

/** A `run-task` that every service takes; parameters are added to or override its own. */
export function runTask(
  taskId: string,
  parameters: Frame = {},
  model = 'fun-asr-realtime',
  input: unknown = {},
): Frame {
  return {
    header: { action: 'run-task', task_id: taskId, streaming: 'duplex' },
    payload: {
      task_group: 'audio',
      task: 'asr',
      function: 'recognition',
      model,
      parameters: { format: 'pcm', sample_rate: 16_000, ...parameters },
      input,
    },
  };
}

export function finishTask(taskId: string): Frame {
  return { header: { action: 'finish-task', task_id: taskId, streaming: 'duplex' }, payload: { input: {} } };
}

export function continueTask(taskId: string, context: unknown): Frame {
  return {
    header: { action: 'continue-task', task_id: taskId, streaming: 'duplex' },
    payload: { input: { context } },
  };
}
