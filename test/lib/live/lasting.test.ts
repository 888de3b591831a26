import assert from 'node:assert/strict';
import { AsrError } from '../../../lib';
import { Lasting } from '../../../lib/live/lasting';
import type { Attempt } from '../../../lib/live/lasting';
import { waitUntil } from '../../support/wait-until';

const REASON = new AsrError('AUTHENTICATION', 'The key is wrong.');

describe('what begins again for ever', () => {
  const open = new Set<number>();
  let made = 0;
  let outages = 0;

  /** Each attempt reports its failure, and its start rejects for the same cause with a vaguer message. */
  function lasting(): Lasting<Attempt> {
    open.clear();
    made = outages = 0;
    return new Lasting<Attempt>({
      make: (onFailure) => {
        const id = (made += 1);
        return {
          start: () => {
            open.add(id);
            onFailure(REASON);
            return Promise.reject(new AsrError('ABORTED', 'Listening was canceled.'));
          },
          close: () => {
            open.delete(id);
            return Promise.resolve();
          },
        };
      },
      onOutage: () => void (outages += 1),
      onWarning: () => undefined,
      backoff: { baseMs: 1, maxMs: 1 },
    });
  }

  it('counts a failure once that is told twice, and leaves no attempt open', async () => {
    const one = lasting();
    one.startInBackground();
    await waitUntil(() => made >= 5, 'five attempts');
    assert.ok(open.size <= 1, `${open.size} attempts are open`);
    assert.equal(outages, 1);
    await one.stop();
    assert.equal(open.size, 0);
  });

  it('tells a caller that waits why it failed, and begins nothing behind its back', async () => {
    const one = lasting();
    await assert.rejects(one.start(), REASON);
    assert.deepEqual([made, outages], [1, 0]);
    await one.stop();
  });
});
