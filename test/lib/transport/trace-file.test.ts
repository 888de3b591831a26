import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { traceToFile } from '../../../lib';
import { leaveNothingOpen } from '../../support/open-resources';
import { waitUntil } from '../../support/wait-until';

describe('a trace file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    file = path.join(folder, 'trace.jsonl');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  leaveNothingOpen();

  it('has every line in order when it is closed, readable by its owner only', async () => {
    const trace = traceToFile(file);
    const lines = Array.from({ length: 500 }, (_, i) => JSON.stringify({ i }));
    for (const line of lines) trace.write(line);
    await trace.close();
    assert.deepEqual(readFileSync(file, 'utf8').trimEnd().split('\n'), lines);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is created with the first line, and not written after it was closed', async () => {
    const trace = traceToFile(file);
    await trace.close();
    trace.write('late');
    await trace.close();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is appended to where it exists', async () => {
    for (const line of ['one', 'two']) {
      const trace = traceToFile(file);
      trace.write(line);
      await trace.close();
    }
    assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
  });

  it('is bounded in size together with its predecessor, and has the newest lines', async () => {
    const maxBytes = 10_000;
    const trace = traceToFile(file, { maxBytes });
    const lines = Array.from({ length: 2000 }, (_, i) => `${i} ${'x'.repeat(i % 90)}`);
    for (const [i, line] of lines.entries()) {
      trace.write(line);
      if (i % 100 === 0) await waitUntil(() => readdirSync(folder).length > 0, 'the file');
    }
    await trace.close();
    assert.deepEqual(readdirSync(folder).sort(), ['trace.jsonl', 'trace.jsonl.1']);
    assert.ok(statSync(file).size + statSync(`${file}.1`).size <= maxBytes);
    const kept = (readFileSync(`${file}.1`, 'utf8') + readFileSync(file, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(kept, lines.slice(-kept.length));
  });

  it('omits lines that a slow disk cannot take, and says how many', async () => {
    const trace = traceToFile(file, { maxBytes: 1e9 });
    const line = 'x'.repeat(100_000);
    for (let i = 0; i < 100; i++) trace.write(line);
    await trace.close();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const { event, lines: leftOut } = JSON.parse(lines.at(-1)!) as { event: string; lines: number };
    assert.equal(event, 'leftOut');
    assert.equal(lines.length - 1 + leftOut, 100);
    assert.ok(leftOut > 50);
  });

  it('reports once that it cannot be written, and does not disturb the session', async () => {
    const errors: Error[] = [];
    const trace = traceToFile(path.join(folder, 'none', 'trace.jsonl'), {
      onError: (error) => errors.push(error),
    });
    trace.write('one');
    await waitUntil(() => errors.length > 0, 'the error');
    trace.write('two');
    await trace.close();
    assert.equal(errors.length, 1);
    assert.match(errors[0]!.message, /ENOENT/);
  });
});
