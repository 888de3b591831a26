import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';
import { ROOT } from '../../hosts/support/packed';
import { ffmpegPath } from '../../support/audio-fixtures';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM, JFK_TEXT } from '../../support/jfk';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { wordErrorRate } from '../../support/word-error-rate';
import type { CancelableRun } from '../support/engine';
import { useN8n } from '../support/n8n-rig';
import { freePort, streamAudio } from '../../support/live-audio';
import { useLiveServers } from '../../support/live-servers';
import { useTriggerHost } from './trigger-host';

const JFK_FILE = path.join(__dirname, '../../fixtures/jfk.wav');
const KEY = 'sk-secret-of-the-trigger';
const radio = (streamUrl: string): INodeParameters => ({ source: 'http', streamUrl });

describe("the trigger in n8n's engine", function () {
  this.timeout(20_000);
  const servers = useLiveServers();
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  describe('when the workflow is active', () => {
    it('starts an execution with one item for each sentence', async () => {
      await rig.serve({ utterances: ['One.', 'Two.', 'Three.'], loop: true });
      const trigger = await host.activate(radio(await servers.http(streamAudio())));
      await waitUntil(() => trigger.items.length >= 3, 'three executions');
      const [first] = trigger.items;
      assert.deepEqual(
        trigger.items.slice(0, 3).map(({ text }) => text),
        ['One.', 'Two.', 'Three.'],
      );
      assert.equal(first!.type, 'final');
      assert.match(first!.sessionId as string, /^sess_/);
      assert.match(first!.source as string, /^http:\/\/127\.0\.0\.1:\d+\/$/);
      for (const data of trigger.emitted) assert.deepEqual([data.length, data[0]!.length], [1, 1]);
    });

    it('gives nothing and has everything closed after it was deactivated, and can be closed twice', async () => {
      await rig.serve({ utterances: ['One.'], loop: true });
      const trigger = await host.activate(radio(await servers.http(streamAudio())));
      await waitUntil(() => trigger.items.length >= 1, 'an execution');
      await trigger.deactivate();
      const count = trigger.items.length;
      await trigger.response.closeFunction!();
      await waitUntil(() => rig.service.connectionCount === 0, 'the session to end');
      assert.equal(trigger.items.length, count);
      assert.deepEqual(trigger.errors, []);
    });

    it('cannot be activated with a wrong key, and says why without the key', async () => {
      await rig.serve({}, { apiKey: 'right' });
      const credentials = { region: 'custom', address: rig.service.url, apiKey: KEY };
      const url = await servers.http(streamAudio());
      await assert.rejects(host.activate(radio(url), credentials), (error: Error) => {
        assert.match(error.message, /key/i);
        assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes(KEY));
        return true;
      });
    });

    it('cannot be activated with a missing or invalid field, and says which', async () => {
      await rig.serve();
      const cases: [INodeParameters, RegExp][] = [
        [{ source: 'http', streamUrl: 'radio' }, /address of the audio source/],
        [{ source: 'tcp', port: 0 }, /port from 1 to 65535/],
        [{ source: 'ffmpeg', ffmpegInput: '' }, /FFmpeg is to open/],
        [{ ...radio('http://127.0.0.1:1/'), events: [] }, /Trigger On/],
        [{ ...radio('http://127.0.0.1:1/'), options: { silenceMs: 5 } }, /silenceMs/],
      ];
      for (const [parameters, message] of cases) await assert.rejects(host.activate(parameters), { message });
      assert.equal(rig.service.sessions.length, 0);
    });

    it('goes on when the stream breaks off, without an error in n8n', async () => {
      await rig.serve({ utterances: ['Before.', 'After.'] });
      let requests = 0;
      const url = await servers.http((request, response) => {
        requests += 1;
        if (requests === 1) response.write(silence(500), () => request.socket.destroy());
        else streamAudio()(request, response);
      });
      const trigger = await host.activate(radio(url));
      await waitUntil(() => trigger.items.length >= 2, 'both sentences');
      assert.deepEqual(
        trigger.items.slice(0, 2).map(({ text }) => text),
        ['Before.', 'After.'],
      );
      assert.deepEqual([trigger.errors, trigger.failedExecutions], [[], []]);
    });

    it('can also start with changes of emotion and with interims', async () => {
      const angry = { text: 'Where is my order?', emotion: 'angry' };
      await rig.serve({
        utterances: [{ text: 'Hello.', emotion: 'neutral' }, angry, { ...angry, text: 'Now.' }],
      });
      const url = await servers.http(streamAudio());
      const trigger = await host.activate({
        ...radio(url),
        events: ['final', 'emotion', 'interim'],
        interimSeconds: 0.1,
      });
      const of = (type: string) => trigger.items.filter((item) => item.type === type);
      await waitUntil(() => of('final').length === 3, 'three sentences');
      assert.deepEqual(
        of('emotion').map(({ emotion }) => emotion),
        ['neutral', 'angry'],
      );
      assert.ok(of('interim').length > 0);
    });

    it('plays a file where the operator allows it, by the operator’s ffmpeg, in real time if chosen', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const parameters = { source: 'ffmpeg', ffmpegInput: JFK_FILE, options: { inRealTime: true } };
      await withEnvironment({ FFMPEG_PATH: ffmpegPath() }, async () => {
        await assert.rejects(host.activate(parameters), /FLOW_ASR_FILE_FOLDERS/);
        const FLOW_ASR_FILE_FOLDERS = path.dirname(JFK_FILE);
        const elsewhere = { FLOW_ASR_FILE_FOLDERS, N8N_RESTRICT_FILE_ACCESS_TO: '/srv; /mnt' };
        await withEnvironment(elsewhere, () =>
          assert.rejects(host.activate(parameters), /FLOW_ASR_FILE_FOLDERS/),
        );
        await withEnvironment({ FLOW_ASR_FILE_FOLDERS }, async () => {
          const trigger = await host.activate(parameters);
          await waitUntil(() => trigger.items.length === 1, 'a sentence', 10_000);
          assert.equal(trigger.items[0]!.source, JFK_FILE);
          // Fewer than eleven seconds have passed, so ffmpeg is still playing.
          await trigger.deactivate();
        });
      });
    });

    it('starts no program that a workflow names', async () => {
      await rig.serve();
      const options = { ffmpegPath: ffmpegPath() };
      const parameters = { source: 'ffmpeg', ffmpegInput: 'http://127.0.0.1:1/', options };
      await withEnvironment({ FFMPEG_PATH: '/no/such/ffmpeg' }, () =>
        assert.rejects(host.activate(parameters), /no ffmpeg on this machine/),
      );
    });

    it('listens to devices at a TCP port, and reports one that sends no audio', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const port = await freePort();
      const trigger = await host.activate({ source: 'tcp', port, options: { rawRate: 8000 } });
      const scanner = connect(port, '127.0.0.1').end('GET / HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n');
      await waitUntil(() => trigger.failedExecutions.length === 1, 'the failed execution');
      const device = connect(port, '127.0.0.1').end(silence(700, 8000));
      await waitUntil(() => trigger.items.length === 1, 'the sentence');
      assert.match(trigger.items[0]!.source as string, /^127\.0\.0\.1:\d+$/);
      assert.match(trigger.failedExecutions[0]!.message, /no usable audio/);
      assert.deepEqual(trigger.errors, []);
      for (const socket of [scanner, device]) socket.destroy();
    });

    it('listens to devices at a UDP port', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const port = await freePort();
      const trigger = await host.activate({ source: 'udp', port });
      const device = createSocket('udp4');
      for (const datagram of [silence(700), Buffer.alloc(0)]) {
        await new Promise((resolve) => {
          device.send(datagram, port, '127.0.0.1', resolve);
        });
      }
      await waitUntil(() => trigger.items.length === 1, 'the sentence');
      device.close();
    });

    it('listens to a WebSocket that delivers a recording piece by piece', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const file = wav(silence(3000, 44_100), 44_100);
      const url = await servers.webSocket((socket) => {
        for (let at = 0; at < file.length; at += 10_000) socket.send(file.subarray(at, at + 10_000));
      });
      const trigger = await host.activate({ source: 'webSocket', webSocketUrl: url });
      await waitUntil(() => trigger.items.length === 1, 'the sentence');
    });
  });

  describe('in the editor', () => {
    it('shows the first sentence, and then closes everything', async () => {
      await rig.serve({ utterances: ['One.', 'Two.'], loop: true });
      const url = await servers.http(streamAudio());
      const run = await host.execute({ ...radio(url), events: ['final', 'interim'] });
      assert.deepEqual(run.texts('Listen'), ['One.']);
      assert.equal(run.json('Listen')[0]!.type, 'final');
      await waitUntil(() => rig.service.connectionCount === 0, 'the session to end');
    });

    it('says why there is no sentence to show', async () => {
      await rig.serve({}, { apiKey: 'right' });
      const credentials = { region: 'custom', address: rig.service.url, apiKey: KEY };
      const url = await servers.http(streamAudio());
      const refused = await host.execute(radio(url), { credentials });
      assert.match(refused.error.message, /key/i);
      assert.ok(!JSON.stringify(refused.run).includes(KEY));

      const right = { region: 'custom', address: rig.service.url, apiKey: 'right' };
      const missing = await servers.http((_request, response) => response.writeHead(404).end());
      const gone = await host.execute(radio(missing), { credentials: right });
      assert.match(gone.error.message, /404/);
    });

    it('shows the error of a device that sends no audio', async () => {
      await rig.serve();
      const port = await freePort();
      const running = host.execute({ source: 'tcp', port });
      await waitUntil(() => rig.service.sessions.length === 1, 'the check of the key');
      let device = connect(port, '127.0.0.1');
      // The port opens a moment after the check.
      device.on('error', function retry() {
        device = connect(port, '127.0.0.1').on('error', retry);
        device.end('<!doctype html><html><body>This is no audio at all.</body></html>');
      });
      device.end('<!doctype html><html><body>This is no audio at all.</body></html>');
      assert.match((await running).error.message, /no usable audio/);
      device.destroy();
    });

    it('stops when the test is stopped, whatever its state', async () => {
      await rig.serve();
      const silent = await servers.http(() => undefined);
      const playing = await servers.http(streamAudio());
      for (const url of [silent, playing]) {
        let run: CancelableRun | undefined;
        const before = rig.service.sessions.length;
        const running = host.execute(radio(url), {
          onStart: (started) => {
            run = started;
          },
        });
        await waitUntil(() => rig.service.sessions.length > before, 'it to be under way');
        run!.cancel();
        const { status } = (await running).run;
        assert.equal(status, 'canceled');
        await waitUntil(() => rig.service.connectionCount === 0, 'the session to end');
      }
    });
  });

  it('runs as its example workflow sets it up', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const file = path.join(ROOT, 'examples/n8n/Live stream to transcripts.json');
    const { nodes } = JSON.parse(readFileSync(file, 'utf8')) as { nodes: INode[] };
    const example = nodes.find(({ type }) => type === '@flow-asr/n8n-nodes-realtime-asr.asrTrigger')!;
    const port = await freePort();
    const trigger = await host.activate({ ...example.parameters, port });
    const device = connect(port, '127.0.0.1').end(silence(700));
    await waitUntil(() => trigger.items.length === 1, 'the sentence');
    device.destroy();
  });

  it('recognises real speech in an endless stream', async function () {
    this.timeout(60_000);
    await rig.serve(undefined, { engine: 'recogniser' });
    const spoken = Buffer.concat([JFK_PCM, silence(2000)]);
    const trigger = await host.activate(radio(await servers.http(streamAudio(spoken))));
    // The recording is heard once; after that it repeats.
    const heard = () =>
      /^.*?do for your country\W/i.exec(trigger.items.map(({ text }) => text as string).join(' '))?.[0];
    await waitUntil(() => heard() !== undefined, 'the speech', 50_000);
    assert.ok(wordErrorRate(JFK_TEXT, heard()!) <= 0.05, heard());
  });
});
