import assert from 'node:assert/strict';
import type { EventOf, SessionEvent } from '../../lib';
import { startLocalService } from '../../local-service';
import type { LocalService } from '../../local-service';
import { appendNodes, credentialsNode, errorOf, Flow, sessionNodes } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

describe('asr session in trouble', () => {
  const { serve } = useService();
  let service: LocalService;

  function start(session: object = {}, key?: string): Promise<Flow> {
    return startSessionFlow(service, { session, key });
  }

  function events<T extends SessionEvent['type']>(flow: Flow, type: T): Extract<SessionEvent, { type: T }>[] {
    const all = flow.received('events').map(({ payload }) => payload as SessionEvent);
    return all.filter((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
  }

  it('connects again, shows the attempt, reports it on the fourth output and loses no word', async () => {
    service = await serve({
      connections: [
        { utterances: ['Good morning everybody.'], faults: [{ on: 'interim', nth: 2, do: 'terminate' }] },
        { upgrade: { status: 503 } },
        { utterances: ['Good morning everybody.'] },
      ],
    });
    const flow = await start();
    flow.send('append', { payload: silence(4000), rate: 16_000 });
    const final = await flow.message('final');
    assert.equal(final.payload, 'Good morning everybody.');
    assert.deepEqual(
      events(flow, 'reconnecting').map(({ attempt }) => attempt),
      [1, 2],
    );
    const [resumed] = events(flow, 'resumed');
    assert.ok(resumed && resumed.replayedMs > 0);
    assert.equal(resumed.lostMs, 0);
    const badges = flow.badges('session');
    for (const n of [1, 2]) {
      const shown = badges.some(
        ({ fill, shape, text }) => fill === 'yellow' && shape === 'ring' && text === `reconnecting ${n}`,
      );
      assert.ok(shown, JSON.stringify(badges));
    }
    assert.notEqual(badges.at(-1)?.text, 'reconnecting 2');
    assert.deepEqual(flow.received('caught'), []);
  });

  it('fails at once where no reconnects are allowed', async () => {
    service = await serve({ utterances: ['Hi.'], faults: [{ on: 'interim', nth: 1, do: 'terminate' }] });
    const flow = await start({ reconnectAttempts: '0' });
    flow.send('append', { payload: silence(4000), rate: 16_000 });
    assert.equal(errorOf(await flow.message('caught')).code, 'CONNECTION_LOST');
    assert.deepEqual(events(flow, 'reconnecting'), []);
  });

  it('notices a dead link within its bound', async () => {
    service = await serve({
      connections: [
        { utterances: ['Hello there.'], faults: [{ on: 'interim', nth: 1, do: 'halfOpen' }] },
        { utterances: ['Hello there.'] },
      ],
    });
    const flow = await start({ livenessSeconds: '1' });
    flow.send('append', { payload: silence(3000), rate: 16_000 });
    await flow.message('interim');
    await waitUntil(() => events(flow, 'reconnecting').length > 0, 'the drop to be noticed');
    assert.equal((await flow.message('final')).payload, 'Hello there.');
  });

  it('makes append audio wait while the service takes nothing, and shows what waits', async () => {
    service = await serve({
      utterances: ['Hello.'],
      faults: [{ afterMs: 0, do: 'readSlowly', bytesPerSecond: 1 }],
    });
    const flow = await start({ heldSeconds: '5' });
    const pieces = 120;
    // Ten minutes, which is more than sockets buffer.
    for (let i = 0; i < pieces; i++) flow.send('append', { payload: silence(5000), rate: 16_000 });
    await waitUntil(
      () => /^buffering \d+\.\d s$/.test(flow.badges('session').at(-1)?.text ?? ''),
      'the badge',
    );
    assert.equal(flow.badges('session').at(-1)?.fill, 'yellow');
    const done = flow.received('completed').length;
    assert.ok(done < pieces, `${done} of ${pieces} messages are done`);
    const sent = (service.sessions[0]?.audioBytes ?? 0) / 32;
    assert.ok(sent < 60_000, `${sent} ms of audio went out`);
  });

  it('completes the waiting messages as soon as there is room', async () => {
    service = await serve({ faults: [{ on: 'opened', do: 'delay', ms: 400 }] });
    const flow = await start({ heldSeconds: '1' });
    for (let i = 0; i < 5; i++) flow.send('append', { payload: silence(1000), rate: 16_000 });
    await waitUntil(() => service.connectionCount === 1, 'the connection');
    // The first message is accepted, the next exceeds the limit, and the others wait for it.
    assert.equal(flow.received('completed').length, 1);
    await flow.messages('completed', 5);
    assert.equal(events(flow, 'opened').length, 1);
    await waitUntil(() => service.sessions[0]!.audioBytes === 5 * 32_000, 'all of the audio');
  });

  for (const [overload, isLost] of [
    ['fail', false],
    ['dropOldest', true],
  ] as const) {
    it(`${isLost ? 'drops the oldest' : 'refuses new'} audio where there is no room, by its overload setting`, async () => {
      service = await serve({ faults: [{ on: 'opened', do: 'delay', ms: 400 }] });
      const flow = await start({ heldSeconds: '1', overload });
      for (let i = 0; i < 3; i++) flow.send('append', { payload: silence(1000), rate: 16_000 });
      if (isLost) {
        await flow.messages('completed', 3);
        await waitUntil(() => events(flow, 'warning').length > 0, 'the warning');
        assert.equal(events(flow, 'warning')[0]!.code, 'AUDIO_DROPPED');
        assert.deepEqual(flow.received('caught'), []);
      } else {
        assert.equal(errorOf(await flow.message('caught')).code, 'HELD_AUDIO_LIMIT');
      }
      flow.send('session', { action: 'finish' });
      await waitUntil(() => events(flow, 'finished').length === 1, 'the end');
      const { statistics } = events(flow, 'finished')[0]!;
      assert.equal(statistics.audioInMs === 3000, isLost);
      assert.equal(statistics.audioLostMs >= 1000, isLost);
      assert.equal(statistics.audioSentMs + statistics.audioLostMs, statistics.audioInMs);
    });
  }

  it('sends statistics at its interval, until the end', async () => {
    service = await serve({ utterances: ['Hello.'] });
    const flow = await start({ statisticsSeconds: '0.1' });
    flow.send('append', { payload: silence(2500), rate: 16_000 });
    await waitUntil(() => events(flow, 'statistics').length >= 3, 'three statistics');
    const { statistics } = events(flow, 'statistics').at(-1)!;
    assert.equal(statistics.audioInMs, 2500);
    assert.deepEqual(statistics.reconnectsByReason, {});
    flow.send('session', { action: 'finish' });
    await waitUntil(() => events(flow, 'finished').length === 1, 'the end');
    assert.equal((flow.received('events').at(-1)!.payload as SessionEvent).type, 'finished');
  });

  it('does not disturb another session by a bad key', async () => {
    const refusing = await startLocalService({ engine: 'script', script: { upgrade: { status: 401 } } });
    try {
      service = await serve({ utterances: ['Hello.'] });
      const bad = sessionNodes({ connection: 'badCredentials' })[0]!;
      const flow = await Flow.start([
        credentialsNode(service.url),
        credentialsNode(refusing.url, { id: 'badCredentials' }),
        ...sessionNodes(),
        ...appendNodes(),
        { ...bad, id: 'badSession', wires: [[], [], [], ['badEvents']] },
        { ...appendNodes()[0]!, id: 'badAppend', session: 'badSession', wires: [] },
        { id: 'badEvents', type: 'helper', z: 'tab' },
      ]);
      for (let i = 0; i < 10; i++) {
        flow.send('badAppend', { payload: silence(300) });
        flow.send('append', { payload: silence(300), rate: 16_000 });
      }
      assert.equal((await flow.message('final')).payload, 'Hello.');
      const [closed, failed] = await flow.messages('badEvents', 2);
      assert.equal((closed!.payload as EventOf<'state'>).to, 'closed');
      assert.equal((failed!.payload as SessionEvent).type, 'error');
      assert.equal(flow.badges('badSession').at(-1)?.text, 'key refused');
      assert.notEqual(flow.badges('session').at(-1)?.fill, 'red');
    } finally {
      await refusing.close();
    }
  });
});
