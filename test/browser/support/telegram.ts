import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Telegram's address for bots, with one voice message. */
export class Telegram {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: string[];
  readonly close: () => void;

  private constructor(port: number, asked: string[], close: () => void) {
    this.url = `http://127.0.0.1:${port}`;
    this.asked = asked;
    this.close = close;
  }

  static async start(voice: Buffer): Promise<Telegram> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.includes('/getFile?')) {
        response.setHeader('content-type', 'application/json');
        response.end('{"ok":true,"result":{"file_path":"voice/file_7.oga"}}');
      } else response.end(voice);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Telegram((server.address() as AddressInfo).port, asked, () => {
      server.closeAllConnections();
      server.close();
    });
  }
}
