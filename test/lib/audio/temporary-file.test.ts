import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { AudioIntake } from '../../../lib/audio/intake';
import { removeStaleFiles, TemporaryFile } from '../../../lib/audio/temporary-file';
import { ffmpegPath, fixture } from '../../support/audio-fixtures';
import { allOf } from '../../support/decode-chunks';
import { waitUntil } from '../../support/wait-until';

/** Larger than what is kept in memory. */
const LARGE_BYTES = 20 * 1024 * 1024;
const AAC = '-ar 44100';

/** An M4A with its index at its end, behind a box that is left out and makes it large. */
function largeM4a(): Buffer {
  const file = fixture('a.m4a', AAC);
  const index = file.indexOf('moov', 0, 'latin1') - 4;
  const free = Buffer.alloc(LARGE_BYTES);
  free.writeUInt32BE(LARGE_BYTES, 0);
  free.write('free', 4, 'latin1');
  return Buffer.concat([file.subarray(0, index), free, file.subarray(index)]);
}

describe('a recording that must be read out of order', function () {
  this.timeout(30_000);
  const variables = ['TMPDIR', 'FFMPEG_PATH'] as const;
  const before = variables.map((name) => process.env[name]);
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-test-'));
    process.env.TMPDIR = folder;
    process.env.FFMPEG_PATH = ffmpegPath();
  });
  afterEach(async () => {
    for (const [index, name] of variables.entries()) {
      const value = before[index];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await rm(folder, { recursive: true });
  });

  /** Decodes it in pieces, and returns the temporary files that existed meanwhile. */
  async function decode(file: Buffer): Promise<{ bytes: number; written: Set<string> }> {
    const intake = new AudioIntake(16_000);
    const written = new Set<string>();
    let bytes = 0;
    try {
      for (let at = 0; at < file.length; at += 1024 * 1024) {
        bytes += (await allOf(intake, intake.write(file.subarray(at, at + 1024 * 1024)))).length;
        for (const name of await readdir(folder)) written.add(name);
      }
      bytes += (await allOf(intake, intake.end())).length;
    } finally {
      intake.reset();
    }
    return { bytes, written };
  }

  const isEmpty = (): boolean => readdirSync(folder).length === 0;

  it('is written to the temporary folder only where it is larger than 16 MiB, and removed again', async () => {
    const small = await decode(fixture('a.m4a', AAC));
    assert.ok(small.bytes > 11 * 32_000);
    assert.equal(small.written.size, 0);
    const large = await decode(largeM4a());
    assert.equal(large.bytes, small.bytes);
    assert.equal(large.written.size, 1);
    await waitUntil(isEmpty, 'the file to be removed');
  });

  it('is never written where there is no sound in it, or no ffmpeg that would read it', async () => {
    const film = fixture('b.mp4', '-f lavfi -i color=c=red:s=32x32:d=1 -map 1:v -c:v mpeg4');
    await assert.rejects(decode(film), { message: /no sound/ });
    assert.ok(isEmpty());
    process.env.FFMPEG_PATH = path.join(folder, 'nowhere', 'ffmpeg');
    for (const file of [largeM4a(), fixture('a.caf', '-c:a pcm_s16be')]) {
      await assert.rejects(decode(file), { code: 'BAD_AUDIO', message: /there is no ffmpeg/ });
      assert.ok(isEmpty());
    }
  });

  it('is in a file that only its owner may read', async () => {
    const file = await TemporaryFile.create();
    await file.write(Buffer.from('audio'));
    assert.equal((await stat(file.path)).mode & 0o777, 0o600);
    assert.equal((await stat(path.dirname(file.path))).mode & 0o777, 0o700);
    await file.remove();
    assert.ok(isEmpty());
  });

  it('is refused where it is too large, or where all of them together are', async () => {
    const limits = { fileBytes: 1000, totalBytes: 1500 };
    const [first, second] = [await TemporaryFile.create(limits), await TemporaryFile.create(limits)];
    await first.write(Buffer.alloc(1000));
    await assert.rejects(first.write(Buffer.alloc(1)), { code: 'BAD_AUDIO', message: /faststart/ });
    await second.write(Buffer.alloc(500));
    await assert.rejects(second.write(Buffer.alloc(1)), { code: 'BAD_AUDIO', message: /at the same time/ });
    await first.remove();
    await second.write(Buffer.alloc(500));
    await second.remove();
  });

  it('is removed at the next start where its process was killed, and not where it runs', async () => {
    const host = hostname().replaceAll(/[^\w.]/g, '_');
    // No system gives a process such a high id.
    const dead = `flow-asr-audio-${host}-99999999-abcdef`;
    const others = [
      `flow-asr-audio-${host}-${process.ppid}-abcdef`,
      `flow-asr-audio-${host}-${process.pid}-abcdef`,
      'flow-asr-audio-another.machine-99999999-abcdef',
      'flow-asr-99999999-abcdef',
    ];
    for (const name of [dead, ...others]) {
      await mkdir(path.join(folder, name));
      await writeFile(path.join(folder, name, 'audio'), 'left behind');
    }
    await removeStaleFiles();
    assert.deepEqual((await readdir(folder)).sort(), others.sort());
  });
});
