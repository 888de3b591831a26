import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { readAudio } from '../../../lib';
import type { AudioSource } from '../../../lib';
import { collectGarbage } from '../../support/collect-garbage';
import { leaveNothingOpen } from '../../support/open-resources';
import { failure, read } from '../../support/read-audio';
import { waitUntil } from '../../support/wait-until';
import { noise } from '../../support/wav-files';

const BYTES = noise(100_001);

describe('readAudio, when it is stopped', () => {
  leaveNothingOpen();

  function silentWebStream() {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: () => new Promise<void>(() => undefined),
      cancel: () => {
        cancelled = true;
      },
    });
    return { stream, cancelled: () => cancelled };
  }

  it('destroys a silent Node stream at the signal', async () => {
    const stream = new PassThrough();
    const controller = new AbortController();
    const reading = failure(stream, { signal: controller.signal });
    controller.abort(new Error('enough'));
    const error = await reading;
    assert.equal(error.code, 'ABORTED');
    assert.match((error.cause as Error).message, /enough/);
    assert.ok(stream.destroyed);
  });

  it('cancels a silent web stream at the signal', async () => {
    const { stream, cancelled } = silentWebStream();
    const controller = new AbortController();
    const reading = failure(stream, { signal: controller.signal });
    controller.abort();
    assert.equal((await reading).code, 'ABORTED');
    await waitUntil(cancelled, 'the stream to be cancelled');
  });

  it('stops waiting for a silent async iterable at the signal', async () => {
    const endless: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    };
    const controller = new AbortController();
    const reading = failure(endless, { signal: controller.signal });
    controller.abort();
    assert.equal((await reading).code, 'ABORTED');
  });

  it('reads nothing of any source when the signal was aborted before', async () => {
    const signal = AbortSignal.abort();
    const stream = new PassThrough();
    const web = silentWebStream();
    for (const source of [BYTES, BYTES.toString('base64'), stream, web.stream, __filename]) {
      assert.equal((await failure(source, { signal })).code, 'ABORTED');
    }
    assert.ok(stream.destroyed);
    await waitUntil(web.cancelled, 'the stream to be cancelled');
  });

  it('destroys streams when the reader breaks off', async () => {
    const stream = Readable.from(
      (function* () {
        for (;;) yield BYTES;
      })(),
    );
    for await (const chunk of readAudio(stream)) {
      assert.ok(chunk.length > 0);
      break;
    }
    await waitUntil(() => stream.destroyed, 'the stream to be destroyed');
    let cancelled = false;
    const web = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(BYTES);
      },
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const chunk of readAudio(web)) {
      assert.ok(chunk.length > 0);
      break;
    }
    await waitUntil(() => cancelled, 'the stream to be cancelled');
  });

  it('reads a stream only as fast as it is taken', async () => {
    let pulled = 0;
    const stream = Readable.from(
      (function* () {
        for (;;) {
          pulled += 1;
          yield BYTES;
        }
      })(),
      { objectMode: true, highWaterMark: 1 },
    );
    const reader = readAudio(stream)[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await reader.next();
    await new Promise(setImmediate);
    assert.ok(pulled < 10, `${pulled} chunks pulled for 3`);
    await reader.return?.();
  });

  const longStreams: [name: string, make: (chunks: () => Generator<Buffer>) => AudioSource][] = [
    ['a Node stream', (chunks) => Readable.from(chunks())],
    ['a web stream', (chunks) => Readable.toWeb(Readable.from(chunks())) as ReadableStream<Uint8Array>],
    [
      'an async generator',
      async function* (chunks: () => Generator<Buffer>) {
        for (const chunk of chunks()) {
          await Promise.resolve();
          yield chunk;
        }
      } as (chunks: () => Generator<Buffer>) => AudioSource,
    ],
  ];
  for (const [name, make] of longStreams) {
    it(`keeps no chunk of ${name} once it has been read`, async () => {
      const given: WeakRef<Buffer>[] = [];
      const { signal } = new AbortController();
      const source = make(function* () {
        for (;;) {
          const chunk = Buffer.alloc(16_384, 1);
          given.push(new WeakRef(chunk));
          yield chunk;
        }
      });
      const reader = readAudio(source, { signal })[Symbol.asyncIterator]();
      const READ = 200;
      for (let i = 0; i < READ; i++) await reader.next();
      await collectGarbage();
      const kept = given.slice(0, READ).filter((chunk) => chunk.deref() !== undefined).length;
      await reader.return?.();
      assert.ok(kept < 20, `${kept} of ${READ} chunks are kept`);
    });
  }

  it('leaves no listener on the signal', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await read(Readable.from([BYTES]), { signal });
    assert.equal(listeners, 0);
  });
});
