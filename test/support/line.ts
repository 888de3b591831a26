import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A line to a server, on which what is sent can get lost. */
export class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #swallows = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param url The server's address. */
  static async to(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        line.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('data', (data) => {
          if (!line.#swallows || from === far) to.write(data);
        });
        from.on('close', () => {
          line.#sockets.delete(from);
          to.destroy();
        });
      }
    });
    const line = new Line(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What is sent to the server gets lost from now on, and nobody notices. */
  swallow(): void {
    this.#swallows = true;
  }

  /** Breaks all connections. New ones work again. */
  cut(): void {
    this.#swallows = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
