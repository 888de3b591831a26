import assert from 'node:assert/strict';
import { loudRuns } from '../../local-service/recogniser/loud-runs';
import { placeWords } from '../../local-service/recogniser/place-words';
import { JFK_PCM } from '../support/jfk';

/** When the words of the recording begin, read off its envelope. */
const SPOKEN: [word: string, beginMs: number][] = [
  ['And', 330],
  ['so', 630],
  ['my', 900],
  ['fellow', 1080],
  ['Americans', 1380],
  ['ask', 3280],
  ['not', 4020],
  ['what', 5400],
  ['your', 5680],
  ['country', 5960],
  ['can', 6230],
  ['do', 6500],
  ['for', 6730],
  ['you', 7020],
  ['ask', 8170],
  ['what', 8640],
  ['you', 8900],
  ['can', 9100],
  ['do', 9250],
  ['for', 9460],
  ['your', 9620],
  ['country', 9840],
];

const TEXT =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

function samplesOf(pcm: Buffer): Float32Array {
  const samples = new Float32Array(pcm.length / 2);
  for (let i = 0; i < samples.length; i += 1) samples[i] = pcm.readInt16LE(i * 2) / 32768;
  return samples;
}

describe('word times where the model gives none', () => {
  const runs = loudRuns(samplesOf(JFK_PCM), 0);

  it('finds the pauses of a recording, and takes the breath at its end for no speech', () => {
    const near = (actual: number | undefined, expected: number) => {
      assert.ok(Math.abs((actual ?? NaN) - expected) <= 150, `${actual} is not near ${expected}`);
    };
    near(runs[0]?.beginMs, 330);
    near(runs.find(({ beginMs }) => beginMs > 2500)?.beginMs, 3280);
    near(runs.at(-1)?.endMs, 10_300);
  });

  it('places every word of a recording within 300 ms of where it is spoken', () => {
    const words = placeWords(TEXT, runs);
    assert.deepEqual(
      words.map(({ text }) => text),
      SPOKEN.map(([text]) => text),
    );
    SPOKEN.forEach(([text, beginMs], i) => {
      const placed = words[i]?.beginMs ?? NaN;
      assert.ok(Math.abs(placed - beginMs) <= 300, `${text} at ${placed}, spoken at ${beginMs}`);
    });
  });

  it('keeps words in order and within the loud runs, however many there are of both', () => {
    const few = [{ beginMs: 100, endMs: 400 }];
    const many = Array.from({ length: 12 }, (_, i) => ({ beginMs: i * 500, endMs: i * 500 + 300 }));
    for (const [text, places] of [
      ['one', many],
      ['one two three four five six seven eight nine ten', few],
      [TEXT, many],
      ['今天天气真不错', many],
    ] as const) {
      const words = placeWords(text, places);
      assert.ok(words.length > 0);
      let at = places[0]!.beginMs;
      for (const { beginMs, endMs } of words) {
        assert.ok(beginMs >= at && endMs > beginMs, `${beginMs} ${endMs} after ${at}`);
        assert.ok(places.some((run) => beginMs >= run.beginMs && endMs <= run.endMs));
        at = endMs;
      }
    }
    assert.deepEqual(placeWords('', many), []);
    assert.deepEqual(placeWords('word', []), []);
  });

  it('finds no speech in silence', () => {
    assert.deepEqual(loudRuns(new Float32Array(16_000), 0), []);
    assert.deepEqual(loudRuns(new Float32Array(0), 0), []);
  });
});
