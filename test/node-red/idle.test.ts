import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service/index';
import {
  appendNodes,
  commitNodes,
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  sessionNodes,
} from '../support/node-red';
import { tasksOf, useService } from '../support/node-red-service';
import { JFK_PCM } from '../support/jfk';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const SLEEPING = { fill: 'grey', shape: 'dot', text: 'sleeping' };
/** Long enough for a session to open. */
const SOON = { idleSeconds: '0.15' };

describe('asr session without audio', () => {
  const { serve } = useService();
  let service: LocalService;

  async function start(session: object): Promise<Flow> {
    service = await serve({ utterances: ['One.', 'Two.'] });
    return Flow.start([
      credentialsNode(service.url),
      ...sessionNodes({ model: 'fun-asr-realtime', ...SOON, ...session }),
      ...appendNodes(),
      ...observers(['append']),
    ]);
  }

  function finishedTopics(flow: Flow): unknown[] {
    return flow
      .received('events')
      .filter(({ payload }) => (payload as { type: string }).type === 'finished')
      .map(({ topic }) => topic);
  }

  async function asleep(flow: Flow, count = 1): Promise<void> {
    const isSleep = ({ payload }: { payload?: unknown }) =>
      (payload as { code?: string }).code === 'SLEEPING';
    await waitUntil(() => flow.received('events').filter(isSleep).length === count, `${count} asleep`);
  }

  for (const model of ['fun-asr-realtime', 'qwen3-asr-flash-realtime']) {
    it(`sleeps by default, shows it, and goes on with the next audio (${model})`, async () => {
      const flow = await start({ model });
      // The silence that would end the sentence is missing, so its final comes when the session falls asleep.
      flow.send('append', { payload: silence(800) });
      assert.equal((await flow.message('final')).payload, 'One.');
      await asleep(flow);
      assert.deepEqual(flow.badges('session').at(-1), SLEEPING);

      flow.send('append', { payload: silence(100) });
      await waitUntil(() => flow.badges('session').at(-1)?.text === 'connected', 'the session to wake');
      assert.deepEqual(flow.badgeTexts('session').slice(-3), ['sleeping', 'connecting', 'connected']);
      assert.deepEqual(finishedTopics(flow), []);
      assert.deepEqual(flow.received('caught'), []);
    });
  }

  it('listens where only speech is sent, shows it, and connects again when somebody speaks', async () => {
    const flow = await start({ voiceGate: 'speech' });
    const isListening = () => flow.badges('session').at(-1)?.text === 'listening';
    await waitUntil(() => {
      flow.send('append', { payload: silence(200), rate: 16_000 });
      return isListening();
    }, 'the session to listen');
    assert.deepEqual(flow.badges('session').at(-1), { fill: 'grey', shape: 'ring', text: 'listening' });
    const sentBytes = service.sessions[0]!.audioBytes;
    flow.send('append', { payload: JFK_PCM.subarray(0, 2 * 32_000), rate: 16_000 });
    // The earlier connection is used again.
    const isSent = () => service.sessions[0]!.audioBytes - sentBytes > 2 * 32_000;
    await waitUntil(isSent, 'the speech to be sent, with silence before it');
    assert.ok(flow.badgeTexts('session').join().includes('listening,connecting'));
    assert.deepEqual(flow.received('caught'), []);
  });

  /** Push to talk on a run-task model: a commit ends the task, and nothing follows. */
  async function committed(session: object): Promise<Flow> {
    service = await serve({ utterances: ['One.', 'Two.'] });
    const flow = await Flow.start([
      credentialsNode(service.url),
      ...sessionNodes({ model: 'fun-asr-realtime', ...SOON, ...session }),
      ...appendNodes({ wires: [['commit']] }),
      ...commitNodes(),
      ...observers(['append', 'commit']),
    ]);
    flow.send('append', { payload: silence(1300), topic: 'a' });
    await flow.message('committed');
    return flow;
  }

  it('shows that it sleeps after a commit, too', async () => {
    const flow = await committed({});
    await waitUntil(() => flow.badges('session').at(-1)?.text === 'sleeping', 'the badge to say so');
    assert.deepEqual(flow.badges('session').at(-1), SLEEPING);
    const told = () =>
      flow
        .received('events')
        .map(({ payload }) => payload as { type: string; to?: string })
        .filter(({ type }) => type === 'state')
        .map(({ to }) => to);
    await waitUntil(() => told().length === 2, 'the change to be told');
    assert.deepEqual(told(), ['open', 'sleeping']);
  });

  it('makes room for another key after a commit where one session at once is the limit', async () => {
    const flow = await committed({ keyType: 'msg', key: 'topic', maxSessions: '1' });
    await waitUntil(() => flow.badges('session').at(-1)?.text === 'sleeping', 'the session to sleep');
    flow.send('append', { payload: silence(1300), topic: 'b' });
    await waitUntil(() => flow.received('committed').length === 2, 'the answer to the second key');
    assert.deepEqual(finishedTopics(flow), ['a']);
    assert.deepEqual(flow.received('caught'), []);
  });

  it('is kept alive by the policy "keep alive"', async () => {
    const flow = await start({ idlePolicy: 'keepAlive', idleSeconds: '0.1' });
    flow.send('append', { payload: silence(100) });
    await flow.message('appended');
    await waitUntil(
      () => (service.sessions[0]?.audioBytes ?? 0) >= 3 * 3200,
      'silence of the session itself',
    );
    assert.ok(!flow.badgeTexts('session').includes('sleeping'));
    assert.equal(tasksOf(service.sessions[0]).length, 1);
  });

  it('closes the session that slept longest to make room for another', async () => {
    const flow = await start({ keyType: 'msg', key: 'topic', maxSessions: '2' });
    for (const [i, topic] of ['a', 'b'].entries()) {
      flow.send('append', { payload: silence(100), topic });
      await asleep(flow, i + 1);
    }
    assert.deepEqual(flow.badges('session').at(-1), { fill: 'grey', shape: 'dot', text: '2 sleeping' });
    flow.send('append', { payload: silence(100), topic: 'c' });
    await waitUntil(() => finishedTopics(flow).length === 1, 'a session to finish');
    assert.deepEqual(finishedTopics(flow), ['a']);
    assert.deepEqual(flow.received('caught'), []);
  });

  it('makes no room while it is awake or while its stream goes on', async () => {
    const flow = await start({ keyType: 'msg', key: 'topic', maxSessions: '1' });
    async function* stream() {
      yield silence(100);
      // The service sends nothing more until the test is over.
      await new Promise<void>((resolve) =>
        helper.getNode('append')!.on('close', () => {
          resolve();
        }),
      );
    }
    flow.send('append', { payload: stream(), topic: 'a' });
    await asleep(flow);
    flow.send('append', { payload: silence(100), topic: 'b' });
    const error = errorOf(await flow.message('caught'));
    assert.equal(error.code, 'TOO_MANY_SESSIONS');
    assert.match(error.message, /none sleeps/);
    assert.deepEqual(finishedTopics(flow), []);
  });

  it('keeps its place when the other session cannot open', async () => {
    const flow = await start({
      keyType: 'msg',
      key: 'topic',
      maxSessions: '1',
      model: 'paraformer-realtime-v2',
    });
    flow.send('append', { payload: silence(100), topic: 'a' });
    await asleep(flow);
    flow.send('append', { payload: silence(100), topic: 'b', context: 'This model takes none.' });
    assert.equal(errorOf(await flow.message('caught')).code, 'INVALID_OPTION');
    assert.deepEqual(finishedTopics(flow), []);
  });
});
