import assert from 'node:assert/strict';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';

describe('a session in Manual mode', () => {
  const rig = useLibRig();

  it('answers a commit with the text of its audio', async () => {
    await rig.serve({ utterances: ['One one.', 'Two.'] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(1000));
    const first = await recorded.session.commit();
    assert.equal(first.text, 'One one.');
    assert.deepEqual(first.finals, recorded.of('final'));
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.session.commit()).text, 'Two.');
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One one.', 'Two.']);
    assert.deepEqual(recorded.of('speechStarted'), []);
  });

  it('answers several commits at once, each with its own text', async () => {
    const words = ['One.', 'Two.', 'Three.', 'Four.'];
    await rig.serve({ utterances: words });
    const recorded = rig.open({ mode: 'manual' });
    const results = words.map(() => {
      void recorded.session.append(silence(500));
      return recorded.session.commit();
    });
    assert.deepEqual(
      (await Promise.all(results)).map(({ text }) => text),
      words,
    );
    const { received } = rig.service.sessions[0]!;
    assert.deepEqual(
      received.map((entry) => (entry.kind === 'json' ? entry.type : entry.kind)),
      ['session.update', ...words.flatMap(() => ['audio', 'input_audio_buffer.commit'])],
    );
  });

  it('answers commits with their own text where the service answers out of order', async () => {
    await rig.serve({
      utterances: ['One.', 'Two.'],
      faults: [{ on: 'final', nth: 1, do: 'hold', ms: 1000 }],
    });
    const recorded = rig.open({ mode: 'manual' });
    const results = [0, 1].map(() => {
      void recorded.session.append(silence(500));
      return recorded.session.commit();
    });
    const texts = (await Promise.all(results)).map(({ text }) => text);
    assert.deepEqual(recorded.finals, ['Two.', 'One.']);
    assert.deepEqual(texts, ['One.', 'Two.']);
  });

  it('refuses an empty commit, at the beginning and after a commit, and lives on', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] });
    const { session } = rig.open({ mode: 'manual' });
    await assert.rejects(session.commit(), { code: 'COMMIT_EMPTY' });
    await session.ready();
    await assert.rejects(session.commit(), { code: 'COMMIT_EMPTY' });
    await session.append(silence(500));
    assert.equal((await session.commit()).text, 'One.');
    await assert.rejects(session.commit(), { code: 'COMMIT_EMPTY' });
    await session.append(silence(500));
    assert.equal((await session.commit()).text, 'Two.');
  });

  it('answers a commit without speech with an empty text, and shows no empty final', async () => {
    await rig.serve({ utterances: [] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(500));
    assert.deepEqual((await recorded.session.commit()).text, '');
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.finals, []);
    assert.equal(statistics.finals, 0);
    assert.equal(statistics.billedSeconds, 1);
  });

  it('gets the final of uncommitted audio at the finish', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(500));
    const commit = recorded.session.commit();
    await recorded.session.append(silence(500));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One.', 'Two.']);
    assert.equal((await commit).text, 'One.');
  });

  it('gives interims before the commit', async () => {
    await rig.serve({ utterances: ['One one one.'] });
    const recorded = rig.open({ mode: 'manual' });
    await recorded.session.append(silence(2000));
    await recorded.next('interim', 3);
    await recorded.session.commit();
    assert.deepEqual(recorded.types.slice(-2), ['final', 'emotion']);
  });

  it('answers a commit of a short word that had no interim', async () => {
    await rig.serve({ utterances: [{ text: 'Yes.', steps: [] }] });
    const { session } = rig.open({ mode: 'manual' });
    await session.append(silence(300));
    assert.equal((await session.commit()).text, 'Yes.');
  });

  it('waits for the result within the bound, however quiet the service is and whatever other frames come', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: [{ text: 'Yes.', steps: [] }],
      faults: [
        { on: 'itemCreated', do: 'send', frame: { type: 'response.created' } },
        { on: 'final', do: 'delay', ms: 50 },
      ],
    });
    const recorded = rig.open({ mode: 'manual', environment: { clock } });
    await recorded.session.append(silence(5000));
    const result = recorded.session.commit();
    await recorded.session.ready();
    clock.advance(250);
    await recorded.next('warning');
    clock.advance(10_000);
    assert.equal((await result).text, 'Yes.');
  });

  it('fails an unanswered commit after its bound, and gives the next one its own text', async () => {
    const clock = new ManualClock();
    await rig.serve({ utterances: [{ text: 'One.', final: null }, 'Two.'] });
    const recorded = rig.open({ mode: 'manual', commitTimeoutMs: 5000, environment: { clock } });
    await recorded.session.append(silence(500));
    const lost = recorded.session.commit();
    await recorded.session.ready();
    clock.advance(4999);
    void recorded.session.append(silence(500));
    const kept = recorded.session.commit();
    clock.advance(1);
    await assert.rejects(lost, { code: 'COMMIT_TIMEOUT', retryable: true, message: /5000 ms/ });
    assert.equal((await kept).text, 'Two.');
    assert.equal(recorded.session.state, 'open');
  });

  it('does not give the late result of a commit that timed out to the next one', async () => {
    const clock = new ManualClock();
    await rig.serve({
      utterances: ['One.', 'Two.'],
      faults: [{ on: 'final', nth: 1, do: 'hold', ms: 2000 }],
    });
    const recorded = rig.open({ mode: 'manual', commitTimeoutMs: 5000, environment: { clock } });
    await recorded.session.append(silence(500));
    const lost = recorded.session.commit();
    await recorded.session.ready();
    clock.advance(5000);
    await assert.rejects(lost, { code: 'COMMIT_TIMEOUT' });
    await recorded.session.append(silence(500));
    assert.equal((await recorded.session.commit()).text, 'Two.');
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Two.', 'One.']);
  });

  it('fails a commit that could not be recognised, warns, and goes on', async () => {
    await rig.serve({ utterances: [{ text: 'x', failed: {} }, { text: 'y', error: {} }, 'Three.'] });
    const recorded = rig.open({ mode: 'manual' });
    for (const serviceCode of ['audio_unintelligible', 'COMMON_ERROR']) {
      await recorded.session.append(silence(500));
      await assert.rejects(recorded.session.commit(), { code: 'COMMIT_FAILED', serviceCode });
    }
    await recorded.session.append(silence(500));
    assert.equal((await recorded.session.commit()).text, 'Three.');
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['SENTENCE_FAILED', 'SENTENCE_FAILED'],
    );
  });

  it('warns once when a commit has more than a minute of audio, and counts anew after it', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] });
    const recorded = rig.open({ mode: 'manual', pace: { burstMs: 1e6 } });
    for (let i = 0; i < 62; i++) await recorded.session.append(silence(1000));
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['LONG_COMMIT'],
    );
    await recorded.session.commit();
    await recorded.session.append(silence(1000));
    await recorded.session.commit();
    assert.equal(recorded.of('warning').length, 1);
  });

  it('lets a listener of the one-minute warning commit all of the audio so far', async () => {
    const service = await rig.serve({ utterances: ['One.', 'Two.'] });
    const recorded = rig.open({ mode: 'manual', pace: { burstMs: 1e6 }, maxHeldAudioMs: 1e6 });
    const texts: Promise<string>[] = [];
    recorded.session.on('warning', () => {
      texts.push(recorded.session.commit().then(({ text }) => text));
    });
    await recorded.session.append(silence(61_000), RAW);
    assert.deepEqual(await Promise.all(texts), ['One.']);
    const audio = service.sessions[0]!.received.find((entry) => entry.kind === 'audio');
    assert.equal(audio?.kind === 'audio' && audio.bytes, 61_000 * 32);
    await assert.rejects(recorded.session.commit(), { code: 'COMMIT_EMPTY' });
  });
});
