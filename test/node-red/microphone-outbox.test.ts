import assert from 'node:assert/strict';
import { Outbox } from '../../nodes/node-red/asr-microphone/page/outbox';

describe('what the page of a microphone sends', () => {
  const audio = (value: number, bytes = 4) => new Uint8Array(bytes).fill(value).buffer;
  const sent = (outbox: Outbox): unknown[] => {
    const frames: unknown[] = [];
    for (let frame = outbox.next(); frame !== undefined; frame = outbox.next()) {
      frames.push(typeof frame === 'string' ? frame : new Uint8Array(frame)[0]);
    }
    return frames;
  };

  it('is sent again from where the flow has it, when a connection breaks', () => {
    const outbox = new Outbox(1000);
    outbox.begin(0);
    for (const value of [0, 1, 2]) outbox.push(audio(value));
    outbox.push('commit');
    assert.deepEqual(sent(outbox), [0, 1, 2, 'commit']);
    outbox.had(2);
    outbox.push(audio(4));
    // The flow had one more before the connection broke.
    outbox.begin(3);
    assert.deepEqual(sent(outbox), ['commit', 4]);
    outbox.begin(5);
    assert.deepEqual(sent(outbox), []);
  });

  it('is sent again to a flow that knows nothing of it, as far as it is kept', () => {
    const outbox = new Outbox(1000);
    outbox.begin(0);
    for (const value of [0, 1, 2]) outbox.push(audio(value));
    sent(outbox);
    outbox.had(1);
    outbox.begin(0);
    assert.deepEqual(sent(outbox), [1, 2]);
    outbox.had(1);
    outbox.begin(1);
    assert.deepEqual(sent(outbox), [2]);
  });

  it('is bounded: what was sent goes first, without a word, then the oldest audio, and actions stay', () => {
    const outbox = new Outbox(12);
    outbox.begin(0);
    assert.equal(outbox.push(audio(0)), 0);
    sent(outbox);
    assert.equal(outbox.push(audio(1)), 0);
    outbox.push('commit');
    assert.equal(outbox.push(audio(2)), 0);
    assert.equal(outbox.push(audio(3)), 0);
    assert.equal(outbox.push(audio(4)), 4);
    assert.deepEqual(sent(outbox), ['commit', 2, 3, 4]);
  });
});
