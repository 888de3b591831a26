import assert from 'node:assert/strict';
import { Outage } from '../../../lib/base/outage';

describe('an outage', () => {
  it('is said once when it begins, with the attempt, and once when it is over, however many attempts there were', () => {
    const said: string[] = [];
    let nowMs = 1000;
    const outage = new Outage({ say: (message) => said.push(message), now: () => nowMs });
    outage.back('It');
    for (let attempt = 1; attempt <= 7; attempt += 1) outage.lost(`Lost for the ${attempt}. time.`, 500);
    nowMs = 46_000;
    outage.back('The radio');
    outage.back('The radio');
    assert.deepEqual(said, [
      'Lost for the 1. time. Attempt 1 in 0.5 s; then silence until it is back.',
      'The radio is back at attempt 7, after 45.0 s.',
    ]);
    outage.lost('Lost again.', 100);
    assert.equal(said.length, 3);
  });
});
