/**
 * `npm run docs`: writes the pages that are generated from the sources. A test compares them with the committed ones.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { commandLinePage } from './command-line-page';
import { modelsPage } from './models-page';
import { settingsPage } from './settings-page';

const ROOT = path.join(__dirname, '..');
/** The text before this line of a page is written by hand. */
const MARK = '<!-- `npm run docs` makes what follows. -->';

/** The generated pages by file. */
export async function madePages(): Promise<Record<string, string>> {
  return {
    'docs/command-line.md': await formatted(withTables('docs/command-line.md', commandLinePage())),
    'docs/models.md': await formatted(withTables('docs/models.md', modelsPage())),
    'docs/settings.md': await formatted(withTables('docs/settings.md', settingsPage())),
    'docs/api.md': await formatted(apiPage()),
  };
}

function withTables(file: string, tables: string): string {
  const [text] = readFileSync(path.join(ROOT, file), 'utf8').split(MARK);
  return `${text}${MARK}\n\n${tables}`;
}

/** Made of the doc comments of lib's exports, as typedoc.json says. */
function apiPage(): string {
  const out = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-docs-'));
  try {
    const args = ['node_modules/typedoc/bin/typedoc', '--out', out, '--logLevel', 'Error'];
    const cwd = path.join(ROOT, 'test', 'tools', 'api-docs');
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    if (status !== 0) throw new Error(`typedoc failed: ${stderr}${stdout}`);
    return readFileSync(path.join(out, 'api.md'), 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function formatted(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path.join(ROOT, 'docs', 'page.md'))), parser: 'markdown' });
}

async function write(): Promise<void> {
  for (const [file, text] of Object.entries(await madePages())) {
    writeFileSync(path.join(ROOT, file), text);
    process.stderr.write(`${file}: ${text.length} characters\n`);
  }
}

if (require.main === module) void write();
