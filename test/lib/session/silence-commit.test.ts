import assert from 'node:assert/strict';
import type { CommitResult } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { allArrived, watchedConnect } from '../../support/watched-connect';
import { waitUntil } from '../../support/wait-until';

const FAST = { burstMs: 1e6 };

describe('a commit in VAD mode, for which the service has no command', () => {
  const rig = useLibRig();

  it('ends the open sentence by silence, and the session stays open', async () => {
    await rig.serve({ utterances: ['One one.', 'Two two.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(600));
    const first = await recorded.session.commit();
    assert.equal(first.text, 'One one.');
    assert.deepEqual(first.finals, recorded.of('final'));
    assert.equal(recorded.session.state, 'open');
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.session.commit()).text, 'Two two.');
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One one.', 'Two two.']);
    assert.equal(statistics.audioInMs, 1600);
    assert.equal(statistics.audioSentMs, 1600);
  });

  it('sends the configured silence and a bit more, and no commit frame', async () => {
    const service = await rig.serve({ utterances: ['One.'] });
    const recorded = rig.open({ parameters: { silenceMs: 400 } });
    await recorded.session.append(silence(500));
    await recorded.session.commit();
    const { received, audioBytes } = service.sessions[0]!;
    assert.deepEqual(
      received.map((entry) => (entry.kind === 'json' ? entry.type : entry.kind)),
      ['session.update', 'audio'],
    );
    assert.equal(audioBytes, (500 + 800) * 32);
  });

  it('answers with all sentences since the last commit', async () => {
    await rig.serve({ utterances: ['One.', 'Two.', 'Three.'] });
    const recorded = rig.open({ pace: FAST });
    await recorded.session.append(silence(3100));
    const { text, finals } = await recorded.session.commit();
    assert.equal(text, 'One. Two. Three.');
    assert.deepEqual(finals, recorded.of('final'));
  });

  it('waits for a short word behind the speech of the previous commit', async () => {
    await rig.serve({
      utterances: [
        { text: 'One.', atMs: 500, endMs: 1000, steps: [] },
        { text: 'Yes.', atMs: 2400, endMs: 2500, steps: [] },
      ],
    });
    const recorded = rig.open({ pace: FAST });
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.session.commit()).text, 'One.');
    await recorded.session.append(silence(300));
    assert.equal((await recorded.session.commit()).text, 'Yes.');
  });

  it('does not shift times by the silence that it sends', async () => {
    await rig.serve({
      utterances: [
        { text: 'One.', atMs: 500, endMs: 1000 },
        // 1000 ms of audio, 1200 ms of silence and 500 ms of audio more: at 1500 ms of the given audio.
        { text: 'Two.', atMs: 2700, endMs: 3000 },
      ],
    });
    const recorded = rig.open({ pace: FAST });
    await recorded.session.append(silence(1000));
    await recorded.session.commit();
    await recorded.session.append(silence(3000));
    await recorded.session.finish();
    assert.deepEqual(
      recorded.of('final').map(({ beginMs, endMs }) => [beginMs, endMs]),
      [
        [500, 1000],
        [1500, 1800],
      ],
    );
    assert.deepEqual(
      recorded.of('speechStarted').map(({ atMs }) => atMs),
      [500, 1500],
    );
  });

  it('moves an end of speech within the inserted silence to the end of the audio', async () => {
    await rig.serve({ utterances: [{ text: 'One.', atMs: 200, endMs: 1400 }] });
    const recorded = rig.open({ pace: FAST });
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.session.commit()).finals[0]?.endMs, 1000);
  });

  it('answers with an empty text where nobody spoke, after a while of quiet', async () => {
    const clock = new ManualClock();
    const { arrivals, connect } = watchedConnect();
    const service = await rig.serve({ utterances: [] });
    const recorded = rig.open({ environment: { clock, connect }, pace: FAST });
    await recorded.session.append(silence(2000));
    const result = recorded.session.commit();
    await allArrived(service, arrivals, 3200);
    const answers: CommitResult[] = [];
    void result.then((answer) => answers.push(answer));
    // The client may learn a moment later than the service that the silence has arrived: its quiet begins then.
    await waitUntil(() => {
      if (answers.length === 0) clock.advance(100);
      return answers.length > 0;
    }, 'the answer');
    const { text, finals } = answers[0]!;
    assert.deepEqual([text, finals], ['', []]);
    assert.ok(clock.now() >= 1500, `${clock.now()} ms`);
    assert.equal(clock.pending > 0, true);
    recorded.session.abort();
    assert.equal(clock.pending, 0);
  });

  it('answers at once where nothing was appended', async () => {
    await rig.serve({ utterances: [] });
    const { session } = rig.open();
    assert.deepEqual(await session.commit(), { text: '', finals: [] });
  });

  it('does not answer while a sentence is open, however long its final takes', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: ['One.'],
      faults: [{ on: 'speechStopped', do: 'delay', ms: 60 }],
    });
    const recorded = rig.open({ environment: { clock }, pace: FAST, answerTimeoutMs: 60_000 });
    await recorded.session.append(silence(1000));
    const result = recorded.session.commit();
    await recorded.next('speechStarted');
    clock.advance(15_000);
    assert.equal((await result).text, 'One.');
  });

  it('answers several commits at once, each with its own text', async () => {
    await rig.serve({ utterances: ['One.', { text: 'Two.', atMs: 2500 }, { text: 'Three.', atMs: 5000 }] });
    const recorded = rig.open({ pace: FAST });
    const results = [1000, 1500, 1500].map((ms) => {
      void recorded.session.append(silence(ms));
      return recorded.session.commit();
    });
    assert.deepEqual(
      (await Promise.all(results)).map(({ text }) => text),
      ['One.', 'Two.', 'Three.'],
    );
  });

  it('answers a commit that still waits at the finish with the finals that came', async () => {
    const clock = new ManualClock();
    await rig.serve({ utterances: ['One.'] });
    const recorded = rig.open({ environment: { clock }, pace: FAST });
    await recorded.session.append(silence(5000));
    const result = recorded.session.commit();
    await recorded.session.finish();
    assert.equal((await result).text, 'One.');
  });

  it('answers two commits that still wait at the finish, each with its own text', async () => {
    const clock = new ManualClock();
    await rig.serve({ utterances: ['One.', { text: 'Two.', atMs: 6600, endMs: 6900 }] });
    const recorded = rig.open({ environment: { clock }, pace: FAST });
    const results = [5000, 5000].map((ms) => {
      void recorded.session.append(silence(ms));
      return recorded.session.commit();
    });
    await recorded.session.finish();
    assert.deepEqual(
      (await Promise.all(results)).map(({ text }) => text),
      ['One.', 'Two.'],
    );
  });

  it('fails a commit whose sentence gets no final within the bound', async () => {
    const clock = new ManualClock();
    await rig.serve({ utterances: [{ text: 'One.', final: null }] });
    const recorded = rig.open({ environment: { clock }, pace: FAST, commitTimeoutMs: 7000 });
    await recorded.session.append(silence(500));
    const result = recorded.session.commit();
    await recorded.next('speechStopped');
    clock.advance(7000);
    await assert.rejects(result, { code: 'COMMIT_TIMEOUT' });
    assert.equal(recorded.session.state, 'open');
  });

  it('answers with the remaining sentences when one fails', async () => {
    await rig.serve({ utterances: ['One.', { text: 'x', failed: {}, steps: [] }, 'Three.'] });
    const recorded = rig.open({ pace: FAST });
    await recorded.session.append(silence(3100));
    assert.equal((await recorded.session.commit()).text, 'One. Three.');
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['SENTENCE_FAILED'],
    );
  });
});
