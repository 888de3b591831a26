import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const ORIGINAL = path.join(ROOT, 'test/fixtures/jfk.wav');
/** Git ignores this folder, and later runs use its files again. */
const CACHE = path.join(ROOT, '.cache/audio-fixtures');

/** An ffmpeg for tests only, which makes files and serves as the one on the PATH. `npm test` installs it. */
export function ffmpegPath(): string {
  const folder = path.join(ROOT, 'test/tools/ffmpeg/');
  const { path: file } = createRequire(folder)('@ffmpeg-installer/ffmpeg') as { path: string };
  // Its install script does this where npm runs install scripts.
  chmodSync(file, 0o755);
  return file;
}

/**
 * The spoken recording of test/fixtures in another format.
 * @param name The file's name; its ending tells the container.
 * @param args ffmpeg's, between input and output.
 */
export function fixture(name: string, args: string): Buffer {
  return readFileSync(fixturePath(name, args));
}

export function fixturePath(name: string, args: string): string {
  const key = `${args} ${name}`.replaceAll(/[^a-z0-9.]+/gi, '_');
  const file = path.join(CACHE, key);
  if (!existsSync(file)) {
    mkdirSync(CACHE, { recursive: true });
    const partial = path.join(CACHE, `partial-${process.pid}-${key}`);
    const words = args.split(' ').filter(Boolean);
    execFileSync(ffmpegPath(), [
      '-v',
      'error',
      '-y',
      '-i',
      ORIGINAL,
      ...words,
      '-fflags',
      '+bitexact',
      partial,
    ]);
    renameSync(partial, file);
  }
  return file;
}
