import assert from 'node:assert/strict';
import { AudioBlocks, SendBuffer } from '../../../lib/session/send/send-buffer';
import type { Command } from '../../../lib/session/send/send-buffer';

/** Bytes whose values follow from their position. */
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

    /** The number of blocks that were allocated for it. */
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
      // A megabyte is kept for reuse; other tests of this file have added to it and taken from it.
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

describe('SendBuffer', () => {
  let done: string[] = [];
  let answered: Set<string>;

  beforeEach(() => {
    done = [];
    answered = new Set();
  });

  function command(name: string): Command {
    return { run: () => done.push(name), isAnswered: () => answered.has(name) };
  }

  /** Takes everything that is to be sent; audio is represented by the positions of its pieces. */
  function drain(buffer: SendBuffer, maxBytes = 100): string[] {
    done = [];
    while (!buffer.isEmpty) {
      const next = buffer.takeCommand();
      if (next) {
        next.run();
        continue;
      }
      const from = buffer.position;
      const audio = buffer.takeAudio(maxBytes)!;
      assert.deepEqual(Uint8Array.from(audio), numbered(from, audio.length));
      done.push(`${from}-${from + audio.length}`);
    }
    return done;
  }

  it('gives audio and commands out in their order, with audio in pieces', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 6));
    buffer.pushCommand(command('commit'));
    buffer.pushAudio(numbered(6, 2));
    assert.equal(buffer.heldBytes, 8);
    assert.equal(buffer.takeCommand(), undefined);
    assert.deepEqual(drain(buffer, 4), ['0-4', '4-6', 'commit', '6-8']);
    assert.equal(buffer.heldBytes, 0);
  });

  it('sends again from a given position, with the unanswered commands', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 10));
    buffer.pushCommand(command('first'));
    buffer.pushAudio(numbered(10, 10));
    buffer.pushCommand(command('second'));
    buffer.pushAudio(numbered(20, 10));
    drain(buffer);
    answered.add('first');
    buffer.pushAudio(numbered(30, 4));
    buffer.rewind(10);
    assert.equal(buffer.heldBytes, 4);
    assert.equal(buffer.replayBytes, 20);
    assert.equal(buffer.dueBytes, 24);
    assert.deepEqual(drain(buffer), ['10-20', 'second', '20-34']);
    buffer.rewind(20);
    assert.deepEqual(drain(buffer), ['second', '20-34']);
    answered.add('second');
    buffer.rewind(20);
    assert.deepEqual(drain(buffer), ['20-34']);
  });

  it('keeps an unanswered command though the audio before it is no longer needed', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 10));
    buffer.pushCommand(command('commit'));
    drain(buffer);
    buffer.forget(10, true);
    assert.equal(buffer.keptBytes, 0);
    buffer.rewind(10);
    assert.deepEqual(drain(buffer), ['commit']);
    answered.add('commit');
    buffer.forget(10, true);
    buffer.rewind(10);
    assert.deepEqual(drain(buffer), []);
  });

  it('cuts at the same place again where a later commit was answered before an earlier one', () => {
    const buffer = new SendBuffer();
    for (const name of ['first', 'second']) {
      buffer.pushAudio(numbered(buffer.dueBytes, 10));
      buffer.pushCommand(command(name));
    }
    drain(buffer);
    answered.add('second');
    buffer.forget(0, true);
    buffer.rewind(0);
    assert.deepEqual(drain(buffer), ['0-10', 'first', '10-20', 'second']);
  });

  it('goes back no further than the audio that it kept', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 100));
    drain(buffer);
    buffer.forget(40, true);
    buffer.rewind(30);
    assert.equal(buffer.position, 40);
    assert.deepEqual(drain(buffer), ['40-100']);
  });

  it('keeps all audio that was not sent yet', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 100));
    buffer.takeAudio(10);
    buffer.forget(50, true);
    assert.deepEqual(drain(buffer), ['10-100']);
  });

  it('drops the oldest unsent audio, and runs the commands within it in their order', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(numbered(0, 10));
    buffer.pushCommand(command('commit'));
    buffer.pushAudio(numbered(10, 10));
    buffer.dropOldest(14);
    assert.equal(buffer.heldBytes, 6);
    assert.deepEqual(drain(buffer), ['commit', '14-20']);
  });

  it('counts correctly through thousands of pieces, and frees everything when it is cleared', () => {
    const buffer = new SendBuffer();
    let given = 0;
    for (let round = 0; round < 5000; round += 1) {
      buffer.pushAudio(numbered(given, 2));
      given += 2;
      if (round % 10 === 0) buffer.pushCommand(command('tick'));
      if (round % 3 > 0) buffer.takeAudio(2);
      while (buffer.takeCommand());
      buffer.forget(buffer.position, true);
    }
    assert.equal(buffer.heldBytes, given - buffer.position);
    const due = given - buffer.position;
    assert.equal(buffer.clear(), due);
    assert.ok(buffer.isEmpty);
    buffer.pushAudio(numbered(given, 2));
    assert.deepEqual(drain(buffer), [`${given}-${given + 2}`]);
  });

  it('finds nothing loud in no audio', () => {
    const buffer = new SendBuffer();
    buffer.pushAudio(Buffer.alloc(1000), true);
    assert.equal(buffer.isLoud(600, 400), false);
    assert.equal(buffer.isLoud(400, 600), true);
  });

  it('puts a command that waits at the end there once', () => {
    const buffer = new SendBuffer();
    let runs = 0;
    const command = { run: () => (runs += 1), isAnswered: () => true };
    buffer.pushAudio(Buffer.alloc(100));
    buffer.pushCommand(command);
    buffer.pushCommand(command);
    buffer.takeAudio(1000);
    for (let next = buffer.takeCommand(); next; next = buffer.takeCommand()) next.run();
    assert.equal(runs, 1);
    buffer.pushCommand(command);
    buffer.takeCommand()?.run();
    assert.equal(runs, 2);
  });
});
