// Compiles TypeScript to dist/ and copies the files that hosts read beside it: editor HTML, locales, codex files,
// icons. Everything is built in a folder beside dist/ and then swapped in, so that a process which reads dist/ at the
// same time (a running Node-RED, another build) never meets half of it.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BROWSER_FILES, bundleBrowserFile } from './bundle-browser.mjs';
import { bundleLib, bundleYaml, compact } from './bundle-lib.mjs';
import { newestChangeMs, root } from './project.mjs';

const SOURCES = ['lib', 'local-service', 'nodes', 'credentials', 'bin', 'icons'];
const ASSET_FOLDERS = ['nodes', 'credentials', 'local-service'];
const CONFIGURATION = [
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.browser.json',
  'scripts/build.mjs',
  'scripts/bundle-browser.mjs',
  'scripts/bundle-lib.mjs',
  'package-lock.json',
];
const require = createRequire(import.meta.url);
const SWAP_ATTEMPTS = 20;

const dist = path.join(root, 'dist');
const n8nIcons = path.join(root, 'icons', 'n8n');

/** Whether a source is newer than dist/, whose time is that of the start of its build. */
export function isBuildStale() {
  if (!existsSync(dist)) return true;
  return newestChangeMs([...SOURCES, ...CONFIGURATION]) > statSync(dist).mtimeMs;
}

/** Builds code without comments, and declarations with comments, because editors show those. */
export function build() {
  const startedAt = new Date();
  const building = mkdtempSync(path.join(root, '.dist-'));
  try {
    compile(building, '--declaration', 'false', '--removeComments');
    compactAll(building);
    compile(building, '--emitDeclarationOnly', '--noCheck');
    bundleLib(building);
    bundleYaml(building);
    thinSourceMaps(building);
    for (const file of BROWSER_FILES) bundleBrowserFile(file, building);
    copyAssets(building);
    chmodSync(building, 0o755);
    chmodSync(path.join(building, 'bin', 'flow-asr.js'), 0o755);
    utimesSync(building, startedAt, startedAt);
    swapIn(building);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function compile(outDir, ...options) {
  const tsc = require.resolve('typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir, ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed: the compiler says above why.');
}

function compactAll(outDir) {
  for (const name of readdirSync(outDir, { recursive: true }).filter((name) => name.endsWith('.js'))) {
    const file = path.join(outDir, name);
    writeFileSync(file, compact(readFileSync(file, 'utf8')));
  }
}

/**
 * A stack trace only needs the line: without columns the maps take a quarter of the space. The indentation may be
 * gone.
 */
function thinSourceMaps(outDir) {
  const { decode, encode } = require('@jridgewell/sourcemap-codec');
  for (const name of readdirSync(outDir, { recursive: true }).filter((name) => name.endsWith('.js.map'))) {
    const file = path.join(outDir, name);
    const map = JSON.parse(readFileSync(file, 'utf8'));
    const mappings = encode(
      decode(map.mappings).map((segments) => segments.slice(0, 1).map(([, ...place]) => [0, ...place])),
    );
    writeFileSync(file, JSON.stringify({ ...map, mappings, names: [] }));
  }
}

function copyAssets(outDir) {
  const isAsset = (file) => !/\.ts$|\/tsconfig\.json$|\/dialogs\.css$/.test(file);
  for (const folder of ASSET_FOLDERS) {
    cpSync(path.join(root, folder), path.join(outDir, folder), { recursive: true, filter: isAsset });
  }
  // Node-RED looks for icons beside a node's file, and has one list of them for all nodes of a module.
  cpSync(path.join(root, 'icons'), path.join(outDir, 'credentials', 'node-red', 'icons'), {
    recursive: true,
    filter: (file) => file !== n8nIcons,
  });
  cpSync(n8nIcons, path.join(outDir, 'icons', 'n8n'), { recursive: true });
}

/**
 * A folder cannot be renamed onto another one, so another build can come between the two steps; then this tries
 * again.
 */
function swapIn(building) {
  for (let attempt = 1; ; attempt += 1) {
    const replaced = `${building}.old-${attempt}`;
    try {
      if (existsSync(dist)) renameSync(dist, replaced);
      renameSync(building, dist);
      return;
    } catch (error) {
      if (attempt === SWAP_ATTEMPTS) throw error;
    } finally {
      rmSync(replaced, { recursive: true, force: true });
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
