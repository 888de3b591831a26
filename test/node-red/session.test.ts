import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import type { LocalService, LocalServiceOptions } from '../../local-service/index';
import type { Flow } from '../support/node-red';
import { errorOf, helper, onCall } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const GREETING = { text: 'Good morning everybody.', emotion: 'happy', atMs: 200, endMs: 1200 };
/** Covers the greeting and the silence that ends it. */
const GREETING_AUDIO = silence(2500);

describe('asr session', () => {
  const rig = useService();
  let service: LocalService;

  async function serve(script: LocalServiceOptions['script'] = { utterances: [GREETING] }): Promise<void> {
    service = await rig.serve(script);
  }

  function start(session: object = {}): Promise<Flow> {
    return startSessionFlow(service, { session, observed: ['session', 'append', 'commit'] });
  }

  it('sends interims, finals and emotions as text, and every other event, each on its own output', async () => {
    await serve();
    const flow = await start();
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000 });

    const final = await flow.message('final');
    assert.equal(final.payload, 'Good morning everybody.');
    const asr = final.asr as Record<string, unknown>;
    assert.equal(asr.type, 'final');
    assert.equal(asr.text, 'Good morning everybody.');
    assert.equal(asr.language, 'en');

    const interims = await flow.messages('interim');
    assert.ok(interims.every(({ payload }) => 'Good morning everybody.'.startsWith(String(payload))));
    assert.ok(interims.every((msg) => (msg.asr as { sentenceId: string }).sentenceId === asr.sentenceId));

    const emotion = await flow.message('emotion');
    assert.equal(emotion.payload, 'happy');
    assert.equal((emotion.asr as { type: string }).type, 'emotion');

    const events = await flow.messages('events', 4);
    assert.deepEqual(
      events.map(({ payload }) => (payload as { type: string }).type),
      ['opened', 'state', 'speechStarted', 'speechStopped'],
    );
    assert.deepEqual(events[0]!.payload, events[0]!.asr);
  });

  it('keeps the topic and the reply properties of the message that opened the session', async () => {
    await serve();
    const flow = await start();
    const route = { _msgid: 'm1', topic: 'kitchen', _session: { type: 'websocket', id: 's1' } };
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, ...route, req: { r: 1 }, res: { r: 2 } });

    const final = await flow.message('final');
    assert.equal(final._msgid, 'm1');
    assert.equal(final.topic, 'kitchen');
    assert.deepEqual(final._session, route._session);
    assert.deepEqual(final.req, { r: 1 });
    assert.deepEqual(final.res, { r: 2 });
  });

  it('holds a session for each key, with the key as the topic of its results', async () => {
    await serve();
    const flow = await start({ keyType: 'msg', key: 'room' });
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, room: 'kitchen', topic: 'x' });
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, room: 7 });

    const finals = await flow.messages('final', 2);
    assert.deepEqual(new Set(finals.map(({ topic }) => topic)), new Set(['kitchen', '7']));
    assert.equal(service.connectionCount, 2);
    assert.ok(flow.badgeTexts('session').includes('2 sessions'));
  });

  it('refuses a message without the key, so that it does not reach another session', async () => {
    await serve();
    const flow = await start({ keyType: 'msg', key: 'room' });
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000 });

    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'NO_KEY');
    assert.match(error.message, /msg\.room/);
    assert.equal(service.sessions.length, 0);
  });

  it('refuses audio for more keys than its limit', async () => {
    await serve();
    const flow = await start({ keyType: 'msg', key: 'topic', maxSessions: '1' });
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, topic: 'a' });
    await flow.message('appended');
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, topic: 'b' });

    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'TOO_MANY_SESSIONS');
    assert.match(error.message, /1 sessions/);
    assert.ok(service.sessions.length <= 1);
  });

  it('opens on start, and completes the message when the service has accepted the session', async () => {
    await serve();
    const flow = await start();
    flow.send('session', { action: 'start', _msgid: 'opener' });

    const completed = await flow.message('completed');
    assert.equal(completed._msgid, 'opener');
    const opened = await flow.message('events');
    assert.equal((opened.payload as { type: string }).type, 'opened');
    assert.deepEqual(flow.badges('session').slice(0, 2), [
      { fill: 'yellow', shape: 'ring', text: 'connecting' },
      { fill: 'green', shape: 'dot', text: 'connected' },
    ]);
  });

  it('recognises the remaining audio on finish, and clears its badge', async () => {
    await serve();
    const flow = await start();
    // The silence that would end the sentence is missing.
    flow.send('append', { payload: silence(1300), rate: 16_000 });
    await flow.message('appended');
    flow.send('session', { action: 'finish' });

    assert.equal((await flow.message('final')).payload, 'Good morning everybody.');
    await waitUntil(() => flow.received('completed').length === 2, 'the finish to be done');
    const last = flow.received('events').at(-1)!.payload as { type: string; aborted: boolean };
    assert.equal(last.type, 'finished');
    assert.equal(last.aborted, false);
    assert.deepEqual(flow.badges('session').at(-1), {});
    assert.deepEqual(flow.received('caught'), []);
  });

  it('closes at once on abort', async () => {
    await serve();
    const flow = await start();
    flow.send('append', { payload: silence(1300), rate: 16_000 });
    await flow.message('interim');
    flow.send('session', { action: 'abort' });

    await waitUntil(() => service.connectionCount === 0, 'the connection to close');
    const last = flow.received('events').at(-1)!.payload as { type: string; aborted: boolean };
    assert.deepEqual([last.type, last.aborted], ['finished', true]);
    assert.deepEqual(flow.received('final'), []);
  });

  it('completes finish and abort for a session that is not open', async () => {
    await serve();
    const flow = await start();
    flow.send('session', { action: 'finish' });
    flow.send('session', { action: 'abort' });
    await flow.messages('completed', 2);
    assert.deepEqual(flow.received('caught'), []);
  });

  it('lists the actions when it gets an unknown one', async () => {
    await serve();
    const flow = await start();
    flow.send('session', { payload: GREETING_AUDIO });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'UNKNOWN_ACTION');
    assert.match(error.message, /"start", "context", "commit", "finish" or "abort"/);
  });

  it('finishes an idle session by the policy "close", and opens a new one for the next audio', async () => {
    await serve({ utterances: [GREETING] });
    const flow = await start({ idlePolicy: 'close', idleSeconds: '0.15' });
    flow.send('append', { payload: silence(1300), rate: 16_000 });

    assert.equal((await flow.message('final')).payload, 'Good morning everybody.');
    await waitUntil(() => service.connectionCount === 0, 'the idle session to end');
    assert.deepEqual(flow.received('caught'), []);

    flow.send('append', { payload: silence(100), rate: 16_000 });
    await waitUntil(() => service.sessions.length === 2, 'a second session');
  });

  it('reports a failed session once to Catch, on the fourth output and as its badge', async () => {
    await serve({ utterances: [GREETING], upgrade: { status: 401 } });
    const flow = await start();
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, topic: 'kitchen' });

    const [closed, event] = await flow.messages('events', 2);
    assert.equal((closed!.payload as { to: string }).to, 'closed');
    const payload = event!.payload as { type: string; error: Record<string, unknown> };
    assert.equal(payload.type, 'error');
    assert.equal(payload.error.code, 'AUTHENTICATION');
    assert.equal(payload.error.retryable, false);
    assert.deepEqual(JSON.parse(JSON.stringify(payload)), payload);

    const caught = await flow.messages('caught');
    const ofSession = caught.filter((msg) => errorOf(msg).source.id === 'session');
    assert.equal(ofSession.length, 1);
    assert.equal(errorOf(ofSession[0]!).code, 'AUTHENTICATION');
    assert.equal(ofSession[0]!.topic, 'kitchen');
    assert.deepEqual(flow.badges('session').at(-1), { fill: 'red', shape: 'ring', text: 'key refused' });
  });

  it('connects again after a refused key only on start', async () => {
    await serve({ utterances: [GREETING], upgrade: { status: 401 } });
    const flow = await start();
    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000 });
    await flow.message('events');
    assert.equal(service.sessions.length, 1);

    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000, _msgid: 'second' });
    await waitUntil(
      () => flow.received('caught').some((msg) => errorOf(msg).code === 'HOLD_OFF'),
      'the hold-off error',
    );
    assert.equal(service.sessions.length, 1);

    flow.send('session', { action: 'start', _msgid: 'third' });
    await waitUntil(() => service.sessions.length === 2, 'the second try');
    await waitUntil(
      () => flow.received('caught').some(({ _msgid }) => _msgid === 'third'),
      'the error of the start message',
    );
    // The error is reported for the message that asked for it, and not a second time by the session.
    assert.equal(flow.received('caught').filter(({ _msgid }) => _msgid === 'third').length, 1);
  });

  it('lives on after input that is no audio', async () => {
    await serve();
    const flow = await start();
    flow.send('append', { payload: Buffer.from('\x89PNG\r\n\x1a\n something else', 'latin1') });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'BAD_AUDIO');
    assert.equal(error.source.id, 'append');
    assert.deepEqual(flow.badges('append').at(-1), { fill: 'red', shape: 'ring', text: 'bad audio' });

    flow.send('append', { payload: GREETING_AUDIO, rate: 16_000 });
    assert.equal((await flow.message('final')).payload, 'Good morning everybody.');
    assert.equal(service.sessions.length, 1);
    assert.deepEqual(flow.badges('append').at(-1), {});
  });

  it('closes its connections at once when it closes, and then shows and sends nothing', async () => {
    // To wait for the end of a session would take as long as a session may take to finish.
    await serve({ utterances: [GREETING], faults: [{ on: 'finished', do: 'drop' }] });
    const flow = await start({ keyType: 'msg', key: 'topic', onDeploy: 'abort' });
    for (const topic of ['a', 'b', 'c']) flow.send('append', { payload: silence(500), rate: 16_000, topic });
    await waitUntil(() => service.connectionCount === 3, 'three sessions');
    await flow.messages('events', 3);

    const node = helper.getNode('session')!;
    const startedAt = performance.now();
    await node.close(false);
    assert.ok(performance.now() - startedAt < 5000);
    const calls: string[] = [];
    onCall(node as EventEmitter, 'send', () => calls.push('send'));
    onCall(node as EventEmitter, 'status', ([badge]) => calls.push(`status ${JSON.stringify(badge)}`));
    flow.send('append', { payload: silence(500), rate: 16_000, topic: 'd' });

    await waitUntil(() => service.connectionCount === 0, 'the connections to close');
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.source.id, 'append');
    assert.equal(service.sessions.length, 3);
    // The helper reports calls a tick late: this one is the clearing within close.
    assert.deepEqual(calls, ['status {}']);
  });
});
