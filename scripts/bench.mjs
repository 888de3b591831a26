// `npm run bench -- …`: installs and builds what is missing, then measures; see bench/README.md.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installIfNeeded, root } from './project.mjs';

const log = (line) => process.stderr.write(`${line}\n`);
const cases = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));

await installIfNeeded(root, { log });
if (cases.length === 0 || cases.includes('peers')) {
  await installIfNeeded(path.join(root, 'bench', 'peers'), { log, flags: ['--ignore-scripts'] });
}
const { build, isBuildStale } = await import('./build.mjs');
if (isBuildStale()) build();

const args = ['--require', 'tsx/cjs', path.join('bench', 'index.ts'), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
