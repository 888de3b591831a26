import assert from 'node:assert/strict';
import { Backoff } from '../../../lib/base/backoff';

describe('the delays between attempts', () => {
  const delays = (backoff: Backoff, lasted: number[]) => lasted.map((lastedMs) => backoff.nextMs(lastedMs));

  it('have an upper bound that doubles up to the longest delay', () => {
    const backoff = new Backoff({ baseMs: 1000, maxMs: 5000, random: () => 1 });
    assert.deepEqual(delays(backoff, [0, 0, 0, 0, 0]), [1000, 2000, 4000, 5000, 5000]);
  });

  it('are random from nothing up to that bound', () => {
    const shares = [0, 0.25, 0.999];
    const backoff = new Backoff({ baseMs: 1000, maxMs: 5000, random: () => shares.shift()! });
    assert.deepEqual(delays(backoff, [0, 0, 0]), [0, 500, 3996]);
  });

  it('begin again with the shortest after an attempt that lasted', () => {
    const backoff = new Backoff({ baseMs: 1000, maxMs: 5000, steadyMs: 30_000, random: () => 1 });
    assert.deepEqual(delays(backoff, [0, 0, 29_999, 30_000, 0]), [1000, 2000, 4000, 1000, 2000]);
  });
});
