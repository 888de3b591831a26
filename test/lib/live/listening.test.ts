import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { openSession } from '../../../lib';
import type { AsrError, SessionEvent, SessionOptions } from '../../../lib';
import { Listening } from '../../../lib/live/listening';
import { httpSource } from '../../../lib/live/sources/http';
import type { LiveSource } from '../../../lib/live/sources/source';
import { tcpSource } from '../../../lib/live/sources/tcp';
import type { PortSourceOptions } from '../../../lib/live/sources/tcp';
import { udpSource } from '../../../lib/live/sources/udp';
import { freePort, streamAudio } from '../../support/live-audio';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { useLiveServers } from '../../support/live-servers';

/** Short, so that tests do not wait; the jitter is left out, so that they go the same each time. */
const BACKOFF = { baseMs: 10, maxMs: 40, random: () => 1 };

describe('listening to a live source', () => {
  const servers = useLiveServers();
  const rigs: Listening[] = [];
  const devices: Socket[] = [];
  afterEach(async () => {
    for (const device of devices.splice(0)) device.destroy();
    for (const listening of rigs.splice(0)) await listening.close();
  });
  const rig = useLibRig();

  function listen(source: LiveSource, options: SessionOptions = {}, pauseMs?: number) {
    const events: [SessionEvent, string][] = [];
    const failures: AsrError[] = [];
    const badItems: AsrError[] = [];
    const warnings: string[] = [];
    const gone: string[] = [];
    const listening = new Listening({
      source,
      rateHz: 16_000,
      openSession: () => openSession({ region: 'local', address: rig.service.url, ...options }),
      onEvent: (event, sender) => events.push([event, sender]),
      onSenderGone: (sender) => gone.push(sender),
      onBadItem: (error) => badItems.push(error),
      onFailure: (error) => failures.push(error),
      onWarning: (message) => warnings.push(message),
      backoff: BACKOFF,
      ...(pauseMs !== undefined && { pauseMs }),
    });
    rigs.push(listening);
    const finals = () => events.flatMap(([event]) => (event.type === 'final' ? [event] : []));
    return {
      listening,
      events,
      failures,
      badItems,
      warnings,
      gone,
      finals,
      texts: () => finals().map(({ text }) => text),
    };
  }

  describe('that is fetched', () => {
    it('hears one sentence after the other, until it is closed', async () => {
      await rig.serve({ utterances: ['One.', 'Two.', 'Three.'], loop: true });
      const url = await servers.http(streamAudio());
      const { listening, texts } = listen(httpSource({ address: url, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => texts().length >= 5, 'five sentences');
      assert.deepEqual(texts().slice(0, 4), ['One.', 'Two.', 'Three.', 'One.']);
      await listening.close();
      await listening.close();
      const count = texts().length;
      await waitUntil(() => rig.service.connectionCount === 0, 'the session to end');
      assert.equal(texts().length, count);
    });

    it('connects again when the source breaks off, in the same session and with what was said until then', async () => {
      await rig.serve({ utterances: ['Before.', 'After.'] });
      let requests = 0;
      const url = await servers.http((request, response) => {
        requests += 1;
        // The first sentence is begun and not followed by the silence that would end it.
        if (requests === 1) response.write(silence(500), () => request.socket.destroy());
        else if (requests === 2) response.writeHead(503).end();
        else streamAudio()(request, response);
      });
      const { listening, texts, warnings, failures } = listen(httpSource({ address: url, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => texts().length >= 2, 'both sentences');
      assert.deepEqual(texts().slice(0, 2), ['Before.', 'After.']);
      assert.equal(rig.service.sessions.length, 1);
      assert.ok(requests >= 3);
      assert.match(warnings.join('\n'), /Connecting again in .* 503/s);
      assert.deepEqual(failures, []);
    });

    it('opens another session when one fails that may do better the next time, and times go on', async () => {
      await rig.serve({
        utterances: ['One.', 'Two.'],
        connections: [
          { faults: [{ on: 'final', nth: 2, do: 'close', code: 1011 }] },
          { upgrade: { status: 503 } },
          {},
        ],
      });
      const url = await servers.http(streamAudio());
      const { listening, finals, warnings } = listen(httpSource({ address: url, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => finals().length >= 4, 'two sentences of two sessions');
      const [, , third] = finals();
      assert.equal(third!.text, 'One.');
      assert.ok(third!.beginMs! >= finals()[1]!.endMs!, 'times go on');
      assert.equal(new Set(finals().map(({ sentenceId }) => sentenceId)).size, finals().length);
      assert.match(warnings.join('\n'), /Recognition was interrupted/);
    });

    it('does not start with a wrong key, and leaves nothing', async () => {
      await rig.serve({}, { apiKey: 'right' });
      const url = await servers.http(streamAudio());
      const { listening, failures } = listen(httpSource({ address: url, stallMs: 5000 }), {
        apiKey: 'wrong-key',
      });
      await assert.rejects(listening.start(), (error: AsrError) => {
        assert.equal(error.code, 'AUTHENTICATION');
        assert.ok(!error.message.includes('wrong-key'));
        return true;
      });
      assert.deepEqual(failures, []);
    });

    it('does not start where nothing can come: no server, no audio, no service', async () => {
      await rig.serve();
      const nowhere = `http://127.0.0.1:${await freePort()}`;
      const start = (source: LiveSource, options?: SessionOptions) =>
        listen(source, options).listening.start();
      await assert.rejects(start(httpSource({ address: nowhere, stallMs: 5000 })), { retryable: true });
      const missing = await servers.http((_request, response) => response.writeHead(404).end());
      await assert.rejects(start(httpSource({ address: missing, stallMs: 5000 })), { httpStatus: 404 });
      const url = await servers.http(streamAudio());
      const address = `ws://127.0.0.1:${await freePort()}`;
      await assert.rejects(start(httpSource({ address: url, stallMs: 5000 }), { address }), {
        code: 'CONNECT_FAILED',
      });
    });

    it('fails once when what comes is no audio, and closes everything', async () => {
      await rig.serve();
      const url = await servers.http((_request, response) => {
        response.write(`{"error": "this is ${'no '.repeat(50)} audio"}`);
      });
      const { listening, failures } = listen(httpSource({ address: url, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => failures.length > 0, 'the failure');
      assert.equal(failures[0]!.code, 'BAD_AUDIO');
      await listening.close();
      assert.equal(failures.length, 1);
    });

    it('fails once when the service says in the middle that the account is closed', async () => {
      await rig.serve({
        utterances: ['One.'],
        connections: [
          { faults: [{ on: 'final', nth: 1, do: 'close', code: 1011 }] },
          { upgrade: { status: 403, code: 'Arrearage', message: 'Overdue.' } },
        ],
      });
      const url = await servers.http(streamAudio());
      const { listening, failures, texts } = listen(httpSource({ address: url, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => failures.length === 1, 'the failure');
      assert.equal(failures[0]!.retryable, false);
      assert.deepEqual(texts(), ['One.']);
      await listening.close();
      assert.equal(failures.length, 1);
    });

    it('can be closed while it connects, on either side, and while it waits to connect again', async () => {
      await rig.serve({ connections: [{ upgrade: { hang: true } }] });
      const silent = await servers.http(() => undefined);
      const playing = await servers.http(streamAudio());
      for (const address of [silent, playing]) {
        const { listening } = listen(httpSource({ address, stallMs: 5000 }));
        const starting = listening.start();
        setTimeout(() => void listening.close(), 20);
        await assert.rejects(starting, { code: 'ABORTED' });
      }
      await rig.serve();
      let requests = 0;
      const breaking = await servers.http((_request, response) => {
        requests += 1;
        if (requests > 1) response.writeHead(503).end();
        else response.end(silence(100));
      });
      const { listening, warnings } = listen(httpSource({ address: breaking, stallMs: 5000 }));
      await listening.start();
      await waitUntil(() => warnings.length > 0, 'the loss');
      await listening.close();
    });
  });

  describe('at a port', () => {
    const OPTIONS: PortSourceOptions = {
      host: '127.0.0.1',
      port: 0,
      maxSenders: 3,
      idleMs: 5000,
      hints: { rate: 8000 },
    };

    it('recognises each TCP connection apart, at its own rate, to its last word', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const port = await freePort();
      const { listening, events, texts, gone } = listen(tcpSource({ ...OPTIONS, port }));
      await listening.start();
      for (let i = 0; i < 2; i++) {
        const device = connect(port, '127.0.0.1');
        devices.push(device);
        // No silence behind the words: the end of the connection is the end of the sentence.
        device.end(silence(700, 8000));
      }
      await waitUntil(() => texts().length === 2, 'the sentences of both');
      const senders = new Set(events.flatMap(([event, sender]) => (event.type === 'final' ? [sender] : [])));
      assert.equal(senders.size, 2);
      await waitUntil(() => gone.length === 3, 'both to be gone, and what looked whether the key is right');
    });

    it('ends the sentence of a device that sends nothing behind it, and hears the next one', async () => {
      await rig.serve({ utterances: ['Hello.', 'Again.'] });
      const port = await freePort();
      const { listening, texts } = listen(tcpSource({ ...OPTIONS, port }), {}, 50);
      await listening.start();
      const device = connect(port, '127.0.0.1');
      devices.push(device);
      device.write(silence(700, 8000));
      await waitUntil(() => texts().length === 1, 'the sentence');
      device.write(silence(2000, 8000));
      await waitUntil(() => texts().length === 2, 'the next one');
      assert.deepEqual(texts(), ['Hello.', 'Again.']);
    });

    it('recognises each UDP sender apart', async () => {
      await rig.serve({ utterances: ['Hello.'], loop: true });
      const port = await freePort();
      const { listening, texts, gone } = listen(udpSource({ ...OPTIONS, port }));
      await listening.start();
      const sockets = [createSocket('udp4'), createSocket('udp4')];
      for (const socket of sockets) {
        for (const part of [silence(400, 8000), silence(400, 8000), Buffer.alloc(0)]) {
          await new Promise((resolve) => {
            socket.send(part, port, '127.0.0.1', resolve);
          });
        }
      }
      await waitUntil(() => texts().length === 2, 'the sentences of both');
      await waitUntil(() => gone.length === 3, 'both to be gone');
      for (const socket of sockets) socket.close();
    });

    it('tells of a device that sends no audio, and goes on with the others', async () => {
      await rig.serve({ utterances: ['Hello.'] });
      const port = await freePort();
      const { listening, badItems, texts, failures } = listen(tcpSource({ ...OPTIONS, port }));
      await listening.start();
      const send = (bytes: Buffer | string): void => {
        devices.push(connect(port, '127.0.0.1').end(bytes));
      };
      send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: scanner\r\n\r\n');
      await waitUntil(() => badItems.length === 1, 'the complaint');
      assert.match(badItems[0]!.message, /^127\.0\.0\.1:\d+ sent no usable audio\. .*text/);
      send('');
      send(silence(700, 8000));
      await waitUntil(() => texts().length === 1, 'the sentence');
      assert.equal(badItems.length, 1);
      assert.deepEqual(failures, []);
    });

    it('does not start with a wrong key or with a port that is taken', async () => {
      await rig.serve({}, { apiKey: 'right' });
      const port = await freePort();
      await assert.rejects(listen(tcpSource({ ...OPTIONS, port })).listening.start(), {
        code: 'AUTHENTICATION',
      });
      const key = { apiKey: 'right' };
      await listen(tcpSource({ ...OPTIONS, port }), key).listening.start();
      await assert.rejects(listen(tcpSource({ ...OPTIONS, port }), key).listening.start(), {
        message: /listens there already/,
      });
    });

    it('can be closed while devices send', async () => {
      await rig.serve({ utterances: ['Hello.'], loop: true });
      const port = await freePort();
      const { listening, texts } = listen(tcpSource({ ...OPTIONS, port }));
      await listening.start();
      const device = connect(port, '127.0.0.1').on('error', () => undefined);
      devices.push(device);
      device.write(silence(5000, 8000));
      await waitUntil(() => texts().length >= 1, 'a sentence');
      await listening.close();
    });
  });
});
