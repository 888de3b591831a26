import type { LocalService } from '../../local-service';
import { waitUntil } from './wait-until';

/** Closes the services of a test. Fails where a session has not closed its connection by itself. */
export async function closeOnceLeft(services: LocalService[]): Promise<void> {
  for (const service of services) {
    try {
      await waitUntil(() => service.connectionCount === 0, 'the sessions to have left the service');
    } finally {
      await service.close();
    }
  }
}
