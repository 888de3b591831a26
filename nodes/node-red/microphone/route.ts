import path from 'node:path';
import type { NodeAPI } from 'node-red';
import { PAGE_HEADERS } from './headers';

const PAGE = path.join(__dirname, 'page');
const FILES = ['microphone.css', 'main.js', 'capture-worklet.js'];

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
    response.set(PAGE_HEADERS).sendFile('index.html', { root: PAGE });
  });
  for (const file of FILES) {
    RED.httpNode.get(`/asr/microphone/${file}`, (_request, response) => {
      response.set(PAGE_HEADERS).sendFile(file, { root: PAGE });
    });
  }
}
