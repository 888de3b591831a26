import assert from 'node:assert/strict';
import type { LocalService, LocalServiceOptions, ScriptFile } from '../../local-service';
import { ServiceBench } from './local-service';
import { at, type Frame, type RawClient } from './raw-client';
import { INFERENCE } from './run-task-frames';

export const STARTED = 'task-started';
export const RESULT = 'result-generated';
export const FINISHED = 'task-finished';
export const TASK_FAILED = 'task-failed';

/** One sentence, from half a second to 1.1 s. */
export const HELLO: ScriptFile = { utterances: [{ text: 'Hello there.', atMs: 500, endMs: 1_100 }] };

/** Raw clients of scripted services that speak run-task; everything is closed after each test. */
export class RunTaskBench {
  readonly services = new ServiceBench();

  async open(
    script: ScriptFile = {},
    options: Partial<LocalServiceOptions> = {},
  ): Promise<{ service: LocalService; client: RawClient }> {
    const service = await this.services.start({ script, ...options });
    return { service, client: await this.services.connect(service, INFERENCE) };
  }
}

export function sentences(client: RawClient): Frame[] {
  return client.of(RESULT).map((frame) => at(frame, 'payload.output.sentence') as Frame);
}

/** Waits for `task-failed` and the close behind it. */
export async function failure(
  client: RawClient,
): Promise<{ code: unknown; message: string; taskId: unknown }> {
  const failed = await client.next(TASK_FAILED);
  await client.untilClosed();
  assert.equal(client.names.at(-1), TASK_FAILED);
  assert.deepEqual([failed.payload, at(failed, 'header.attributes')], [{}, {}]);
  return {
    code: at(failed, 'header.error_code'),
    message: String(at(failed, 'header.error_message')),
    taskId: at(failed, 'header.task_id'),
  };
}
