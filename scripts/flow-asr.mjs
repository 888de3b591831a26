// `npm run -s flow-asr -- …`: the command of this folder, installed and built first when something is missing.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installIfNeeded, root } from './project.mjs';

// Only the command itself may write to stdout: it may be piped.
const log = (line) => process.stderr.write(`${line}\n`);

await installIfNeeded(root, { log });
const { build, isBuildStale } = await import('./build.mjs');
if (isBuildStale()) build();

const command = path.join(root, 'dist', 'bin', 'flow-asr.js');
const child = spawn(process.execPath, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal tells the whole process group; the command decides how it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0);
});
