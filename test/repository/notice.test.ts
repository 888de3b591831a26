import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const NOTICE = readFileSync(path.join(ROOT, 'NOTICE.md'), 'utf8');

/** The packages whose code is in a bundle, as its source map names them. */
function bundled(map: string): string[] {
  const { sources } = JSON.parse(readFileSync(path.join(ROOT, map), 'utf8')) as { sources: string[] };
  const names = sources.flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'))?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

describe('NOTICE.md', () => {
  it('names every package that is bundled', () => {
    const names = bundled('dist/lib/modules.js.map');
    assert.ok(names.length > 0, 'The source map names no packages.');
    for (const name of names) assert.ok(NOTICE.includes(`\`${name}\``), name);
  });

  it('names every package that is installed with ours, with its licence and version', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      const manifest = createRequire(path.join(ROOT, 'package.json')).resolve.paths(name)![0]!;
      const { license, version } = JSON.parse(
        readFileSync(path.join(manifest, name, 'package.json'), 'utf8'),
      ) as { license: string; version: string };
      const row = NOTICE.split('\n').find((line) => line.includes(`\`${name}\``));
      assert.ok(row, name);
      assert.ok(row.includes(license), `${row} has not the licence ${license}`);
      assert.ok(row.includes(`| ${version} `), `${row} has not the version ${version}`);
    }
  });

  for (const part of ['libopus', 'mpg123', 'codec-parser', 'Silero', 'Moonshine', 'AssemblyScript', 'SILK']) {
    it(`names ${part}, which is in a decoder, fetched or compiled in`, () => {
      assert.match(NOTICE, new RegExp(part, 'i'));
    });
  }
});
