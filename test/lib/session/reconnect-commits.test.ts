import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection, ScriptFault } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const SOON = { reconnect: { baseDelayMs: 1 }, pace: { burstMs: 1e6 } };

describe('commits and the finish of a session whose connection is lost', () => {
  const rig = useLibRig();
  const open = (options: SessionOptions) => rig.open({ ...SOON, ...options });

  const ways: [name: string, options: SessionOptions][] = [
    ['Manual mode', { mode: 'manual' }],
    ['VAD mode', { mode: 'vad' }],
    ['a run-task model', { model: 'fun-asr-realtime' }],
  ];

  const stages: [stage: string, fault: ScriptFault][] = [
    ['before it was sent', { atAudioMs: 700, do: 'terminate' }],
    ['while its audio is heard', { on: 'interim', nth: 2, do: 'terminate' }],
    ['while it waits for its answer', { atAudioMs: 1200, do: 'terminate' }],
  ];
  for (const [name, options] of ways) {
    for (const [stage, fault] of stages) {
      it(`answers a commit in ${name} when the connection is lost ${stage}`, async () => {
        const utterances = [{ text: 'Good morning everybody.', atMs: 100, endMs: 1000 }];
        const cut: ScriptConnection = { faults: [fault, { on: 'final', do: 'drop' }] };
        await rig.serve({ utterances, connections: [cut, {}] });
        const recorded = open(options);
        const { session } = recorded;
        await session.ready();
        void session.append(silence(700));
        void session.append(silence(500));
        const result = await session.commit();
        assert.equal(result.text, 'Good morning everybody.');
        assert.equal(session.state, 'open');
        await session.finish();
        assert.deepEqual(recorded.finals, ['Good morning everybody.']);
        assert.equal(recorded.of('resumed').length, 1);
      });
    }
  }

  it('answers several commits of Manual mode in their order, each with its own text', async () => {
    const all = ['One.', 'Two.', 'Three.'];
    await rig.serve({
      connections: [
        { utterances: all, faults: [{ on: 'final', nth: 1, do: 'terminate' }] },
        { utterances: all.slice(1) },
      ],
    });
    const { session, ...recorded } = open({ mode: 'manual' });
    await session.ready();
    const results = all.map(() => {
      void session.append(silence(500));
      return session.commit();
    });
    assert.deepEqual(
      (await Promise.all(results)).map(({ text }) => text),
      all,
    );
    const statistics = await session.finish();
    assert.equal(statistics.audioReplayedMs, 1000);
    assert.equal(recorded.events.filter(({ type }) => type === 'final').length, 3);
  });

  it('answers a commit including the finals before the loss', async () => {
    for (const options of [{ model: 'fun-asr-realtime' }, { mode: 'vad' } as const]) {
      const one = { text: 'One.', atMs: 100, endMs: 400 };
      const two = { text: 'Two.', atMs: 2600, endMs: 2900 };
      await rig.serve({
        utterances: [one, two],
        connections: [{ faults: [{ atAudioMs: 2700, do: 'terminate' }] }, {}],
      });
      const recorded = open(options);
      const { session } = recorded;
      await session.append(silence(2500));
      await recorded.next('final');
      await session.append(silence(200));
      await recorded.next('resumed');
      await session.append(silence(300));
      assert.equal((await session.commit()).text, 'One. Two.');
      await session.finish();
    }
  });

  it('does not repeat a commit that was answered', async () => {
    await rig.serve({
      connections: [
        { utterances: ['One.'], faults: [{ atAudioMs: 800, do: 'terminate' }] },
        { utterances: ['Two.'] },
      ],
    });
    const recorded = open({ mode: 'manual' });
    const { session } = recorded;
    await session.append(silence(500));
    assert.equal((await session.commit()).text, 'One.');
    await session.append(silence(300));
    await recorded.next('resumed');
    assert.equal((await session.commit()).text, 'Two.');
    const second = rig.service.sessions[1]!;
    assert.equal(second.audioBytes, 300 * 32);
    assert.deepEqual(
      second.received.filter((entry) => entry.kind === 'json').map(({ type }) => type),
      ['session.update', 'input_audio_buffer.commit'],
    );
    await session.finish();
  });

  const finishes: [stage: string, fault: ScriptFault][] = [
    ['before the final', { on: 'interim', nth: 3, do: 'terminate' }],
    ['before the service says that it is done', { on: 'final', do: 'terminate' }],
  ];
  for (const model of ['qwen3-asr-flash-realtime', 'fun-asr-realtime']) {
    for (const [stage, fault] of finishes) {
      it(`finishes with all words when the connection is lost ${stage} (${model})`, async () => {
        const utterances = [{ text: 'Good morning everybody.', atMs: 100, endMs: 1000 }];
        const cut: ScriptConnection = {
          faults: stage === 'before the final' ? [fault, { on: 'final', do: 'drop' }] : [fault],
        };
        await rig.serve({ utterances, connections: [cut, {}] });
        const recorded = open({ model });
        await recorded.session.append(silence(1200));
        const statistics = await recorded.session.finish();
        assert.deepEqual(recorded.finals, ['Good morning everybody.']);
        assert.equal(recorded.of('final')[0]?.truncated, undefined);
        assert.equal(statistics.finals, 1);
        assert.equal(statistics.audioLostMs, 0);
      });
    }
  }

  it('opens no other connection when all words are final at the finish', async () => {
    const faults: ScriptFault[] = [{ on: 'final', do: 'terminate' }];
    await rig.serve({ utterances: ['One.'], faults });
    const recorded = open({ mode: 'manual' });
    await recorded.session.append(silence(500));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One.']);
  });

  it('fails an unanswered commit with a timeout, though the connection came back', async () => {
    await rig.serve({
      utterances: ['One.'],
      connections: [
        { faults: [{ atAudioMs: 500, do: 'terminate' }] },
        {
          faults: [
            { on: 'committed', do: 'drop' },
            { on: 'final', do: 'drop' },
          ],
        },
      ],
    });
    const { session } = open({ mode: 'manual', commitTimeoutMs: 300 });
    await session.append(silence(500));
    await assert.rejects(session.commit(), { code: 'COMMIT_TIMEOUT' });
  });
});
