import assert from 'node:assert/strict';
import type { EventOf } from '../../../lib';
import { VoiceDetector } from '../../../lib/audio/voice-detector';
import { GateTimes } from '../../../lib/session/send/gate-times';
import { VoiceGate } from '../../../lib/session/send/voice-gate';
import { JFK_PCM, toTelephone } from '../../support/jfk';
import { Random } from '../../support/random';

const RATE_HZ = 16_000;

function pcm(ms: number, sample: (at: number) => number): Buffer {
  return Buffer.from(Int16Array.from({ length: (ms * RATE_HZ) / 1000 }, (_, at) => sample(at)).buffer);
}

/** The number of pieces of 100 ms with speech. */
function spoken(detector: VoiceDetector, audio: Buffer, pieceBytes = 3200): number {
  let count = 0;
  for (let at = 0; at < audio.length; at += pieceBytes) {
    if (detector.hears(audio.subarray(at, at + pieceBytes))) count += 1;
  }
  return count;
}

describe('the detector of voices', () => {
  it('hears speech at both rates, in pieces of any length', () => {
    assert.ok(spoken(new VoiceDetector(RATE_HZ), JFK_PCM) > 40);
    assert.ok(spoken(new VoiceDetector(RATE_HZ), JFK_PCM, 2) > 200);
    assert.ok(spoken(new VoiceDetector(8000), toTelephone(JFK_PCM), 1600) > 40);
  });

  it('hears none in silence, a hum, a fan and single clicks', () => {
    const random = new Random(1);
    const hum = (at: number): number => 6000 * Math.sin((2 * Math.PI * 50 * at) / RATE_HZ);
    const fan = (): number => (random.next() * 2 - 1) * 3000;
    const clicks = (at: number): number => (at % (RATE_HZ / 2) < 150 ? fan() * 5 : 0);
    for (const sample of [() => 0, hum, fan, clicks]) {
      const detector = new VoiceDetector(RATE_HZ);
      // The detector has to hear noise for a moment before it knows it.
      detector.hears(pcm(500, sample));
      assert.equal(spoken(detector, pcm(20_000, sample)), 0, sample.toString());
    }
  });

  it('hears speech again in noise that has begun in between', () => {
    const random = new Random(2);
    const detector = new VoiceDetector(RATE_HZ);
    const fan = (level: number) => (): number => (random.next() * 2 - 1) * level;
    spoken(detector, pcm(10_000, fan(10)));
    spoken(detector, pcm(10_000, fan(700)));
    assert.equal(spoken(detector, pcm(10_000, fan(700))), 0);
    const noisy = pcm(11_000, (at) => JFK_PCM.readInt16LE(2 * at) / 2 + fan(700)());
    assert.ok(spoken(detector, noisy) > 20);
  });
});

describe('the voice gate at a rate without whole samples in a millisecond', () => {
  it('passes whole samples, in order, and says the gaps between them', () => {
    const rateHz = 11_025;
    const counter = { audioGatedBytes: 0 };
    const passed: Buffer[] = [];
    let positions = 0;
    const given = Buffer.concat([JFK_PCM, Buffer.alloc(1_000_000), JFK_PCM]);
    const gate = new VoiceGate({
      detector: new VoiceDetector(rateHz),
      bytesPerMs: (rateHz * 2) / 1000,
      counter,
      closeAfterMs: 777,
      leadMs: 501,
      hasOpenSentence: () => false,
      pass: (piece) => {
        assert.equal(piece.length % 2, 0);
        assert.deepEqual(Buffer.from(piece), given.subarray(positions, positions + piece.length));
        positions += piece.length;
        passed.push(Buffer.from(piece));
      },
      onGap: (bytes) => {
        positions += bytes;
      },
    });
    // A tenth of a second is 2205 bytes, so a recorder gives one sample less or more by turns.
    for (let at = 0, turn = 0; at < given.length; turn += 1) {
      const end = at + 2204 + 2 * (turn % 2);
      gate.take(given.subarray(at, end));
      at = end;
    }
    gate.stop();
    const passedBytes = passed.reduce((sum, { length }) => sum + length, 0);
    assert.equal(passedBytes + counter.audioGatedBytes, given.length);
    assert.ok(counter.audioGatedBytes > 900_000, String(counter.audioGatedBytes));
  });
});

describe('times behind the voice gate', () => {
  const final: EventOf<'final'> = {
    type: 'final',
    sentenceId: 's',
    text: 'Hello.',
    beginMs: 1000,
    endMs: 2000,
  };

  it('are those of the event where nothing was left out', () => {
    assert.equal(new GateTimes().inGiven(final), final);
  });

  it('count what was left out before, and a sentence that ends at a gap ends before it', () => {
    const times = new GateTimes();
    times.gap(2000, 60_000);
    times.gap(9000, 1000);
    const { beginMs, endMs } = times.inGiven({ ...final, endMs: 2100 });
    assert.deepEqual([beginMs, endMs], [1000, 2100]);
    const words = [{ text: 'Hello', punctuation: '.', beginMs: 4000, endMs: 9100 }];
    const later = times.inGiven({ ...final, beginMs: 2000, endMs: 9500, words });
    assert.deepEqual([later.beginMs, later.endMs], [62_000, 70_500]);
    assert.deepEqual(later.words, [{ ...words[0], beginMs: 64_000, endMs: 69_100 }]);
    assert.equal(words[0]?.beginMs, 4000, 'the event itself is not changed');
  });

  it('are right for new audio after more gaps than are remembered', () => {
    const times = new GateTimes();
    for (let gap = 1; gap <= 5000; gap += 1) times.gap(gap * 1000, 10);
    const started = { type: 'speechStarted', sentenceId: 's', atMs: 5_000_000 } as const;
    assert.equal(times.inGiven(started).atMs, 5_050_000);
  });
});
