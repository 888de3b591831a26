import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ConnectProxy {
  url: string;
  /** What was asked for, such as `CONNECT asr.example:80`, with the credentials that came along. */
  asked: { target: string; authorization: string | undefined }[];
  close: () => Promise<void>;
}

/**
 * An HTTP proxy that knows CONNECT, as companies have one.
 * @param options `hosts` are the names that only the proxy can resolve, and where they lead; `password` is the one that it
 * wants, with any user; `status` is what it answers to everybody.
 */
export async function startConnectProxy({
  hosts = {},
  password,
  status,
}: { hosts?: Record<string, string>; password?: string; status?: number } = {}): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const open = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(400).end();
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ target: request.url ?? '', authorization });
    const given = Buffer.from(authorization?.replace(/^Basic /i, '') ?? '', 'base64').toString();
    const refusal = status ?? (password !== undefined && given.split(':')[1] !== password ? 407 : undefined);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port] = (hosts[request.url ?? ''] ?? request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    open.add(target);
    target.on('error', () => socket.destroy()).on('close', () => open.delete(target));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
