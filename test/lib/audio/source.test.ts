import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import type { AudioSource, ReadAudioOptions } from '../../../lib';
import { leaveNothingOpen } from '../../support/open-resources';
import { processorMs } from '../../support/process-measures';
import { failure, read } from '../../support/read-audio';
import { noise } from '../../support/wav-files';

const BYTES = noise(100_001);

describe('readAudio', () => {
  leaveNothingOpen();
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    file = path.join(folder, 'take one.raw');
    await writeFile(file, BYTES);
    await writeFile(path.join(folder, 'empty.raw'), '');
  });
  after(() => rm(folder, { recursive: true }));

  const sources: [name: string, make: () => AudioSource, options?: ReadAudioOptions][] = [
    ['a Buffer', () => BYTES],
    [
      'a Uint8Array that is a view',
      () => new Uint8Array(Buffer.concat([BYTES, BYTES])).subarray(0, BYTES.length),
    ],
    ['an ArrayBuffer', () => new Uint8Array(BYTES).buffer],
    ['a Node stream', () => Readable.from([BYTES.subarray(0, 1), BYTES.subarray(1)])],
    ['a web stream', () => new Blob([new Uint8Array(BYTES)]).stream() as ReadableStream<Uint8Array>],
    [
      'an async generator',
      async function* () {
        await Promise.resolve();
        yield BYTES.subarray(0, 999);
        yield new Uint8Array(0);
        yield BYTES.subarray(999);
      } as () => AudioSource,
    ],
    ['base64', () => BYTES.toString('base64')],
    ['base64 in lines', () => BYTES.toString('base64').replace(/.{76}/g, '$&\r\n')],
    ['base64url', () => BYTES.toString('base64url')],
    ['a data URL', () => `data:audio/wav;base64,${BYTES.toString('base64')}`],
    ['a data URL with parameters', () => `data:audio/l16;rate=16000;base64,${BYTES.toString('base64')}`],
    [
      'a data URL with percent-encoded base64',
      () => `data:;base64,${encodeURIComponent(BYTES.toString('base64'))}`,
    ],
    [
      'a data URL with percent-encoded bytes',
      () => `data:audio/x,${[...BYTES].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
    ],
    ['a path', () => file],
    ['a file URL', () => pathToFileURL(file).href],
    ['a path where strings are paths', () => file, { strings: 'file' }],
  ];
  for (const [name, make, options] of sources) {
    it(`reads ${name}`, async () => {
      assert.ok((await read(make(), options)).equals(BYTES));
    });
  }

  it('reads an Int16Array as its bytes', async () => {
    assert.deepEqual([...(await read(Int16Array.of(1, -1)))], [1, 0, 255, 255]);
  });

  const useless: [name: string, source: unknown, said: RegExp][] = [
    ['null', null, /got null/],
    ['undefined', undefined, /got undefined/],
    ['a number', 7, /got number/],
    ['an array', [1, 2], /got an array/],
    ['an object', { a: 1 }, /got an object \(Object\)/],
    ['an object without a prototype', Object.create(null), /got an object/],
    ['a stream of strings', Readable.from(['abc']), /a stream of bytes, got one of string/],
    ['a data URL without a comma', 'data:audio/wav;base64', /no comma/],
    ['a data URL that is no base64', 'data:;base64,***', /no base64/],
    ['a data URL with a broken escape', 'data:audio/wav;base64,%E0%', /no base64|data URL/],
    ['an empty buffer', new Uint8Array(0), /empty/],
    ['an empty string', '', /empty/],
    ['a stream that gives nothing', Readable.from([]), /empty/],
    ['an empty data URL', 'data:audio/wav;base64,', /empty/],
  ];
  for (const [name, source, said] of useless) {
    it(`says what is wrong with ${name}`, async () => {
      const error = await failure(source);
      assert.equal(error.code, 'BAD_AUDIO');
      assert.match(error.message, said);
    });
  }

  it('says what is wrong with a missing file, a folder and an empty file', async () => {
    const missing = await failure(path.join(folder, 'missing.wav'));
    assert.equal(missing.code, 'BAD_AUDIO');
    assert.match(missing.message, /there is no file .*missing\.wav.*ENOENT/);
    assert.equal((missing.cause as NodeJS.ErrnoException).code, 'ENOENT');
    assert.match((await failure(`${folder}/.`)).message, /is a folder \(EISDIR\)/);
    assert.match((await failure(path.join(folder, 'empty.raw'))).message, /empty/);
    assert.match((await failure('file://host/a.wav')).message, /Cannot read the audio file/);
  });

  it('opens no file where strings are base64 only', async () => {
    assert.match((await failure(file, { strings: 'base64' })).message, /no base64/);
    assert.match((await failure('/etc/hostname.', { strings: 'base64' })).message, /no base64/);
  });

  it('rejects a long text that is no base64 without blocking', async () => {
    const beganMs = processorMs();
    await failure(`AAAA${' '.repeat(200_000)}*`, { strings: 'base64' });
    assert.ok(processorMs() - beganMs < 1000);
  });

  it('says that a stream broke, with the reason', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('line cut'));
      },
    });
    const error = await failure(broken);
    assert.equal(error.code, 'BAD_AUDIO');
    assert.match(error.message, /line cut/);
    assert.match((error.cause as Error).message, /line cut/);
  });

  it('says that a web stream is locked by another reader', async () => {
    const stream = new ReadableStream<Uint8Array>();
    stream.getReader();
    const error = await failure(stream);
    assert.equal(error.code, 'BAD_AUDIO');
    assert.match(error.message, /locked/);
  });
});
