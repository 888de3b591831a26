import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpAnswer } from './hot-words/answer';

/** A list of 500 words takes about 50 kB. */
const MAX_BODY_BYTES = 1_000_000;

/** @returns The body as text, or `undefined` when it is too long. @throws When the caller disconnects. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const body: AsyncIterable<Buffer> = request;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: HttpAnswer,
): void {
  // The rest of the body is not needed, and the answer must not wait for it.
  if (!request.destroyed) request.resume();
  const headers = { 'content-type': 'application/json', connection: 'close' };
  response.writeHead(status, status === 426 ? { ...headers, upgrade: 'websocket' } : headers);
  response.end(JSON.stringify(body));
}
