import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { fixture } from '../support/audio-fixtures';
import { JFK_PCM } from '../support/jfk';
import { silence, wav } from '../support/scripted-audio';
import { noise } from '../support/wav-files';
import { NODE_RED_4, NodeRed, type FlowNode } from './support/node-red';
import { ROOT, temporaryFolder, userFolderWithPackage } from './support/packed';

const EXAMPLE = path.join(ROOT, 'examples/HTTP voice message.json');
const FORM = 'multipart/form-data; boundary=----WebKitFormBoundaryIpSdL2SfBA5pIOWx';
const TEXT = 'Hello there.';
const MAX_ERROR_CHARACTERS = 900;

/** What strangers post to the example, by real HTTP. */
describe('the HTTP example in a real Node-RED', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let folder: string;

  before(async () => {
    folder = temporaryFolder();
    service = await startLocalService({
      engine: 'script',
      script: { utterances: [TEXT], loop: true },
      keepAudio: true,
    });
    nodeRed = await NodeRed.start(await userFolderWithPackage(), NODE_RED_4);
    await deploy();
  });

  after(async () => {
    await nodeRed.stop();
    await service.close();
  });

  async function deploy(changes: Record<string, object> = {}): Promise<void> {
    const flow = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as FlowNode[];
    const credentials = { 'asr-credentials': { region: 'local', address: service.url } };
    const all: Record<string, object> = { ...credentials, ...changes };
    await nodeRed.deploy(flow.map((node) => ({ ...node, ...all[node.type] })));
  }

  async function post(
    body: Buffer | string,
    type: string,
  ): Promise<{ status: number; text: string; heardMs: number }> {
    const before = service.sessions.length;
    const headers = { 'content-type': type };
    const answer = await nodeRed.request('POST', '/transcribe', { body, headers });
    const heard = service.sessions.slice(before).flatMap(({ audio }) => audio);
    const text = answer.body.toString();
    assert.ok(text.length < MAX_ERROR_CHARACTERS, `${text.length} characters: ${text}`);
    return { status: answer.status, text, heardMs: heard.reduce((sum, { length }) => sum + length, 0) / 32 };
  }

  /** The form as a browser sends it. */
  function form(files: [name: string, type: string, bytes: Buffer][]): Buffer {
    const boundary = '------WebKitFormBoundaryIpSdL2SfBA5pIOWx';
    const parts = files.map(([name, type, bytes]) =>
      Buffer.concat([
        Buffer.from(`${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n`),
        Buffer.from(`Content-Type: ${type}\r\n\r\n`),
        bytes,
        Buffer.from('\r\n'),
      ]),
    );
    return Buffer.concat([...parts, Buffer.from(`${boundary}--\r\n`)]);
  }

  it('refuses a form with what to tick, and takes its file where that is ticked', async () => {
    const webm = fixture('a.webm', '-c:a libopus -ar 48000');
    const one = form([['voice.webm', 'audio/webm;codecs=opus', webm]]);
    const refused = await post(one, FORM);
    assert.equal(refused.status, 422);
    assert.match(refused.text, /form.*accept file uploads/);
    // With "do not parse request body", nothing parses the form.
    await deploy({ 'http in': { upload: true, skipBodyParsing: false } });
    try {
      const taken = await post(one, FORM);
      assert.deepEqual([taken.status, taken.text.includes(TEXT)], [200, true]);
      assert.ok(Math.abs(taken.heardMs - 11_000) < 100, `${taken.heardMs} ms`);
      const two = await post(
        form([
          ['a.webm', 'audio/webm', webm],
          ['b.webm', 'audio/webm', webm],
        ]),
        FORM,
      );
      assert.equal(two.status, 422);
      assert.match(two.text, /2 files/);
      const image = await post(form([['a.png', 'image/png', noise(5000)]]), FORM);
      assert.equal(image.status, 422);
    } finally {
      await deploy();
    }
  });

  const kinds: [type: string, body: () => Buffer, ms: number][] = [
    ['audio/L16;rate=8000', () => fixture('l16.s16be', '-f s16be -ar 8000'), 11_000],
    ['audio/L16; rate=44100; channels=2', () => fixture('l16.s16be', '-f s16be -ar 44100 -ac 2'), 11_000],
    ['audio/basic', () => fixture('a.mulaw', '-f mulaw -ar 8000'), 11_000],
    ['audio/PCMA', () => fixture('a.alaw', '-f alaw -ar 8000'), 11_000],
    ['audio/wav', () => wav(JFK_PCM), 11_000],
    ['application/octet-stream', () => fixture('a.mp3', '-ar 44100 -ac 2'), 11_000],
    ['application/json', () => fixture('a.flac', ''), 11_000],
  ];
  for (const [type, body, ms] of kinds) {
    it(`hears all of ${type}`, async () => {
      const { status, text, heardMs } = await post(body(), type);
      assert.deepEqual([status, text.includes(TEXT)], [200, true], text);
      assert.ok(Math.abs(heardMs - ms) < 150, `${heardMs} ms`);
    });
  }

  it('refuses bytes of which nothing is known', async () => {
    for (const type of [
      'application/octet-stream',
      'image/png',
      'text/plain',
      'application/x-7z-compressed',
    ]) {
      const { status, heardMs } = await post(noise(30_000), type);
      assert.deepEqual([status, heardMs], [422, 0], type);
    }
  });

  it('reads no path and no address, whatever text is taken for by its look', async () => {
    const file = path.join(folder, 'secret.wav');
    const pipe = path.join(folder, 'pipe');
    writeFileSync(file, wav(silence(2000)));
    execFileSync('mkfifo', [pipe]);
    const texts = [
      file,
      pipe,
      '/etc/passwd',
      '/dev/urandom',
      'file:///dev/urandom',
      `file://${file}`,
      'http://127.0.0.1:1/a.wav',
      'start',
    ];
    for (const strings of ['base64', 'auto', 'file']) {
      await deploy({ 'http in': { skipBodyParsing: false }, 'asr-append-audio': { strings } });
      for (const text of texts) {
        // The flow's author has chosen paths, so a path is read, but only of a regular file.
        const isChosen = strings === 'file' && text.includes(file);
        const { status } = await post(text, 'text/plain');
        assert.equal(status, isChosen ? 200 : 422, `${strings}: ${text}`);
      }
    }
    await deploy();
    assert.equal((await post(wav(JFK_PCM), 'audio/wav')).status, 200);
  });
});
