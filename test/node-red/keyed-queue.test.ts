import assert from 'node:assert/strict';
import { NodeError } from '../../nodes/node-red/shared/errors';
import { KeyedQueue } from '../../nodes/node-red/shared/keyed-queue';

const never = () => new Promise<void>(() => undefined);

describe('the queue of a key', () => {
  it('answers every waiting message at once when it is dropped, also a stuck one', async () => {
    const queue = new KeyedQueue(100, () => 'full');
    const work = Array.from({ length: 101 }, () => queue.run('a', { lasts: true }, never));
    const reason = new NodeError('ENDED_EARLY', 'aborted');
    queue.drop('a', reason);
    for (const result of work) await assert.rejects(result, reason);
  });

  it('handles new messages after it was dropped, without waiting for a stuck one', async () => {
    const queue = new KeyedQueue(1, () => 'full');
    const stuck = queue.run('a', { lasts: false }, never);
    queue.drop('a', new NodeError('ENDED_EARLY', 'aborted'));
    await assert.rejects(stuck);
    let isDone = false;
    await queue.run('a', { lasts: false }, () => {
      isDone = true;
      return Promise.resolve();
    });
    assert.ok(isDone);
  });

  it('takes a recording of 33 kB in packets of 200 bytes, and refuses more than a hundred large messages', async () => {
    for (const [bytes, most] of [
      [200, 166],
      [200_000, 101],
    ] as const) {
      const queue = new KeyedQueue(100, () => 'full');
      const taken = Array.from({ length: most }, () => queue.run('a', { lasts: false, bytes }, never));
      const more = queue.run('a', { lasts: false, bytes: 200_000 }, never);
      if (bytes > 200) await assert.rejects(more, { code: 'TOO_MANY_WAITING' });
      else taken.push(more);
      queue.drop('a', new NodeError('ENDED_EARLY', 'aborted'));
      for (const result of taken) await assert.rejects(result, { code: 'ENDED_EARLY' });
    }
  });

  it('counts messages one by one behind a stream of unknown length', async () => {
    const queue = new KeyedQueue(2, () => 'full');
    const taken = [
      queue.run('a', { lasts: true }, never),
      queue.run('a', { lasts: false, bytes: 200 }, never),
      queue.run('a', { lasts: false, bytes: 200 }, never),
    ];
    await assert.rejects(queue.run('a', { lasts: false, bytes: 200 }, never), { code: 'TOO_MANY_WAITING' });
    queue.drop('a', new NodeError('ENDED_EARLY', 'aborted'));
    for (const result of taken) await assert.rejects(result, { code: 'ENDED_EARLY' });
  });
});
