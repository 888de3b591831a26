import assert from 'node:assert/strict';
import { AudioBlocks, Outbox } from '../../../lib/session/send/outbox';
import type { Command } from '../../../lib/session/send/outbox';

/** Bytes that tell their own position. */
function numbered(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (from + index) % 251);
}

describe('AudioBlocks', () => {
  function readAll(blocks: AudioBlocks): Uint8Array {
    const pieces: Uint8Array[] = [];
    for (let position = blocks.begin; position < blocks.end; position += pieces.at(-1)!.length) {
      pieces.push(blocks.read(position, blocks.end - position));
    }
    return Buffer.concat(pieces);
  }

  it('keeps the bytes between its ends, whatever their sizes, while it grows and empties', () => {
    const blocks = new AudioBlocks();
    let written = 0;
    for (let round = 0; round < 300; round += 1) {
      const size = 2 * ((round * 3701) % (round % 30 === 0 ? 40_000 : 5000));
      blocks.write(numbered(written, size));
      written += size;
      const keep = round % 50 === 0 ? 0 : 2 * ((round * 1301) % 40_000);
      blocks.discardBefore(written - keep, round % 3 > 0);
      assert.equal(blocks.end, written);
      assert.ok(blocks.length <= keep, `${blocks.length} of ${keep}`);
      assert.ok(Buffer.from(numbered(blocks.begin, blocks.length)).equals(readAll(blocks)), `round ${round}`);
    }
  });

  it('does not change memory that a reader may hold, whatever is written and discarded later', () => {
    const blocks = new AudioBlocks();
    blocks.write(numbered(0, 3200));
    const read = blocks.read(0, 3200);
    for (let written = 3200; written < 200_000; written += 3200) {
      blocks.discardBefore(written, false);
      blocks.write(numbered(written, 3200));
    }
    assert.deepEqual(Uint8Array.from(read), numbered(0, 3200));
  });

  it('says when a write would need more memory', () => {
    const blocks = new AudioBlocks();
    assert.equal(blocks.wouldGrow(2), true);
    blocks.write(numbered(0, 100));
    assert.equal(blocks.wouldGrow(15_900), false);
    assert.equal(blocks.wouldGrow(15_902), true);
    blocks.write(numbered(100, 20_000));
    blocks.discardBefore(16_002, true);
    assert.equal(blocks.wouldGrow(11_900), false);
    assert.equal(blocks.wouldGrow(11_902), true);
  });

  describe('of many sessions', () => {
    const BLOCKS = 10;
    const allocate = Buffer.allocUnsafeSlow.bind(Buffer);
    let allocated = 0;

    beforeEach(() => {
      Buffer.allocUnsafeSlow = (size) => {
        allocated += 1;
        return allocate(size);
      };
    });
    afterEach(() => {
      Buffer.allocUnsafeSlow = allocate;
    });

    /** How many blocks had to be made for that. */
    function fill(streams: AudioBlocks[]): number {
      allocated = 0;
      for (const blocks of streams) blocks.write(new Uint8Array(BLOCKS * 16_000));
      return allocated;
    }

    function empty(streams: AudioBlocks[]): void {
      for (const blocks of streams) blocks.discardBefore(blocks.end, true);
    }

    it('reuse the memory that others gave back, and free it when none of them has audio', () => {
      const some = Array.from({ length: 100 }, () => new AudioBlocks());
      const others = Array.from({ length: 100 }, () => new AudioBlocks());
      fill(some);
      fill(others);
      empty(some);
      assert.equal(fill(others), 0);

      empty(others);
      // A megabyte is kept; other tests of this file have given some up and kept some.
      assert.ok(fill(some) >= 100 * BLOCKS - 128, `${allocated} of ${100 * BLOCKS} blocks were made`);
      empty(some);
    });
  });

  it('never gives a sample in two halves', () => {
    const blocks = new AudioBlocks();
    blocks.write(numbered(0, 100_000));
    for (let position = 0; position < 100_000;) {
      const { length } = blocks.read(position, 3202);
      assert.equal(length % 2, 0);
      position += length;
    }
  });
});

describe('Outbox', () => {
  let done: string[] = [];
  let answered: Set<string>;

  beforeEach(() => {
    done = [];
    answered = new Set();
  });

  function command(name: string): Command {
    return { run: () => done.push(name), isAnswered: () => answered.has(name) };
  }

  /** Takes all there is, audio as the positions of its pieces. */
  function drain(outbox: Outbox, maxBytes = 100): string[] {
    done = [];
    while (!outbox.isEmpty) {
      const next = outbox.takeCommand();
      if (next) {
        next.run();
        continue;
      }
      const from = outbox.position;
      const audio = outbox.takeAudio(maxBytes)!;
      assert.deepEqual(Uint8Array.from(audio), numbered(from, audio.length));
      done.push(`${from}-${from + audio.length}`);
    }
    return done;
  }

  it('gives audio and commands out in their order, with audio in pieces', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 6));
    outbox.pushCommand(command('commit'));
    outbox.pushAudio(numbered(6, 2));
    assert.equal(outbox.heldBytes, 8);
    assert.equal(outbox.takeCommand(), undefined);
    assert.deepEqual(drain(outbox, 4), ['0-4', '4-6', 'commit', '6-8']);
    assert.equal(outbox.heldBytes, 0);
  });

  it('sends again from a given position, with the unanswered commands', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 10));
    outbox.pushCommand(command('first'));
    outbox.pushAudio(numbered(10, 10));
    outbox.pushCommand(command('second'));
    outbox.pushAudio(numbered(20, 10));
    drain(outbox);
    answered.add('first');
    outbox.pushAudio(numbered(30, 4));
    outbox.rewind(10);
    assert.equal(outbox.heldBytes, 4);
    assert.equal(outbox.replayBytes, 20);
    assert.equal(outbox.dueBytes, 24);
    assert.deepEqual(drain(outbox), ['10-20', 'second', '20-34']);
    outbox.rewind(20);
    assert.deepEqual(drain(outbox), ['second', '20-34']);
    answered.add('second');
    outbox.rewind(20);
    assert.deepEqual(drain(outbox), ['20-34']);
  });

  it('keeps an unanswered command though the audio before it is no longer needed', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 10));
    outbox.pushCommand(command('commit'));
    drain(outbox);
    outbox.forget(10, true);
    assert.equal(outbox.keptBytes, 0);
    outbox.rewind(10);
    assert.deepEqual(drain(outbox), ['commit']);
    answered.add('commit');
    outbox.forget(10, true);
    outbox.rewind(10);
    assert.deepEqual(drain(outbox), []);
  });

  it('cuts at the same place again where a later commit was answered before an earlier one', () => {
    const outbox = new Outbox();
    for (const name of ['first', 'second']) {
      outbox.pushAudio(numbered(outbox.dueBytes, 10));
      outbox.pushCommand(command(name));
    }
    drain(outbox);
    answered.add('second');
    outbox.forget(0, true);
    outbox.rewind(0);
    assert.deepEqual(drain(outbox), ['0-10', 'first', '10-20', 'second']);
  });

  it('goes back no further than the audio that it kept', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 100));
    drain(outbox);
    outbox.forget(40, true);
    outbox.rewind(30);
    assert.equal(outbox.position, 40);
    assert.deepEqual(drain(outbox), ['40-100']);
  });

  it('keeps all audio that was not sent yet', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 100));
    outbox.takeAudio(10);
    outbox.forget(50, true);
    assert.deepEqual(drain(outbox), ['10-100']);
  });

  it('drops the oldest unsent audio, and runs the commands within it in their order', () => {
    const outbox = new Outbox();
    outbox.pushAudio(numbered(0, 10));
    outbox.pushCommand(command('commit'));
    outbox.pushAudio(numbered(10, 10));
    outbox.dropOldest(14);
    assert.equal(outbox.heldBytes, 6);
    assert.deepEqual(drain(outbox), ['commit', '14-20']);
  });

  it('counts correctly through thousands of pieces, and frees everything when it is cleared', () => {
    const outbox = new Outbox();
    let given = 0;
    for (let round = 0; round < 5000; round += 1) {
      outbox.pushAudio(numbered(given, 2));
      given += 2;
      if (round % 10 === 0) outbox.pushCommand(command('tick'));
      if (round % 3 > 0) outbox.takeAudio(2);
      while (outbox.takeCommand());
      outbox.forget(outbox.position, true);
    }
    assert.equal(outbox.heldBytes, given - outbox.position);
    const due = given - outbox.position;
    assert.equal(outbox.clear(), due);
    assert.ok(outbox.isEmpty);
    outbox.pushAudio(numbered(given, 2));
    assert.deepEqual(drain(outbox), [`${given}-${given + 2}`]);
  });
});
