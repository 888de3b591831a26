import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Plays a recording to each listener, and then stays connected, as a radio does between two programmes. */
export async function webRadio(recording: Buffer): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((_request, response) => response.write(recording));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
