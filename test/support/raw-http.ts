import { connect } from 'node:net';

export const UPGRADE_HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/**
 * The answer to a request that is written exactly as given, which no client would send in some cases. Resolves when
 * the peer ends the connection, or with the head of an answer that leaves it open.
 * @param target The target of an upgrade; with `method` or `headers` of another request.
 */
export async function answerTo(
  port: number,
  target: string,
  { method = 'GET', headers = UPGRADE_HEADERS }: { method?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const lines = Object.entries({ Host: 'service', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let answer = '';
  try {
    for await (const bytes of socket) {
      answer += String(bytes);
      if (answer.startsWith('HTTP/1.1 101 ')) break;
    }
  } catch (error) {
    // Node resets a connection that sends more than the server reads. An answer that came before still counts.
    if (
      (error as NodeJS.ErrnoException).code !== 'ECONNRESET' &&
      (error as NodeJS.ErrnoException).code !== 'EPIPE'
    )
      throw error;
  }
  return answer;
}
