import { connect } from 'node:net';

export const UPGRADE_HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/**
 * What comes back for a request that is written as it stands: no client would send some of them. Resolves when the other
 * side ends the connection, or with the head of an answer that leaves it open.
 * @param target An upgrade with this target; with `method` or `headers` something else.
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
    // Node resets a connection that sends more than it reads; what was answered before still counts.
    if (
      (error as NodeJS.ErrnoException).code !== 'ECONNRESET' &&
      (error as NodeJS.ErrnoException).code !== 'EPIPE'
    )
      throw error;
  }
  return answer;
}
