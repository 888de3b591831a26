import type { ConnectionRecord } from '../../local-service/index';

/** The frames of one kind that a connection received: `run-task`, `session.update`, … */
export function framesOf(record: ConnectionRecord | undefined, type: string): Record<string, unknown>[] {
  return (record?.received ?? []).flatMap((frame) =>
    frame.kind === 'json' && frame.type === type ? [frame.frame] : [],
  );
}

/** The parameters in the `run-task` frames of a connection. */
export function tasksOf(record: ConnectionRecord | undefined): {
  model: string;
  parameters: Record<string, unknown>;
  resources?: unknown;
  input: { context?: unknown[] };
}[] {
  return framesOf(record, 'run-task').map(({ payload }) => payload as ReturnType<typeof tasksOf>[number]);
}
