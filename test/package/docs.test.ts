import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { madePages } from '../../scripts/docs';

const ROOT = path.join(__dirname, '../..');
const PAGES = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'bench/README.md',
  ...pagesIn('docs'),
].filter((page) => existsSync(path.join(ROOT, page)));

describe('the documentation', () => {
  it('has up-to-date pages generated from the sources (`npm run docs` writes them)', async () => {
    for (const [page, text] of Object.entries(await madePages())) {
      assert.equal(readFileSync(path.join(ROOT, page), 'utf8'), text, page);
    }
  });

  it('has a value or a reason in every cell of the table of settings', () => {
    const page = readFileSync(path.join(ROOT, 'docs/settings.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    assert.ok(rows.length > 50);
    const reasons = new Set([...page.matchAll(/^- (\[\d+\]) \S/gm)].map(([, number]) => number));
    for (const row of rows) {
      for (const cell of row.split('|').slice(1, -1)) {
        assert.notEqual(cell.trim(), '', row);
        if (/^\[\d+\]$/.test(cell.trim())) assert.ok(reasons.has(cell.trim()), row);
      }
    }
  });

  it('has no broken link', () => {
    const broken = PAGES.flatMap((page) =>
      linksOf(page).filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link))),
    );
    assert.deepEqual(broken, []);
  });

  it('can be reached completely from its first page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(page)) {
        const target = path.posix.normalize(path.posix.join(path.posix.dirname(page), link));
        if (PAGES.includes(target)) reached.add(target);
      }
    }
    assert.deepEqual([...reached].sort(), [...PAGES].sort());
  });
});

function pagesIn(folder: string): string[] {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => path.posix.join(folder, file));
}

/** Links to files of the repository, without their anchors. */
function linksOf(page: string): string[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) =>
    decodeURI(link),
  );
}
