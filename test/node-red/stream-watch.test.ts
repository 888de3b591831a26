import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { watched } from '../../nodes/node-red/shared/stream-watch';
import { readAudio } from '../../lib/audio/source';
import { ManualClock } from '../support/clocks';
import { leaveNothingOpen } from '../support/open-resources';

const SECOND_MS = 1_000;
/** Lets promises settle. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a stream that a message brings', () => {
  leaveNothingOpen();

  interface Watching {
    stream: PassThrough;
    clock: ManualClock;
    quiet: boolean[];
    read: Promise<number>;
    gone: () => string | undefined;
  }

  async function watch(othersWait: boolean): Promise<Watching> {
    const stream = new PassThrough();
    const clock = new ManualClock();
    const quiet: boolean[] = [];
    let reason: string | undefined;
    const read = watched(
      {
        stream,
        clock,
        type: 'asr-append-audio',
        translate: (key, values) => `${key} ${values?.seconds}`,
        isInTheWay: () => othersWait,
        onQuiet: (isQuiet) => quiet.push(isQuiet),
      },
      new AbortController().signal,
      async (how) => {
        let bytes = 0;
        for await (const chunk of readAudio(stream, how)) bytes += chunk.length;
        return bytes;
      },
    );
    read.catch((error: unknown) => (reason = (error as Error).message));
    await turn();
    return { stream, clock, quiet, read, gone: () => reason };
  }

  it('is given up after ten seconds in which it gives nothing, where others wait behind it', async () => {
    const { stream, clock, gone, quiet } = await watch(true);
    stream.write(Buffer.alloc(100));
    await turn();
    clock.advance(9 * SECOND_MS);
    await turn();
    assert.equal(gone(), undefined);
    clock.advance(2 * SECOND_MS);
    await turn();
    assert.equal(gone(), 'asr-append-audio.error.stalled 10');
    assert.ok(stream.destroyed);
    assert.deepEqual(quiet, [true, false]);
    assert.equal(clock.pending, 0);
  });

  it('is given up after a minute where it has given nothing at all', async () => {
    const { clock, gone } = await watch(false);
    clock.advance(59 * SECOND_MS);
    await turn();
    assert.equal(gone(), undefined);
    clock.advance(SECOND_MS);
    await turn();
    assert.equal(gone(), 'asr-append-audio.error.stalled 60');
  });

  it('may be quiet for long once it has begun, which its badge says', async () => {
    const { stream, clock, gone, quiet, read } = await watch(false);
    stream.write(Buffer.alloc(100));
    await turn();
    clock.advance(3600 * SECOND_MS);
    await turn();
    assert.deepEqual([gone(), quiet], [undefined, [true]]);
    stream.end(Buffer.alloc(100));
    assert.equal(await read, 200);
    assert.deepEqual(quiet, [true, false]);
    assert.equal(clock.pending, 0);
  });
});
