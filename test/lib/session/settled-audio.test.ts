import assert from 'node:assert/strict';
import { Settled } from '../../../lib/session/send/settled';

describe('Settled', () => {
  let settled: Settled;
  beforeEach(() => {
    settled = new Settled();
  });

  function sent(fromMs: number, toMs: number, isLoud: boolean): void {
    for (let ms = fromMs + 100; ms <= toMs; ms += 100) settled.sent(ms, ms, isLoud);
  }

  it('replays everything while nothing is known', () => {
    sent(0, 5000, true);
    assert.equal(settled.replayFromMs, 0);
  });

  it('replays a sentence with the final close before it, so that it is recognised the same', () => {
    settled.final(20_000, 23_000);
    settled.open(24_000);
    assert.ok(
      settled.replayFromMs <= 20_000 - 300 && settled.replayFromMs > 19_000,
      String(settled.replayFromMs),
    );
    assert.equal(settled.ms, 24_000);
  });

  it('replays a sentence far behind a final with a second of silence, so that its first word is heard as before', () => {
    settled.final(20_000, 23_000);
    settled.open(30_000);
    assert.ok(settled.replayFromMs <= 29_000 && settled.replayFromMs > 28_800, String(settled.replayFromMs));
  });

  it('replays nothing of a final that ended less than a second before the sentence', () => {
    settled.final(10_000, 25_000);
    settled.open(25_600);
    assert.ok(settled.replayFromMs <= 25_000 && settled.replayFromMs > 24_800, String(settled.replayFromMs));
  });

  it('overlaps a little with a long final where speech goes on behind it', () => {
    settled.final(10_000, 25_000);
    settled.open(25_100);
    assert.ok(settled.replayFromMs <= 24_800 && settled.replayFromMs > 24_600, String(settled.replayFromMs));
  });

  it('never goes back behind a boundary, and begins with whole frames from there', () => {
    settled.boundary(1234);
    settled.final(1300, 2000);
    settled.open(2100);
    assert.equal(settled.replayFromMs, 1234);
    settled.final(9000, 25_000);
    settled.open(40_000);
    assert.equal((settled.replayFromMs - 1234) % 160, 0);
  });

  it('waits for the oldest sentence where finals come in another order', () => {
    settled.open(1000);
    settled.final(5000, 6000);
    settled.open(1000);
    assert.equal(settled.ms, 1000);
    assert.ok(settled.replayFromMs <= 1000);
    settled.quiet();
    assert.equal(settled.ms, 6000);
  });

  it('settles nothing more while a sentence without a known beginning is open', () => {
    settled.final(1000, 2000);
    settled.open(undefined);
    sent(0, 20_000, false);
    settled.alive(60_000);
    assert.equal(settled.ms, 0);
  });

  it('takes quiet audio for silence once the service must have processed it', () => {
    sent(0, 20_000, false);
    settled.alive(20_000);
    settled.quiet();
    assert.ok(settled.ms > 13_000 && settled.ms <= 15_000, String(settled.ms));
  });

  it('keeps loud audio until the service has been quiet for a minute', () => {
    sent(0, 2000, false);
    sent(2000, 4000, true);
    sent(4000, 60_000, false);
    settled.event(5000);
    settled.alive(60_000);
    settled.quiet();
    assert.ok(settled.ms <= 2000, String(settled.ms));
    settled.alive(64_900);
    settled.quiet();
    assert.ok(settled.ms <= 2000, String(settled.ms));
    settled.alive(65_100);
    settled.quiet();
    assert.ok(settled.ms > 50_000, String(settled.ms));
  });

  it('stays small through an hour in one sentence', () => {
    settled.open(undefined);
    sent(0, 3_600_000, true);
    settled.alive(3_700_000);
    assert.equal(settled.heardMs, 3_600_000);
  });
});
