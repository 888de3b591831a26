import assert from 'node:assert/strict';
import { decodeAudio } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { flacBomb, oggOpusBomb } from '../../support/audio-bombs';
import { wav } from '../../support/scripted-audio';
import { checkBounds, MAX_GROWTH_BYTES, MAX_TURN_MS, refusalOf, turnsOf } from '../../support/decoding-turns';

describe('small files that decode to far more audio than their size suggests', function () {
  this.timeout(120_000);
  // The measured time includes other threads: a garbage collection or a compilation that another test caused may fall
  // into a turn.
  this.retries(3);

  before(async () => {
    // A decoder is loaded and compiled once per process, which this test does not measure.
    for (const file of [flacBomb(2, 16_000), oggOpusBomb(1), fixture('a.mp3', '')]) await turnsOf(file);
  });

  it('are refused after ten minutes as a FLAC of 13 bytes a minute', async () => {
    const turns = await turnsOf(flacBomb(1000, 1000));
    assert.match(refusalOf(turns), /implausibly tight/);
    assert.ok(turns.pcmBytes > 0, 'nothing came before');
    checkBounds(turns);
  });

  it('are refused as Ogg Opus with one byte for each 120 ms', async () => {
    const turns = await turnsOf(oggOpusBomb(100));
    assert.match(refusalOf(turns), /implausibly tight/);
    checkBounds(turns);
  });

  it('are decoded in small pieces where they are short enough to be genuine', async () => {
    for (const file of [flacBomb(8, 1000), flacBomb(120, 16_000), oggOpusBomb(10)]) {
      const turns = await turnsOf(file);
      assert.equal(turns.error, undefined);
      checkBounds(turns);
    }
  });

  it('are refused where the rate changes with each frame', async () => {
    const frames = Array.from({ length: 200 }, (_, index) => flacFrames(60_000 + index)).flat();
    const file = Buffer.concat([flacBomb(0, 16_000), ...frames]);
    const turns = await turnsOf(file);
    assert.match(refusalOf(turns), /changed its rate/);
    checkBounds(turns);
  });

  it('can be stopped in the middle by the reader', async () => {
    const closing = new AbortController();
    let pieces = 0;
    await assert.rejects(
      async () => {
        for await (const pcm of decodeAudio(flacBomb(8, 16_000), {
          signal: closing.signal,
          rateHz: 16_000,
        })) {
          assert.ok(pcm.length > 0);
          pieces += 1;
          if (pieces === 2) closing.abort();
        }
      },
      { code: 'ABORTED' },
    );
    assert.equal(pieces, 2);
  });
});

describe('a long recording as one Buffer', function () {
  this.timeout(300_000);
  this.retries(3);

  it('is decoded in turns of less than 50 ms, with less than 64 MB beside it: an hour of WAV', async () => {
    const turns = await turnsOf(wav(Buffer.alloc(3600 * 32_000, 1)));
    assert.equal(turns.error, undefined);
    assert.equal(turns.pcmBytes, 3600 * 32_000);
    assert.ok(turns.longestTurnMs < MAX_TURN_MS, `${turns.longestTurnMs} ms`);
    assert.ok(turns.growthBytes < MAX_GROWTH_BYTES);
  });

  for (const [name, args] of [
    ['a.mp3', '-ar 16000 -b:a 32k'],
    ['a.flac', '-ar 16000'],
    ['a.ogg', '-c:a libopus -ar 48000 -b:a 16k'],
  ] as const) {
    it(`is decoded in turns of less than 50 ms, with less than 64 MB beside it: ten minutes of ${name}`, async () => {
      const file = fixture(name, `-filter_complex aloop=loop=54:size=176000 ${args}`);
      const turns = await turnsOf(file);
      assert.equal(turns.error, undefined);
      assert.ok(turns.pcmBytes > 600 * 32_000, `${turns.pcmBytes} bytes`);
      checkBounds(turns);
    });
  }
});

/** One frame of another rate, whose header tells it in Hz. */
function flacFrames(rateHz: number): Buffer[] {
  const file = flacBomb(1, rateHz, true);
  return [file.subarray(42)];
}
