import assert from 'node:assert/strict';
import type { AsrError, SessionOptions } from '../../../lib';
import { httpSource } from '../../../lib/live/sources/http';
import type { LiveSource } from '../../../lib/live/sources/source';
import { freePort, streamAudio } from '../../support/live-audio';
import { useListening } from '../../support/listening-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { useLiveServers } from '../../support/live-servers';

describe('listening to a live source that is fetched', () => {
  const servers = useLiveServers();
  const { rig, listen } = useListening();

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

  it('connects again when the source breaks off, and goes on in the same session without losing words', async () => {
    await rig.serve({ utterances: ['Before.', 'After.'] });
    let requests = 0;
    const url = await servers.http((request, response) => {
      requests += 1;
      // The first sentence begins, and no silence follows that would end it.
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
    assert.equal(warnings.length, 2, warnings.join('\n'));
    assert.match(warnings[0]!, /Attempt 1 in /);
    assert.match(warnings[1]!, /^http:.* is back at attempt 2, after /);
    assert.deepEqual(failures, []);
  });

  it('opens another session when one fails with a retryable error, and times go on', async () => {
    await rig.serve({
      utterances: ['One.', 'Two.'],
      connections: [
        { faults: [{ on: 'final', nth: 2, do: 'close', code: 1011 }] },
        { upgrade: { status: 503 } },
        {},
      ],
    });
    const url = await servers.http(streamAudio());
    // A session that reconnects by itself would give up only after minutes.
    const { listening, finals, warnings } = listen(httpSource({ address: url, stallMs: 5000 }), {
      reconnect: { maxAttempts: 0 },
    });
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

  it('does not start without a server, without audio or without a service', async () => {
    await rig.serve();
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const start = (source: LiveSource, options?: SessionOptions) => listen(source, options).listening.start();
    await assert.rejects(start(httpSource({ address: nowhere, stallMs: 5000 })), { retryable: true });
    const missing = await servers.http((_request, response) => response.writeHead(404).end());
    await assert.rejects(start(httpSource({ address: missing, stallMs: 5000 })), { httpStatus: 404 });
    const url = await servers.http(streamAudio());
    const address = `ws://127.0.0.1:${await freePort()}`;
    await assert.rejects(start(httpSource({ address: url, stallMs: 5000 }), { address }), {
      code: 'CONNECT_FAILED',
    });
  });

  it('fails once when the source sends no audio, and closes everything', async () => {
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
    let isAsked = false;
    const silent = await servers.http(() => (isAsked = true));
    const playing = await servers.http(streamAudio());
    const waiting: [address: string, isWaiting: () => boolean][] = [
      [silent, () => isAsked],
      [playing, () => rig.service.sessions.length > 0],
    ];
    for (const [address, isWaiting] of waiting) {
      const { listening } = listen(httpSource({ address, stallMs: 5000 }));
      const refused = assert.rejects(listening.start(), { code: 'ABORTED' });
      await waitUntil(isWaiting, 'an answer to be waited for');
      await listening.close();
      await refused;
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
