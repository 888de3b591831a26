import assert from 'node:assert/strict';
import { AsrError } from '../../../lib';
import type { SessionEvent } from '../../../lib';
import { EventQueue } from '../../../lib/session/events/emitter';
import { StatisticsCounter } from '../../../lib/session/events/statistics';

const statistics = new StatisticsCounter(32).snapshot(0);
const interim = (sentenceId: string, text: string): SessionEvent => ({
  type: 'interim',
  sentenceId,
  text,
  stableText: '',
});
const final = (sentenceId: string, text: string): SessionEvent => ({ type: 'final', sentenceId, text });
const FINISHED: SessionEvent = { type: 'finished', aborted: false, statistics };

function makeQueue() {
  let returns = 0;
  const queue = new EventQueue(() => (returns += 1));
  return { queue, returns: () => returns };
}

async function textsOf(queue: EventQueue): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of queue) texts.push('text' in event ? event.text : event.type);
  return texts;
}

describe('EventQueue', () => {
  it('gives a slow reader the newest interim of each sentence, and every final', async () => {
    const { queue, returns } = makeQueue();
    for (const event of [
      interim('1', 'a'),
      interim('2', 'x'),
      interim('1', 'ab'),
      final('1', 'Abc.'),
      interim('2', 'xy'),
      final('2', 'Xyz.'),
      FINISHED,
    ]) {
      queue.push(event);
    }
    assert.deepEqual(await textsOf(queue), ['ab', 'Abc.', 'xy', 'Xyz.', 'finished']);
    assert.equal(returns(), 1);
  });

  it('holds no more interims than there are sentences', async () => {
    const { queue } = makeQueue();
    for (let i = 0; i < 10_000; i++) queue.push(interim('1', `${i}`));
    queue.push(FINISHED);
    assert.deepEqual(await textsOf(queue), ['9999', 'finished']);
  });

  it('gives a waiting reader each event as it comes', async () => {
    const { queue } = makeQueue();
    const first = queue.next();
    queue.push(interim('1', 'a'));
    assert.deepEqual(await first, { done: false, value: interim('1', 'a') });
    const second = queue.next();
    queue.push(FINISHED);
    assert.deepEqual(await second, { done: false, value: FINISHED });
    assert.equal((await queue.next()).done, true);
  });

  it('answers each of several reads at once, in their order', async () => {
    const { queue } = makeQueue();
    const reads = [queue.next(), queue.next(), queue.next(), queue.next()];
    queue.push(final('1', 'a'));
    queue.push(final('2', 'b'));
    queue.push(FINISHED);
    const results = await Promise.all(reads);
    assert.deepEqual(
      results.map(({ done, value }) => (done ? 'done' : value.type)),
      ['final', 'final', 'finished', 'done'],
    );
  });

  for (const waits of [true, false]) {
    it(`throws the session's error once to a reader that ${waits ? 'waits' : 'comes later'}`, async () => {
      const { queue, returns } = makeQueue();
      const error = new AsrError('CONNECTION_LOST', 'Gone.');
      const early = waits ? queue.next() : undefined;
      queue.push({ type: 'error', error, statistics });
      await assert.rejects(early ?? queue.next(), error);
      assert.equal((await queue.next()).done, true);
      assert.equal(returns(), 1);
    });
  }

  it('stops when the reader breaks off, and keeps nothing', async () => {
    const { queue, returns } = makeQueue();
    queue.push(final('1', 'a'));
    queue.push(final('2', 'b'));
    for await (const event of queue) {
      assert.deepEqual(event, final('1', 'a'));
      break;
    }
    assert.equal(returns(), 1);
    queue.push(final('3', 'c'));
    assert.equal((await queue.next()).done, true);
  });

  it('ends the reads that wait when it is returned', async () => {
    const { queue, returns } = makeQueue();
    const reads = [queue.next(), queue.next()];
    await queue.return();
    for (const read of reads) assert.equal((await read).done, true);
    await queue.return();
    assert.equal(returns(), 1);
  });
});
