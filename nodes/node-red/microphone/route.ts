import path from 'node:path';
import type { NodeAPI } from 'node-red';

const PAGE = path.join(__dirname, 'page');
const FILES = [
  'microphone.css',
  'main.js',
  'capture.js',
  'capture-worklet.js',
  'link.js',
  'texts.js',
  'transcript.js',
];

/** Its own files and the WebSocket, nothing else; `ws:` and `wss:` for browsers that do not count them to 'self'. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; img-src data:; connect-src 'self' ws: wss:";

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
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    response.sendFile('index.html', { root: PAGE });
  });
  for (const file of FILES) {
    RED.httpNode.get(`/asr/microphone/${file}`, (_request, response) => {
      response.sendFile(file, { root: PAGE });
    });
  }
}
