// Compiles TypeScript to dist/ and copies what the hosts read beside it: editor HTML, locales, icons.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

const isAsset = (file) => !/\.ts$/.test(file);
for (const folder of ['nodes', 'credentials', 'local-service']) {
  cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true, filter: isAsset });
}
