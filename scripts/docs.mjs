// `npm run docs`: writes the pages that are made of the sources. A test compares them with what is committed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installIfNeeded, root } from './project.mjs';

const TYPEDOC = path.join(root, 'test', 'tools', 'api-docs');

/** The pages by their file. */
export async function madePages() {
  return { 'docs/models.md': await formatted(modelsPage()), 'docs/api.md': await formatted(apiPage()) };
}

/** Of the table of models, which is TypeScript. */
function modelsPage() {
  const page = "process.stdout.write(require('./scripts/docs/models-page').modelsPage())";
  return output(['--require', 'tsx/cjs', '--eval', page], root);
}

/** Of the doc comments of what lib/ exports. */
function apiPage() {
  const out = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-docs-'));
  try {
    output(
      [path.join('node_modules', 'typedoc', 'bin', 'typedoc'), '--out', out, '--logLevel', 'Error'],
      TYPEDOC,
    );
    return readFileSync(path.join(out, 'api.md'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function output(args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}${stdout}`);
  return stdout;
}

async function formatted(text) {
  const prettier = await import('prettier');
  const file = path.join(root, 'docs', 'page.md');
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), parser: 'markdown' });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const log = (line) => process.stderr.write(`${line}\n`);
  await installIfNeeded(root, { log });
  await installIfNeeded(TYPEDOC, { log, flags: ['--ignore-scripts'] });
  for (const [file, text] of Object.entries(await madePages())) {
    writeFileSync(path.join(root, file), text);
    log(`${file}: ${text.length} characters`);
  }
}
