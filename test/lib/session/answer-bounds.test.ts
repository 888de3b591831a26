import assert from 'node:assert/strict';
import type { ScriptFile } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';

/** Sentences without interims, `everyMs` apart. */
function sentences(
  count: number,
  everyMs: number,
  text: (index: number) => string,
): NonNullable<ScriptFile['utterances']> {
  return Array.from({ length: count }, (_, index) => ({
    text: text(index),
    atMs: 100 + index * everyMs,
    endMs: 120 + index * everyMs,
    steps: [],
  }));
}

describe('the size of an answer to a commit', () => {
  const rig = useLibRig();

  it('has room for 5000 sentences', async function () {
    this.timeout(60_000);
    await rig.serve({ utterances: sentences(5000, 40, (index) => `${index}.`) });
    const recorded = rig.open({
      model: 'fun-asr-realtime',
      pace: { burstMs: 1e6 },
      maxHeldAudioMs: 1e6,
    });
    await recorded.session.append(silence(5000 * 40 + 2000), RAW);
    const { text, finals } = await recorded.session.commit();
    assert.equal(finals.length, 5000);
    assert.ok(text.startsWith('0. 1. 2. ') && text.endsWith(' 4998. 4999.'));
    assert.deepEqual(recorded.of('warning'), []);
    await recorded.session.finish();
  });

  it('is bounded by bytes: what is left out is told, and the next answer is whole again', async () => {
    const COUNT = 120;
    // Two bytes a character: all of them are 7.2 MB, and about 4 MB are kept.
    const long = (index: number) => `${index} ${'x'.repeat(30_000)}`;
    await rig.serve({ utterances: sentences(COUNT, 300, long) });
    const recorded = rig.open({ parameters: { silenceMs: 200 }, pace: { multiple: 60 } });
    await recorded.session.append(silence(COUNT * 300 + 1000), RAW);
    const { text, finals } = await recorded.session.commit();
    assert.equal(recorded.finals.length, COUNT);
    assert.ok(finals.length > 50 && finals.length < COUNT, String(finals.length));
    assert.ok(text.endsWith(long(COUNT - 1)));
    const warnings = recorded.of('warning');
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['ANSWER_CUT'],
    );
    assert.match(warnings[0]!.message, new RegExp(`lacks its first ${COUNT - finals.length} sentences`));

    await recorded.session.append(silence(1000), RAW);
    assert.equal((await recorded.session.commit()).text, '');
    assert.equal(recorded.of('warning').length, 1);
    await recorded.session.finish();
  });
});
