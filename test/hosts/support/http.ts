import { once } from 'node:events';
import http from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

export interface RequestOptions {
  body?: string | Buffer;
  headers?: Record<string, string>;
}

/** Every request has its own connection, so that none is left open in the host's process. */
export async function request(
  method: string,
  url: string,
  { body, headers = {} }: RequestOptions = {},
): Promise<Answer> {
  const sent = http.request(url, { method, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** For hosts that cannot listen on port 0. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
