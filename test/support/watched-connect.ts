import type { ConnectSocket } from '../../lib/transport/socket';
import { connectWebSocket } from '../../lib/transport/websocket';
import type { LocalService } from '../../local-service';
import { waitUntil } from './wait-until';

/** Everything that has come back to the client on one connection. */
interface Arrivals {
  texts: number;
  pongs: number;
}

/** Real connections, of which a test can see what has come back to the client. */
export function watchedConnect(): { arrivals: Arrivals[]; connect: ConnectSocket } {
  const arrivals: Arrivals[] = [];
  return {
    arrivals,
    connect: (request, handlers) => {
      const seen: Arrivals = { texts: 0, pongs: 0 };
      arrivals.push(seen);
      return connectWebSocket(request, {
        ...handlers,
        onText: (text) => {
          seen.texts += 1;
          handlers.onText(text);
        },
        onPong: () => {
          seen.pongs += 1;
          handlers.onPong();
        },
      });
    },
  };
}

/** Waits until a connection's audio is at the service, and each frame that the service sent is at the client. */
export async function allArrived(
  service: LocalService,
  arrivals: readonly Arrivals[],
  audioMs: number,
  connection = 0,
): Promise<void> {
  const record = () => service.sessions[connection];
  await waitUntil(() => (record()?.audioBytes ?? 0) >= audioMs * 32, 'the audio to arrive');
  await waitUntil(() => arrivals[connection]?.texts === record()?.sent.length, 'the answers to arrive');
}
