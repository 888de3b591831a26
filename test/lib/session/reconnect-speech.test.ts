import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { wordErrorRate } from '../../support/word-error-rate';

/** The recording twice, with pauses, so that a loss in the second half has finals before it. */
const PAUSE = Buffer.alloc(32_000 * 1.5);
const SPEECH = Buffer.concat([JFK_PCM, PAUSE, JFK_PCM, PAUSE]);

/** Where connections are cut, in milliseconds of the audio that each of them got. */
const LOSSES: readonly (readonly number[])[] = [
  [5500, 1000],
  [14_000, 4000],
];

describe('real speech over connections that are lost', function () {
  // The recogniser is fetched at first use, and shared with whatever else runs.
  this.timeout(300_000);
  const rig = useLibRig();

  /** The text of all finals, with connections that are cut. */
  async function hear(cutsAtMs: readonly number[], options: SessionOptions): Promise<string> {
    const connections = cutsAtMs.map((atAudioMs) => ({ faults: [{ atAudioMs, do: 'terminate' as const }] }));
    await rig.serve({ connections: [...connections, { faults: [] }] }, { engine: 'recogniser' });
    const recorded = rig.open({ reconnect: { baseDelayMs: 10 }, finishTimeoutMs: 100_000, ...options });
    for (let at = 0; at < SPEECH.length; at += 3200) {
      await recorded.session.append(SPEECH.subarray(at, at + 3200));
    }
    const statistics = await recorded.session.finish();
    assert.equal(statistics.reconnects, cutsAtMs.length);
    assert.equal(statistics.audioLostMs, 0);
    assert.equal(statistics.audioSentMs, SPEECH.length / 32);
    const finals = recorded.of('final');
    assert.equal(new Set(finals.map(({ sentenceId }) => sentenceId)).size, finals.length);
    const ends = finals.map(({ endMs = 0 }) => endMs);
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
    );
    return finals.map(({ text }) => text).join(' ');
  }

  const ways: [name: string, options: SessionOptions][] = [
    ['Qwen in VAD mode', { mode: 'vad' }],
    ['Qwen in Manual mode', { mode: 'manual' }],
    ['a run-task model', { model: 'fun-asr-realtime' }],
  ];
  for (const [name, options] of ways) {
    it(`gives the words of an undisturbed session, each once and in order (${name})`, async () => {
      const undisturbed = await hear([], options);
      assert.match(undisturbed, /my fellow.americans/i);
      for (const cuts of LOSSES) {
        const text = await hear(cuts, options);
        // A replay may begin within another frame of the recogniser, which then hears one of the two words.
        const rate = wordErrorRate(undisturbed, text);
        assert.ok(rate <= 0.05, `${rate.toFixed(3)} at ${cuts.join(', ')}: ${text}`);
      }
    });
  }
});
