import { createServer, request as send } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ConnectProxy {
  url: string;
  /**
   * The targets that were requested, such as `asr.example:80` or `http://audio.example/a.wav`, with the credentials
   * that came along.
   */
  asked: { target: string; authorization: string | undefined }[];
  close: () => Promise<void>;
}

/**
 * An HTTP proxy as companies have one: it opens tunnels (CONNECT), and fetches what is not encrypted itself.
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
  /** The proxy's own answer in place of the target's. */
  const refusalOf = ({ url: target = '', headers }: IncomingMessage): number | undefined => {
    const authorization = headers['proxy-authorization'];
    asked.push({ target, authorization });
    const given = Buffer.from(authorization?.replace(/^Basic /i, '') ?? '', 'base64').toString();
    return status ?? (password !== undefined && given.split(':')[1] !== password ? 407 : undefined);
  };
  const server = createServer((request, response) => {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
      return;
    }
    const { host, pathname, port } = new URL(request.url ?? '');
    const place = hosts[`${host}${port ? '' : ':80'}`] ?? host;
    const { 'proxy-authorization': _ours, ...headers } = request.headers;
    const forwarded = send(`http://${place}${pathname}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const refusal = refusalOf(request);
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
