import assert from 'node:assert/strict';
import { AudioLead } from '../../../lib/live/audio-lead';

const SECOND = 32_000;

describe('the lead of audio over its time', () => {
  function lead() {
    const clock = { nowMs: 5000 };
    const held = new AudioLead({ rateHz: 16_000, leadMs: 10_000, speed: 2, now: () => clock.nowMs });
    /** How much goes out until the rest has to wait. */
    const secondsAtOnce = () => {
      for (let seconds = 1; ; seconds++) if (held.passed(SECOND) > 0) return seconds;
    };
    return { clock, held, secondsAtOnce };
  }

  it('lets as much out at once as is said, and the piece that crosses it', () => {
    assert.equal(lead().secondsAtOnce(), 11);
  });

  it('lets the rest out at twice its speed', () => {
    const { clock, held, secondsAtOnce } = lead();
    secondsAtOnce();
    for (let count = 0; count < 5; count++) {
      clock.nowMs += held.passed(SECOND);
      assert.equal(held.passed(SECOND), 500);
      clock.nowMs += 500;
    }
  });

  it('holds nothing back that comes as it is spoken, and lets out the same again after a while without audio', () => {
    const { clock, held, secondsAtOnce } = lead();
    secondsAtOnce();
    clock.nowMs += 60_000;
    for (let count = 0; count < 100; count++) {
      assert.equal(held.passed(SECOND), 0);
      clock.nowMs += 1000;
    }
    assert.equal(secondsAtOnce(), 11);
  });
});
