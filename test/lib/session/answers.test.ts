import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptFile } from '../../../local-service';
import { scaledClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const RUN_TASK = 'fun-asr-realtime';

/** This many short sentences, one after the other. */
function manySentences(count: number): NonNullable<ScriptFile['utterances']> {
  return Array.from({ length: count }, (_, index) => ({
    text: `Sentence ${index}.`,
    atMs: 200 + index * 300,
    endMs: 300 + index * 300,
    steps: [],
  }));
}

describe('the answer to a commit', () => {
  const rig = useLibRig();

  const COUNT = 300;
  const ways: [name: string, options: SessionOptions][] = [
    ['VAD', { parameters: { silenceMs: 200 } }],
    ['run-task', { model: RUN_TASK, parameters: { silenceMs: 200 } }],
  ];
  for (const [name, options] of ways) {
    it(`has all of ${COUNT} sentences (${name})`, async () => {
      await rig.serve({ utterances: manySentences(COUNT) });
      const recorded = rig.open({ ...options, pace: { multiple: 60 } });
      await recorded.session.append(silence(COUNT * 300 + 1000));
      const { text, finals } = await recorded.session.commit();
      assert.equal(recorded.finals.length, COUNT);
      assert.equal(finals.length, COUNT);
      assert.match(text, /^Sentence 0\. .* Sentence 299\.$/);
      await recorded.session.finish();
    });
  }

  it('has the sentence that the service completed by itself before (protocol.md E 7)', async () => {
    for (const quirks of [[], ['noItemIds'], ['createdBeforeCommitted']] as ScriptFile['quirks'][]) {
      await rig.serve({
        ...(quirks && { quirks }),
        utterances: ['One.', 'Two.', 'Three.'],
        faults: [
          { atAudioMs: 500, do: 'complete' },
          { atAudioMs: 1000, do: 'complete' },
        ],
      });
      const recorded = rig.open({ mode: 'manual' });
      await recorded.session.append(silence(500));
      await recorded.next('final');
      await recorded.session.append(silence(500));
      await recorded.next('final', 2);
      await recorded.session.append(silence(500));
      const { text, finals } = await recorded.session.commit();
      assert.equal(text, 'One. Two. Three.', String(quirks));
      assert.deepEqual(finals, recorded.of('final'));
      await recorded.session.finish();
    }
  });

  it('is the completed sentence alone where the service refuses the commit as empty', async () => {
    await rig.serve({ utterances: ['One.'], faults: [{ atAudioMs: 500, do: 'complete' }] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(500));
    await recorded.next('final');
    assert.equal((await recorded.session.commit()).text, 'One.');
    await recorded.session.append(silence(500));
    await assert.doesNotReject(recorded.session.finish());
  });

  it('has the completed sentence once where the connection is lost in between', async () => {
    await rig.serve({
      connections: [
        {
          utterances: ['One.', 'Two.'],
          faults: [
            { atAudioMs: 500, do: 'complete' },
            { atAudioMs: 900, do: 'terminate' },
          ],
        },
        { utterances: ['One. Two.'] },
      ],
    });
    const recorded = rig.open({ mode: 'manual', reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(500));
    await recorded.next('final');
    await recorded.session.append(silence(400));
    await recorded.next('resumed');
    await recorded.session.append(silence(400));
    assert.equal((await recorded.session.commit()).text, 'One. Two.');
    assert.deepEqual(recorded.finals, ['One.', 'Two.']);
    await recorded.session.finish();
  });

  it('goes to the commit whose audio it is, and not to the next one', async () => {
    await rig.serve({ utterances: ['One.', 'Two.', 'Three.'], faults: [{ atAudioMs: 500, do: 'complete' }] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(500));
    await recorded.next('final');
    await recorded.session.append(silence(500));
    const first = recorded.session.commit();
    await recorded.session.append(silence(500));
    const second = recorded.session.commit();
    assert.equal((await first).text, 'One. Two.');
    assert.equal((await second).text, 'Three.');
    await recorded.session.finish();
  });

  it('has all sentences of a run-task model that does not number them', async () => {
    await rig.serve({ quirks: ['noSentenceIds'], utterances: manySentences(3) });
    const recorded = rig.open({ model: 'paraformer-realtime-v2' });
    await recorded.session.append(silence(3000));
    assert.equal((await recorded.session.commit()).text, 'Sentence 0. Sentence 1. Sentence 2.');
    await recorded.session.finish();
  });

  it('does not wait for a sentence whose final never comes (protocol.md E 8)', async () => {
    await rig.serve({
      utterances: [
        { text: 'One two.', atMs: 200, endMs: 800, final: null },
        { text: 'Three.', atMs: 2000, endMs: 2500 },
      ],
    });
    const recorded = rig.open({
      environment: { clock: scaledClock(100) },
      idle: { afterMs: 3_600_000 },
      pace: { burstMs: 10_000 },
      // The machine is not faster than any other.
      connectTimeoutMs: 3_600_000,
      configureTimeoutMs: 3_600_000,
      pongTimeoutMs: 3_600_000,
      answerTimeoutMs: 3_600_000,
      finishTimeoutMs: 3_600_000,
    });
    await recorded.session.append(silence(4000));
    await recorded.next('final', 2);
    assert.deepEqual(recorded.finals, ['Three.', 'One two.']);
    assert.equal(recorded.of('final')[1]?.truncated, true);
    const [warning] = recorded.of('warning');
    assert.equal(warning?.code, 'SENTENCE_FAILED');
    assert.match(warning.message, /no final for a sentence within 30 s/);
    await recorded.session.finish();
  });
});
