// `npm test`: installs and builds what is missing, checks style and types, runs every test.
// Arguments go on to mocha: `npm test -- test/lib`, `npm test -- --grep reconnect`.
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { capture, installIfNeeded, root } from './project.mjs';

const log = (line) => process.stdout.write(`${line}\n`);

/** Each runs on its own, so that a failing style check does not hide a failing test. */
const CHECKS = [
  { name: 'lint', bin: 'eslint/bin/eslint.js', args: ['.'] },
  { name: 'format', bin: 'prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'types', bin: 'typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
];

/** The quick tests, and those in real hosts, which have their own bounds on time. */
const SUITES = [
  {
    config: '.mocharc.json',
    folders: ['lib', 'cli', 'local-service', 'node-red', 'chaos', 'soak', 'fuzz'].map(
      (name) => `test/${name}`,
    ),
  },
  { config: 'test/hosts/.mocharc.json', folders: ['test/hosts', 'test/package'] },
];

const tally = { passed: 0, failed: 0 };
const { files, flags } = splitArguments(process.argv.slice(2));
try {
  await install();
  const { build, isBuildStale } = await import('./build.mjs');
  if (isBuildStale()) build();
  if (process.argv.length === 2) await check();
  for (const { config, folders } of SUITES) {
    const chosen = files.filter((file) => folders.some((folder) => isWithin(file, folder)));
    if (files.length === 0 || chosen.length > 0) await runMocha(config, chosen);
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  tally.failed += 1;
}
process.exitCode = tally.failed === 0 ? 0 : 1;
log(`\n${tally.passed} passed, ${tally.failed} failed`);

/** What is a file or folder of the tests chooses the suite; everything else is for mocha alone. */
function splitArguments(args) {
  const isTest = (arg) => !arg.startsWith('-') && /^test[\\/]/.test(relative(arg)) && existsSync(arg);
  return { files: args.filter(isTest).map(relative), flags: args.filter((arg) => !isTest(arg)) };
}

function relative(file) {
  return path.relative(root, path.resolve(file));
}

function isWithin(file, folder) {
  return !path.relative(folder, file).startsWith('..');
}

/** The root's packages, then those of hosts that the root cannot have beside its own, and tools of tests alone. */
async function install() {
  await installIfNeeded(root, { log });
  for (const place of ['hosts', 'tools']) {
    for (const name of readdirSync(path.join(root, 'test', place))) {
      const folder = path.join(root, 'test', place, name);
      if (existsSync(path.join(folder, 'package.json'))) {
        await installIfNeeded(folder, { log, flags: ['--ignore-scripts'] });
      }
    }
  }
}

async function check() {
  const require = createRequire(import.meta.url);
  for (const { name, bin, args } of CHECKS) {
    const [packageName, ...rest] = bin.split('/');
    const script = path.join(path.dirname(require.resolve(`${packageName}/package.json`)), ...rest);
    const { code, output } = await capture(process.execPath, [script, ...args]);
    log(`${code === 0 ? '✔' : '✘'} ${name}`);
    if (code !== 0) log(output);
    tally[code === 0 ? 'passed' : 'failed'] += 1;
  }
}

/**
 * mocha adds the files of its configuration to those that it is told: what is chosen takes their place here.
 * @param chosen Files and folders; all of the configuration when there are none.
 */
async function runMocha(configFile, chosen) {
  const config = JSON.parse(readFileSync(path.join(root, configFile), 'utf8'));
  const specs = chosen.length > 0 ? chosen.flatMap((file) => specsOf(file, config.spec)) : config.spec;
  const settings = { ...config, spec: specs, reporter: path.join(root, 'scripts', 'test-reporter.cjs') };
  const args = Object.entries(settings).flatMap(([name, value]) =>
    [value].flat().map((one) => toFlag(name, one)),
  );
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const child = fork(mocha, ['--no-config', ...args, ...flags], { cwd: root });
  let stats;
  child.on('message', (message) => (stats = message));
  const code = await new Promise((resolve) => child.once('close', resolve));
  tally.passed += stats?.passes ?? 0;
  tally.failed += stats?.failures ?? 0;
  // A file that cannot be loaded, or a process that died: no test has failed, and yet nothing is well.
  if (code !== 0 && !stats?.failures) tally.failed += 1;
}

function toFlag(name, value) {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === true ? flag : `${flag}=${value}`;
}

/** A folder's tests; the configuration says so itself for those that hold more than tests. */
function specsOf(file, known) {
  if (statSync(path.join(root, file)).isFile()) return [file];
  const folder = file.split(path.sep).join('/');
  const named = known.filter((spec) => spec.startsWith(`${folder}/`) && !spec.startsWith(`${folder}/**`));
  return named.length > 0 ? named : [`${folder}/**/*.test.ts`];
}
