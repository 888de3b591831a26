import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import type { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LocalService } from '../../local-service/index';
import {
  appendNodes,
  commitNodes,
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  onCall,
  sessionNodes,
} from '../support/node-red';
import type { Init } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { noise } from '../support/wav-files';

const PCM = silence(1300);
const RECORDING = wav(PCM);

describe('audio that comes from outside', () => {
  const rig = useService();
  let service: LocalService;
  let folder: string;
  let web: Server;
  let url = '';

  const httpIn = createRequire(__filename)('@node-red/nodes/core/network/21-httpin.js') as Init;

  /** The helper listens only for the editor. */
  const serveNodes: Init = (RED) => {
    web = createServer(RED.httpNode as RequestListener).listen(0, '127.0.0.1');
  };

  async function start(append: object = {}, http: object = {}): Promise<Flow> {
    const flow = await Flow.start(
      [
        credentialsNode(service.url),
        ...sessionNodes({ mode: 'manual', key: '_msgid', keyType: 'msg' }),
        {
          id: 'in',
          type: 'http in',
          z: 'tab',
          url: '/asr',
          method: 'post',
          skipBodyParsing: true,
          wires: [['append']],
          ...http,
        },
        ...appendNodes({ wires: [['commit', 'appended']], ...append }),
        ...commitNodes({ then: 'finish', wires: [['answer']] }),
        { id: 'answer', type: 'http response', z: 'tab', statusCode: '200', wires: [] },
        ...observers(['append']).map((node) =>
          node.type === 'catch' ? { ...node, wires: [['caught', 'refusal']] } : node,
        ),
        { id: 'refusal', type: 'http response', z: 'tab', statusCode: '422', wires: [] },
      ],
      {},
      [httpIn, serveNodes],
    );
    await waitUntil(() => web.listening, 'the server');
    url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/asr`;
    return flow;
  }

  const post = async (flow: Flow, body: Buffer | string, type: string) => {
    const headers = { 'content-type': type, connection: 'close' };
    const { status } = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body as string)),
      headers,
    });
    const [caught] = flow.received('caught');
    return { status, error: caught ? errorOf(caught) : undefined };
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    service = await rig.serve({ utterances: ['Hello there.'], loop: true }, { keepAudio: true });
  });

  afterEach(() => {
    web.closeAllConnections();
    web.close();
    rmSync(folder, { recursive: true });
  });

  describe('by HTTP', () => {
    const FORM = 'multipart/form-data; boundary=xyz';
    const form = Buffer.concat([
      Buffer.from('--xyz\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n'),
      Buffer.from('Content-Type: audio/wav\r\n\r\n'),
      RECORDING,
      Buffer.from('\r\n--xyz--\r\n'),
    ]);

    it('is refused as a form that http in does not parse, and the error says which box to tick', async () => {
      const { status, error } = await post(await start(), form, FORM);
      assert.equal(status, 422);
      assert.match(error?.message ?? '', /form.*accept file uploads/);
    });

    it('is taken from a form with one file', async () => {
      const flow = await start({}, { upload: true, skipBodyParsing: false });
      const { status, error } = await post(flow, form, FORM);
      assert.deepEqual([status, error], [200, undefined]);
      assert.ok(Buffer.concat(service.sessions[0]?.audio ?? []).equals(PCM));
    });

    it('is read by its content type, such as big endian L16 and µ-law at 8 kHz', async () => {
      const flow = await start();
      const { status } = await post(flow, Buffer.from(PCM).swap16(), 'audio/L16;rate=16000');
      assert.equal(status, 200);
      assert.ok(Buffer.concat(service.sessions[0]?.audio ?? []).equals(PCM));
      assert.equal((await post(flow, Buffer.alloc(8000, 0xff), 'audio/basic')).status, 200);
      await waitUntil(
        () => Buffer.concat(service.sessions[1]?.audio ?? []).length === 32_000,
        'a second at 16 kHz',
      );
    });

    it('is read no further once nobody waits for the answer any more', async () => {
      const flow = await start({ property: 'slow' }, { wires: [['caught']] });
      const slow = new PassThrough();
      const gone = new AbortController();
      const asked = fetch(url, { method: 'POST', body: 'x', signal: gone.signal });
      flow.send('append', Object.assign(await flow.message('caught'), { slow }));
      slow.write(RECORDING);
      await waitUntil(() => service.sessions.length === 1, 'the session');
      gone.abort();
      await assert.rejects(asked, { name: 'AbortError' });
      await waitUntil(() => slow.destroyed, 'the stream to be closed');
    });

    it('is refused where nothing names its format', async () => {
      const { status, error } = await post(await start(), noise(50_000), 'application/octet-stream');
      assert.equal(status, 422);
      assert.equal(error?.code, 'UNKNOWN_AUDIO');
      assert.match(error.message, /encrypted or compressed/);
    });

    for (const strings of [undefined, 'base64', 'auto']) {
      it(`cannot name a file or an address to be read, with text set to ${strings}`, async () => {
        const file = path.join(folder, 'secret.wav');
        writeFileSync(file, RECORDING);
        const flow = await start({ ...(strings && { strings }) }, { skipBodyParsing: false });
        for (const text of [
          file,
          'http://127.0.0.1:1/a.wav',
          'file:///dev/urandom',
          '/etc/passwd',
          'start',
        ]) {
          const { status } = await post(flow, text, 'text/plain');
          assert.equal(status, 422, text);
        }
        for (const caught of flow.received('caught')) assert.ok(errorOf(caught).message.length < 500);
        assert.equal(service.sessions.length, 0);
      });
    }

    it('is read by its path where that was chosen, but only from a regular file', async () => {
      const file = path.join(folder, 'a.wav');
      const pipe = path.join(folder, 'pipe');
      writeFileSync(file, RECORDING);
      execFileSync('mkfifo', [pipe]);
      const flow = await start({ strings: 'file' }, { skipBodyParsing: false });
      assert.equal((await post(flow, file, 'text/plain')).status, 200);
      for (const text of [pipe, '/dev/urandom', folder]) {
        assert.equal((await post(flow, text, 'text/plain')).status, 422, text);
      }
      const said = flow.received('caught').map((msg) => errorOf(msg).message);
      assert.match(said[0] ?? '', /named pipe/);
      assert.match(said[1] ?? '', /a device/);
      assert.match(said[2] ?? '', /a folder/);
    });
  });

  describe('in other shapes', () => {
    const shapes: [name: string, payload: unknown][] = [
      ['the JSON of a Buffer', JSON.parse(JSON.stringify(PCM))],
      ['an array of bytes', [...PCM]],
      ['an array of Buffers', [PCM.subarray(0, 1000), PCM.subarray(1000)]],
    ];
    for (const [name, payload] of shapes) {
      it(`is taken as ${name}`, async () => {
        const flow = await start();
        flow.send('append', { payload, rate: 16_000 });
        await waitUntil(
          () => Buffer.concat(service.sessions[0]?.audio ?? []).length === PCM.length,
          'the audio',
        );
        assert.ok(Buffer.concat(service.sessions[0]?.audio ?? []).equals(PCM));
      });
    }

    it('may give its encoding as a MIME type', async () => {
      const flow = await start();
      flow.send('append', { payload: Buffer.alloc(8000, 0xff), encoding: 'audio/x-mulaw' });
      await waitUntil(
        () => Buffer.concat(service.sessions[0]?.audio ?? []).length === 32_000,
        'a second at 16 kHz',
      );
    });

    it('is warned of once where a property says its rate that nothing reads', async () => {
      const flow = await start({ wires: [['appended']] });
      const warnings: unknown[] = [];
      onCall(helper.getNode('append') as EventEmitter, 'warn', ([text]) => warnings.push(text));
      for (let i = 0; i < 3; i++) flow.send('append', { payload: RECORDING, sampleRate: 44_100 });
      await flow.messages('appended', 3);
      assert.deepEqual(warnings, [
        'msg.sampleRate is not read: what is known of raw audio goes into msg.rate.',
      ]);
    });

    it('is refused with the name of a number that is invalid', async () => {
      const flow = await start();
      flow.send('append', { payload: PCM, rate: '44.1k' });
      const error = errorOf(await flow.message('caught'));
      assert.match(error.message, /msg\.rate.*44\.1k/);
    });

    it('may be an empty Buffer, as at the end of a file in pieces', async () => {
      const flow = await start({ wires: [['appended']] });
      flow.send('append', { payload: Buffer.alloc(0) });
      flow.send('append', { parts: { type: 'buffer', count: 3, id: 'x', index: 3 } });
      await flow.messages('appended', 2);
      assert.deepEqual(flow.received('caught'), []);
      assert.equal(service.sessions.length, 0);
    });

    it('is refused with a hint where a file was read as text', async () => {
      const flow = await start();
      flow.send('append', { payload: RECORDING.toString('utf8') });
      assert.match(errorOf(await flow.message('caught')).message, /read as text.*choose Buffer/);
    });
  });
});
