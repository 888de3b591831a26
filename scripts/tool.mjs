// `npm run chaos`, `soak`, `bench`, `docs`, `flow-asr`: installs and builds what is missing, then runs the tool.
import path from 'node:path';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, root, run } from './project.mjs';

const TYPESCRIPT = ['--require', 'tsx/cjs'];
const TOOLS = {
  chaos: { args: [...TYPESCRIPT, 'test/chaos/cli.ts'] },
  soak: { args: ['--expose-gc', ...TYPESCRIPT, 'test/soak/cli.ts'] },
  bench: { args: [...TYPESCRIPT, 'bench/index.ts'], needs: 'bench/peers', isBuilt: true },
  docs: { args: [...TYPESCRIPT, 'scripts/docs.ts'], needs: 'test/tools/api-docs' },
  // It may read from the terminal.
  'flow-asr': { args: [path.join(root, 'dist/bin/flow-asr.js')], isBuilt: true, isGroup: false },
};

// Only the tool itself may write to stdout, which may be piped.
const log = (line) => process.stderr.write(`${line}\n`);
const [name, ...args] = process.argv.slice(2);
const { args: own, needs, isBuilt, isGroup } = TOOLS[name];

try {
  await installIfNeeded(root, { log });
  if (needs) await installIfNeeded(path.join(root, needs), { log, flags: ['--ignore-scripts'] });
  if (isBuilt) await buildIfStale();
  // Paths among the arguments are relative to the folder in which the command is typed.
  process.exitCode = await run(process.execPath, [...own, ...args], { isGroup });
} catch (error) {
  log(error.message);
  process.exitCode = 1;
}
