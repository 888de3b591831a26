import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { openSession, transcribe } from '../../lib';
import type { AudioSource, TranscribeOptions } from '../../lib';
import { noise } from '../support/wav-files';

const LONG = 'xX'.repeat(2000);
const UNKNOWN = noise(20_000);

const CASES: [where: string, audio: AudioSource, options: TranscribeOptions][] = [
  ['the text', `${LONG}!`, { strings: 'base64' }],
  ['a text in lower case', LONG.toLowerCase(), { strings: 'base64' }],
  ['a path', LONG, { strings: 'file' }],
  ['a path of many folders', `/${'xx/'.repeat(600)}a.wav`, { strings: 'file' }],
  ['a file URL', `file:///${LONG}`, { strings: 'auto' }],
  ['an address', LONG, { strings: 'url' }],
  ['the scheme of an address', `${LONG}://a`, { strings: 'url' }],
  ['a host', `http://${LONG}.invalid/`, { strings: 'url' }],
  ['the path of an address', `http://127.0.0.1:1/${LONG}`, { strings: 'url' }],
  ['a data URL', `data:audio/${LONG};base64,${LONG}!`, {}],
  ['the type in a data URL', `data:image/${LONG};base64,${UNKNOWN.toString('base64')}`, {}],
  ['a data URL without a comma', `data:${LONG}`, {}],
  ['a file name', UNKNOWN, { hints: { fileName: `${LONG}.bin` } }],
  ['the ending of a name', UNKNOWN, { hints: { fileName: `a.${LONG}` } }],
  ['a MIME type', UNKNOWN, { hints: { mimeType: `audio/${LONG}` } }],
  ['the type of an image', UNKNOWN, { hints: { mimeType: `image/${LONG}` } }],
  ['an encoding', UNKNOWN, { hints: { encoding: LONG } }],
  ['a rate', UNKNOWN, { hints: { rate: LONG as unknown as number } }],
  ['channels', UNKNOWN, { hints: { rate: 8000, channels: LONG as unknown as number } }],
  ['bits', UNKNOWN, { hints: { rate: 8000, bits: LONG as unknown as number } }],
  ['an object', { constructor: { name: LONG } } as unknown as AudioSource, {}],
  ['a document', Buffer.from(`{"audio": "${LONG}"}`), {}],
];

const OPTIONS: [name: string, options: Record<string, unknown>][] = [
  ['model', { model: LONG }],
  ['region', { region: LONG }],
  ['address', { region: 'local', address: `${LONG}://a` }],
  ['workspaceId', { workspaceId: LONG }],
  ['language', { language: LONG }],
  ['mode', { mode: LONG }],
  ['wireFormat', { wireFormat: LONG }],
  ['sampleRateHz', { sampleRateHz: LONG }],
  ['maxHeldAudioMs', { maxHeldAudioMs: LONG }],
  ['parameters', { parameters: { [LONG]: 1 } }],
  ['the value of a parameter', { parameters: { silence_duration_ms: LONG } }],
  ['hot words', { model: 'fun-asr-realtime', parameters: { vocabulary: { [LONG]: 99 } } }],
];

/** Counts how much of the long text an error repeats, also where it does so in two places. */
function tells({ message }: Error): true {
  assert.ok((message.match(/x/gi) ?? []).length <= 200, message.slice(0, 1000));
  return true;
}

describe('an error about a very long text', () => {
  for (const [where, audio, options] of CASES) {
    it(`repeats only its beginning: ${where}`, async () => {
      await assert.rejects(
        transcribe(audio, { region: 'local', address: 'ws://127.0.0.1:1', ...options }),
        tells,
      );
    });
  }

  for (const [name, options] of OPTIONS) {
    it(`repeats only its beginning: the option ${name}`, () => {
      assert.throws(() => openSession({ apiKey: 'sk-1', ...options }), tells);
    });
  }

  it('repeats only its beginning: the status line of a server, and where it leads to', async () => {
    const server = http.createServer((request, response) => {
      if (request.url === '/status') response.writeHead(404, LONG).end();
      else response.writeHead(302, { location: `${LONG}://a` }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      for (const path of ['status', 'redirect']) {
        const audio = transcribe(`http://127.0.0.1:${port}/${path}`, { region: 'local', strings: 'url' });
        await assert.rejects(audio, tells);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
