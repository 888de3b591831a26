import assert from 'node:assert/strict';
import { Settled } from '../../../lib/session/send/settled';

const CHUNK_MS = 100;

describe('settled audio', () => {
  it('is forgotten, so that an hour of speech takes no memory', () => {
    const settled = new Settled();
    for (let nowMs = CHUNK_MS; nowMs <= 3_600_000; nowMs += CHUNK_MS) {
      settled.sent(nowMs, nowMs, true);
      if (nowMs % 3000 === 0) {
        settled.final(nowMs - 3000, nowMs);
        settled.event(nowMs);
        settled.quiet();
      }
      settled.alive(nowMs);
      assert.ok(nowMs - settled.heardMs <= 4000, `heard up to ${settled.heardMs} of ${nowMs} ms`);
    }
  });

  it('does not include recent loud audio, as long as no final came', () => {
    const settled = new Settled();
    for (let nowMs = CHUNK_MS; nowMs <= 20_000; nowMs += CHUNK_MS) {
      settled.sent(nowMs, nowMs, true);
      settled.alive(nowMs);
    }
    settled.quiet();
    assert.equal(settled.heardMs, 0);
    assert.equal(settled.ms, 0);
  });
});
