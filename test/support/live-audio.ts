import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { silence } from './scripted-audio';

const PIECE_MS = 200;
/** Audio is played faster than it was spoken, so that tests take less time. */
const EVERY_MS = 10;

/** Answers with audio that never ends: with `pcm`, over and over. */
export function streamAudio(pcm?: Buffer): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    let at = 0;
    const timer = setInterval(() => {
      const piece = pcm ? pcm.subarray(at, at + PIECE_MS * 32) : silence(PIECE_MS);
      at = pcm && at + piece.length < pcm.length ? at + piece.length : 0;
      response.write(piece);
    }, EVERY_MS);
    request.on('close', () => {
      clearInterval(timer);
    });
  };
}

/** A port that nothing listens on, for code that cannot listen on port 0. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
