import path from 'node:path';
import type { NodeAPI } from 'node-red';

const PAGE = path.join(__dirname, 'page');
const FILES = ['microphone.css', 'main.js', 'capture-worklet.js'];

/**
 * The page has a microphone, so it takes nothing from elsewhere and stands in no page of another site. Its WebSocket is on
 * the same host and port, which browsers count to 'self'.
 */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; img-src data:; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};

/**
 * Serves the microphone's page at `asr/microphone/` where `http in` and `websocket in` nodes are too: it is for those
 * who speak, who need not be let into the editor, and works without one. `httpNodeAuth` guards it.
 */
export function serveMicrophonePage(RED: NodeAPI): void {
  RED.httpNode.get('/asr/microphone', (request, response) => {
    // The page's files stand beside it.
    if (!request.path.endsWith('/')) {
      const { search } = new URL(request.originalUrl, 'http://localhost');
      response.redirect(301, `microphone/${search}`);
      return;
    }
    response.set(HEADERS).sendFile('index.html', { root: PAGE });
  });
  for (const file of FILES) {
    RED.httpNode.get(`/asr/microphone/${file}`, (_request, response) => {
      response.set(HEADERS).sendFile(file, { root: PAGE });
    });
  }
}
