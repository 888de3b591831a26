// `npm run bench -- …`: installs and builds what is missing, then measures; see bench/README.md.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installIfNeeded, root } from './project.mjs';

await installIfNeeded(root, { log: (line) => process.stderr.write(`${line}\n`) });
const { build, isBuildStale } = await import('./build.mjs');
if (isBuildStale()) build();

const args = ['--require', 'tsx/cjs', path.join('bench', 'index.ts'), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
