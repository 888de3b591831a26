import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
const SECTION = /part [A-E]|[A-E]\.\d+(?:\.\d+)*|[DE] \d+/;
const CITATION = new RegExp(
  `(?<!docs/)protocol\\.md\\)?,? (${SECTION.source})((?:(?:,| and|;) (?:${SECTION.source}))*)`,
  'g',
);

/** The sections of the page as comments name them: "A.8" is a heading, "E 10" an entry of the list in part E. */
function sectionsOf(page: string): Set<string> {
  const sections = new Set<string>();
  let part = '';
  for (const line of page.split('\n')) {
    const [, heading] = /^#+ ([A-E](?:\.\d+)*)\.? /.exec(line) ?? [];
    if (heading) {
      part = heading;
      sections.add(heading.length === 1 ? `part ${heading}` : heading);
    }
    const [, entry] = /^(\d+)\. /.exec(line) ?? [];
    if (entry && (part === 'D' || part === 'E')) sections.add(`${part} ${entry}`);
  }
  return sections;
}

/** Comments are wrapped, so a citation may continue in the next line. */
function unwrapped(source: string): string {
  return source.replaceAll(/\s*\n\s*(?:\*|\/\/|#)? ?/g, ' ');
}

function sources(): { file: string; text: string }[] {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.cjs', '*.html', '*.yml'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return files
    .trim()
    .split('\n')
    .filter((file) => file !== 'test/repository/citations.test.ts')
    .map((file) => ({ file, text: unwrapped(readFileSync(path.join(ROOT, file), 'utf8')) }));
}

describe('Citations of the protocol documentation', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'protocol.md'), 'utf8');
  const sections = sectionsOf(page);

  it('name sections that docs/protocol.md has', () => {
    const cited = sources().flatMap(({ file, text }) =>
      [...text.matchAll(CITATION)].flatMap(([citation]) =>
        [...citation.matchAll(new RegExp(SECTION, 'g'))].map(([section]) => ({ file, section })),
      ),
    );
    assert.ok(cited.length > 100, `only ${cited.length} citations were found`);
    assert.deepEqual(
      cited.filter(({ section }) => !sections.has(section)),
      [],
    );
  });

  it('name a section each, and not the page alone', () => {
    const vague = sources().flatMap(({ file, text }) => {
      const mentions = [...text.matchAll(/(?<!docs\/)\bprotocol\.md\b.{0,20}/g)];
      return mentions.map(([mention]) => `${file}: ${mention}`);
    });
    const isCitation = (mention: string): boolean => mention.search(CITATION) >= 0;
    assert.deepEqual(
      vague.filter((mention) => !isCitation(mention)),
      [],
    );
  });

  it('name no document that is not in the repository', () => {
    const missing = sources().filter(({ text }) => /\b(?:design|users|hosts)\.md\b/.test(text));
    assert.deepEqual(
      missing.map(({ file }) => file),
      [],
    );
  });

  it('find the references between sections of docs/protocol.md too', () => {
    const named = [...page.matchAll(/\b(?:[A-E]\.\d+(?:\.\d+)*|[DE] \d+)\b/g)].map(([section]) => section);
    assert.deepEqual(
      named.filter((section) => !sections.has(section)),
      [],
    );
  });
});
