// The process of service-process.ts.
import { startLocalService } from '../../local-service';
import type { LocalServiceOptions } from '../../local-service';
import type { ServiceMessage } from './service-process';

function tell(message: ServiceMessage): void {
  process.send?.(message);
}

async function serve(): Promise<void> {
  const service = await startLocalService({
    keepFrames: false,
    ...(JSON.parse(process.argv[2] ?? '') as LocalServiceOptions),
  });
  process.on('message', () => {
    tell({ connections: service.connectionCount });
  });
  const stop = (): void => {
    void service.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  // The parent process has ended in some way.
  process.on('disconnect', stop);
  tell({ listening: service.port });
}

serve().catch((error: unknown) => {
  tell({ failed: (error as Error).message });
  process.exit(1);
});
