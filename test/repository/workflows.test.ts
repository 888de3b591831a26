import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load as parse } from 'js-yaml';

const ROOT = path.join(__dirname, '..', '..');
const WORKFLOWS = path.join(ROOT, '.github', 'workflows');

interface Job {
  needs?: string;
  permissions?: Record<string, string>;
  steps: { uses?: string; run?: string }[];
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Whether the folder is the one that the pattern names; a star stands for one name. */
function matches(folder: string, pattern: string): boolean {
  const names = pattern.split('/');
  return (
    folder.split('/').every((name, i) => names[i] === name || names[i] === '*') &&
    names.length === folder.split('/').length
  );
}

describe('The workflows of the repository', () => {
  it('name each action by the hash of a commit, with its version beside it', () => {
    const uses = readdirSync(WORKFLOWS).flatMap((file) =>
      [...read(`.github/workflows/${file}`).matchAll(/^.*\buses: .*$/gm)].map(([line]) => line.trim()),
    );
    assert.ok(uses.length >= 8);
    const loose = uses.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));
    assert.deepEqual(loose, []);
  });

  it('publish on a tag, after everything was checked, with provenance and without a token', () => {
    const release = read('.github/workflows/release.yml');
    const { jobs, permissions } = parse(release) as Workflow;
    assert.deepEqual(permissions, { contents: 'read' });
    assert.equal(jobs.publish?.needs, 'check');
    assert.equal(jobs.publish.permissions?.['id-token'], 'write');
    assert.ok(jobs.publish.steps.some(({ run }) => run === 'npm publish --provenance --access public'));
    assert.doesNotMatch(release, /NODE_AUTH_TOKEN|secrets\./);
  });

  it('are updated by dependabot in every folder that has a lockfile', () => {
    const { updates } = parse(read('.github/dependabot.yml')) as { updates: { directories?: string[] }[] };
    const directories = updates.flatMap((update) => update.directories ?? []);
    const lockfiles = execFileSync('git', ['ls-files', 'package-lock.json', '**/package-lock.json'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const unwatched = lockfiles
      .trim()
      .split('\n')
      .map((file) => path.posix.dirname(`/${file}`))
      .filter((folder) => !directories.some((pattern) => matches(folder, pattern)));
    assert.deepEqual(unwatched, []);
  });

  it('come with the policies, forms and templates that contributors expect', () => {
    for (const file of ['SECURITY.md', 'CODE_OF_CONDUCT.md', '.editorconfig', '.nvmrc', '.gitattributes']) {
      assert.ok(existsSync(path.join(ROOT, file)), file);
    }
    for (const form of ['bug.yml', 'feature.yml']) {
      const { name, body } = parse(read(`.github/ISSUE_TEMPLATE/${form}`)) as {
        name: string;
        body: unknown[];
      };
      assert.ok(name && body.length > 0, form);
    }
  });
});
