import assert from 'node:assert/strict';
import { textOf } from '../../../lib/vocabulary/frame';
import type { TextWithBase64 } from '../../../lib/vocabulary/frame';
import { TextMemory } from '../../../lib/transport/text-memory';
import { noise } from '../../support/wav-files';

function textWith(byteLength: number, bytes = noise(byteLength)): TextWithBase64 {
  return { before: '{"audio":"', bytes, after: '"}' };
}

describe('the memory of text messages', () => {
  it('holds the bytes of the message as a string would encode them, with audio of any length', () => {
    const memory = new TextMemory();
    for (const byteLength of [0, 1, 2, 3, 320, 1599, 1600, 3200]) {
      const frame = textWith(byteLength);
      assert.equal(memory.write(frame, true)?.toString('latin1'), textOf(frame), `${byteLength} bytes`);
    }
  });

  it('is used again for the next message once the operating system has taken the last one', () => {
    const memory = new TextMemory();
    const first = memory.write(textWith(3200), true);
    const second = memory.write(textWith(3200), true);
    assert.equal(first?.buffer, second?.buffer);
  });

  it('serves another connection when all of it is taken', () => {
    const [one, other] = [new TextMemory(), new TextMemory()];
    const first = one.write(textWith(3200), true);
    one.release();
    const second = other.write(textWith(3200), true);
    assert.equal(first?.buffer, second?.buffer);
    const third = one.write(textWith(3200), true);
    assert.notEqual(third?.buffer, second?.buffer);
  });

  it('does not change a message that is not taken yet, whatever is written after it', () => {
    const memory = new TextMemory();
    const frames = Array.from({ length: 10 }, (_, i) => textWith(3200, Buffer.alloc(3200, i)));
    const written = frames.map((frame) => memory.write(frame, false));
    memory.release();
    for (let i = 0; i < 100; i += 1) memory.write(textWith(3200), i % 2 === 0);
    const kept = written.slice(0, -1).map((bytes) => bytes?.toString('latin1'));
    assert.deepEqual(kept, frames.slice(0, -1).map(textOf));
  });

  it('refuses a message that is longer than 100 ms of audio', () => {
    assert.equal(new TextMemory().write(textWith(3600), true), undefined);
  });
});
