// `npm test`: installs and builds what is missing, checks style and types, runs every test but those in real hosts.
// Arguments go on to mocha: `npm test -- test/lib`, `npm test -- --grep reconnect`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { capture, root } from './project.mjs';
import { BROWSER, PACKAGE, QUICK, runTests } from './suites.mjs';

const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const [, n8nLint, ...n8nLintArgs] = scripts['lint:n8n'].split(' ');

/** Each runs on its own, so that a failing style check does not hide a failing test. */
const CHECKS = [
  { name: 'lint', script: 'node_modules/eslint/bin/eslint.js', args: ['.'] },
  // n8n's rules want an ESLint of their own: package.json says where it is.
  { name: "lint with n8n's rules", script: n8nLint, args: n8nLintArgs },
  { name: 'format', script: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
];

await runTests({ suites: [QUICK, PACKAGE, BROWSER], check });

async function check() {
  let failed = 0;
  for (const { name, script, args } of CHECKS) {
    const { code, output } = await capture(process.execPath, [script, ...args]);
    process.stdout.write(`${code === 0 ? '✔' : '✘'} ${name}\n`);
    if (code !== 0) process.stdout.write(`${output}\n`);
    failed += code === 0 ? 0 : 1;
  }
  return { passed: CHECKS.length - failed, failed };
}
