// `npm run chaos -- --seed 1 --sessions 500`: installs what is missing and runs test/chaos/cli.ts.
import { installIfNeeded, root, runTool } from './project.mjs';

await installIfNeeded(root, { log: (line) => process.stdout.write(`${line}\n`) });
process.exitCode = await runTool(['--require', 'tsx/cjs', 'test/chaos/cli.ts', ...process.argv.slice(2)]);
