import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8');

describe('the page about security', () => {
  const named = [...PAGE.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file!);

  it('names tests that exist and are not skipped', () => {
    assert.ok(named.length >= 15, `${named.length} tests are named.`);
    for (const file of named) {
      assert.ok(existsSync(path.join(ROOT, file)), file);
      assert.doesNotMatch(readFileSync(path.join(ROOT, file), 'utf8'), /\b(it|describe)\.skip\(/, file);
    }
  });

  it('has a test beside each of its promises', () => {
    const promises =
      PAGE.split('## What comes from outside')[1]!
        .split('\n## ')[0]!
        .match(/^- \*\*[^]*?(?=^- |^$)/gm) ?? [];
    assert.ok(promises.length >= 5);
    for (const promise of promises) assert.match(promise, /`test\//, promise);
  });

  it('has a test beside each place of the key, and each door', () => {
    for (const title of ['Where the key is', 'Doors, and who can do what at them']) {
      const rows =
        PAGE.split(`\n## ${title}\n`)[1]!
          .split('\n## ')[0]!
          .match(/^\|.*\|$/gm) ?? [];
      // The first two rows are the head of the table.
      assert.ok(rows.length >= 6, title);
      for (const row of rows.slice(2)) assert.match(row, /`test\//, row);
    }
  });

  it('has a test beside each paragraph about the microphone, and about where audio goes', () => {
    for (const title of ['The page with the microphone', 'Where the audio goes']) {
      const [first = ''] = PAGE.split(`\n## ${title}\n\n`)[1]!.split('\n\n');
      assert.match(first, /`test\//, title);
    }
  });

  it('names a test for where the key is, for each file that is written, and for the local service', () => {
    const section = (title: string) => PAGE.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!;
    const paragraphs = section('Where the key is')
      .split('\n\n')
      .filter((text) => text.trim() && !text.trim().startsWith('|'));
    const files = section('Where the audio goes').match(/^- [^]*?(?=^- |\n\n|$(?![^]))/gm) ?? [];
    assert.equal(paragraphs.length, 3);
    assert.equal(files.length, 2);
    for (const promise of [...paragraphs, ...files, section('The local service')]) {
      assert.match(promise, /`test\//, promise);
    }
  });
});
