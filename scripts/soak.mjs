// `npm run soak -- --seed 1 --duration 1h --sessions 100`: installs what is missing and runs test/soak/cli.ts.
import { installIfNeeded, root, runTool } from './project.mjs';

await installIfNeeded(root, { log: (line) => process.stdout.write(`${line}\n`) });
process.exitCode = await runTool([
  '--expose-gc',
  '--require',
  'tsx/cjs',
  'test/soak/cli.ts',
  ...process.argv.slice(2),
]);
