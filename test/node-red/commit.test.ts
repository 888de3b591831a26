import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { LocalService, LocalServiceOptions } from '../../local-service/index';
import {
  appendNodes,
  commitNodes,
  credentialsNode,
  errorOf,
  Flow,
  observers,
  sessionNodes,
} from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const SENTENCE_AUDIO = silence(1300);

describe('commit', () => {
  const rig = useService();
  let service: LocalService;

  async function serve(script: NonNullable<LocalServiceOptions['script']>): Promise<void> {
    service = await rig.serve(script);
  }

  function start(session: object = {}, commit: object = {}): Promise<Flow> {
    return Flow.start([
      credentialsNode(service.url),
      ...sessionNodes(session),
      ...appendNodes({ wires: [['appended', 'commit']] }),
      ...commitNodes(commit),
      { id: 'commitAlone', type: 'asr-commit', z: 'tab', session: 'session', wires: [['committedAlone']] },
      { id: 'committedAlone', type: 'helper', z: 'tab' },
      ...observers(['commit']),
    ]);
  }

  for (const mode of ['manual', 'vad'] as const) {
    it(`answers its message with the text since the last commit, in mode ${mode}`, async () => {
      await serve({ utterances: ['One sentence.', 'Another one.'] });
      const flow = await start({ mode });
      const res = { status: 'the response' };
      flow.send('append', { payload: SENTENCE_AUDIO, _msgid: 'm1', topic: 't', res });

      const [first] = await flow.messages('committed');
      assert.equal(first!.payload, 'One sentence.');
      assert.deepEqual([first!._msgid, first!.topic], ['m1', 't']);
      assert.equal(first!.res, res);
      const { text, finals, sessionId } = first!.asr as {
        text: string;
        finals: { text: string }[];
        sessionId: string;
      };
      assert.equal(text, 'One sentence.');
      assert.match(sessionId, /^sess_/);
      assert.deepEqual(
        finals.map((final) => final.text),
        ['One sentence.'],
      );
      await flow.message('completed');

      flow.send('append', { payload: silence(2300) });
      const [, second] = await flow.messages('committed', 2);
      assert.equal(second!.payload, 'Another one.');
      assert.equal(service.sessions.length, 1);
      assert.ok(flow.badgeTexts('commit').includes('waiting for text'));
      assert.deepEqual(flow.badges('commit').at(-1), {});
    });
  }

  it('serves many requests at once, each in a session of its own that it finishes', async () => {
    const count = 8;
    await serve({ connections: Array.from({ length: count }, (_, i) => ({ utterances: [`Text ${i}.`] })) });
    const flow = await start({ mode: 'manual', keyType: 'msg', key: '_msgid' }, { then: 'finish' });
    for (let i = 0; i < count; i++) flow.send('append', { payload: SENTENCE_AUDIO, _msgid: `request${i}` });

    const answers = await flow.messages('committed', count);
    assert.equal(new Set(answers.map(({ _msgid }) => _msgid)).size, count);
    assert.equal(new Set(answers.map(({ payload }) => payload)).size, count);
    // The final of a session goes to the outputs with the id of its request, as the answer does.
    await flow.messages('final', count);
    for (const answer of answers) {
      const final = flow.received('final').find(({ _msgid }) => _msgid === answer._msgid);
      assert.equal(final?.payload, answer.payload);
    }
    await waitUntil(() => service.connectionCount === 0, 'the sessions to finish');
    assert.deepEqual(flow.received('caught'), []);
  });

  it('waits for the audio of messages that arrived before it', async () => {
    await serve({ utterances: ['One sentence.'] });
    const flow = await start({ mode: 'manual' });
    // A file is read in several steps, and the commit comes right behind it.
    flow.send('append', { payload: SENTENCE_AUDIO.toString('base64'), _msgid: 'audio' });
    flow.send('commitAlone', { _msgid: 'alone' });
    assert.equal((await flow.message('committedAlone')).payload, 'One sentence.');
  });

  it('does not wait for the end of a stream', async () => {
    await serve({ utterances: ['One sentence.'] });
    const flow = await start({ mode: 'manual' });
    const microphone = new PassThrough();
    flow.send('append', { payload: microphone });
    microphone.write(SENTENCE_AUDIO);
    await flow.message('interim');
    flow.send('commitAlone', {});
    assert.equal((await flow.message('committedAlone')).payload, 'One sentence.');
  });

  it('fails without an open session', async () => {
    await serve({ utterances: [] });
    const flow = await start();
    flow.send('commitAlone', { _msgid: 'alone' });
    const caught = await flow.message('caught');
    assert.equal(caught._msgid, 'alone');
    assert.equal(errorOf(caught).code, 'NOT_OPEN');
  });

  it('fails in mode manual without audio, and the session lives on', async () => {
    await serve({ utterances: ['One sentence.'] });
    const flow = await start({ mode: 'manual' });
    flow.send('session', { action: 'start' });
    await flow.message('events');
    flow.send('commitAlone', {});
    assert.equal(errorOf(await flow.message('caught')).code, 'COMMIT_EMPTY');

    flow.send('append', { payload: SENTENCE_AUDIO });
    assert.equal((await flow.message('committed')).payload, 'One sentence.');
    assert.equal(service.sessions.length, 1);
  });

  it('answers with an empty text, and finishes, where the session has nothing left', async () => {
    await serve({ utterances: [] });
    const flow = await start({ mode: 'manual' }, { then: 'finish' });
    flow.send('session', { action: 'start' });
    await flow.message('events');
    flow.send('commit', {});
    const answer = await flow.message('committed');
    assert.deepEqual([answer.payload, answer.asr], ['', { text: '', finals: [] }]);
    await waitUntil(() => service.connectionCount === 0, 'the session to finish');
  });

  it('reports failed recognition once, for the message that asked', async () => {
    await serve({ utterances: [{ text: 'x', failed: {} }, 'One sentence.'] });
    const flow = await start({ mode: 'manual' });
    flow.send('append', { payload: SENTENCE_AUDIO, _msgid: 'm1' });
    const caught = await flow.message('caught');
    assert.equal(errorOf(caught).code, 'COMMIT_FAILED');
    assert.equal(errorOf(caught).source.id, 'commit');

    flow.send('append', { payload: SENTENCE_AUDIO });
    assert.equal((await flow.message('committed')).payload, 'One sentence.');
    assert.equal(flow.received('caught').length, 1);
  });
});
