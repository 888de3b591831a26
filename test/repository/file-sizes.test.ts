import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
/** Each file holds one idea. ESLint's `max-lines` counts the code that it reads; these are the other files. */
const MAX_LINES = 300;
const UNLINTED = ['*.html', '*.css', 'audio-kernel/assembly/*.ts'];

describe('A file that ESLint does not read', () => {
  it(`has at most ${MAX_LINES} lines`, () => {
    const files = execFileSync('git', ['ls-files', ...UNLINTED], { cwd: ROOT, encoding: 'utf8' })
      .trim()
      .split('\n');
    assert.ok(files.length >= 10);
    const long = files
      .map((file) => ({ file, lines: readFileSync(path.join(ROOT, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    assert.deepEqual(long, []);
  });
});
