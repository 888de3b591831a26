import path from 'node:path';
import type { NodeAPI } from 'node-red';

const PAGE = path.join(__dirname, 'page');
const FILES = ['microphone.css', 'main.js', 'capture-worklet.js'];

/**
 * The page uses a microphone, so it loads nothing from elsewhere and cannot be embedded in another site. Its
 * WebSocket is on the same host and port, which browsers count as 'self'.
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
 * Serves the microphone's page at `asr/microphone/`, under the same root as `http in` and `websocket in` nodes. It is
 * for people who speak, who need no access to the editor, and works without an editor. `httpNodeAuth` protects it.
 */
export function serveMicrophonePage(RED: NodeAPI): void {
  RED.httpNode.get('/asr/microphone', (request, response) => {
    // The page's files are beside it.
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
