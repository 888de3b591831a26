import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A service whose only hot-word list `vocab-x` can be made and changed, and not read. */
export interface UnreadableLists extends AsyncDisposable {
  address: string;
  /** The actions that it was asked for. */
  asked: string[];
}

export async function startUnreadable(): Promise<UnreadableLists> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { input } = JSON.parse(body) as { input: { action: string } };
      asked.push(input.action);
      const isRead = input.action === 'query_vocabulary';
      response.writeHead(isRead ? 500 : 200, { connection: 'close' });
      const output = { vocabulary_id: 'vocab-x', vocabulary_list: [] };
      response.end(JSON.stringify(isRead ? { code: 'InternalError', message: 'Later.' } : { output }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
