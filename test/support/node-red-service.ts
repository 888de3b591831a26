import type { ConnectionRecord, LocalService, LocalServiceOptions } from '../../local-service/index';
import { startLocalService } from '../../local-service/index';
import { helper } from './node-red';

/** A Node-RED and a scripted service for each test of a suite, both gone after it. */
export function useService(): {
  serve: (
    script?: LocalServiceOptions['script'],
    more?: Partial<LocalServiceOptions>,
  ) => Promise<LocalService>;
} {
  let service: LocalService | undefined;

  beforeEach((done) => {
    helper.startServer(done);
  });

  afterEach(async () => {
    await helper.unload();
    await service?.close();
    service = undefined;
    await new Promise<void>((resolve) => {
      helper.stopServer(() => {
        resolve();
      });
    });
  });

  return {
    serve: async (script = {}, more = {}) => {
      service = await startLocalService({ engine: 'script', script, keepKeys: true, ...more });
      return service;
    },
  };
}

/** The frames of one kind that a connection received: `run-task`, `session.update`, … */
export function framesOf(record: ConnectionRecord | undefined, type: string): Record<string, unknown>[] {
  return (record?.received ?? []).flatMap((frame) =>
    frame.kind === 'json' && frame.type === type ? [frame.frame] : [],
  );
}

/** What the `run-task` frames of a connection asked for. */
export function tasksOf(record: ConnectionRecord | undefined): {
  model: string;
  parameters: Record<string, unknown>;
  resources?: unknown;
  input: { context?: unknown[] };
}[] {
  return framesOf(record, 'run-task').map(({ payload }) => payload as ReturnType<typeof tasksOf>[number]);
}
