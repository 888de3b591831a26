// `npm test`: installs and builds what is missing, checks style and types, and runs every test except those in real
// hosts. `npm run test:hosts` runs those: the packed package in real Node-RED and real n8n, and the editor in a real
// browser. Files, folders and mocha's flags may follow: `npm test -- test/lib`, `npm test -- --grep reconnect`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, root, run } from './project.mjs';

/** A suite is a folder with a configuration for mocha. It leaves out the folders of other suites. */
const [QUICK, PACKAGE, BROWSER, HOSTS] = ['test', 'test/package', 'test/browser', 'test/hosts'];
/** Those of `npm run test:hosts`. */
const IN_HOSTS = [HOSTS, BROWSER];
/** One after the other: `npm pack` builds anew what browsers load and the command line runs. */
const USE_BUILD = [PACKAGE, ...IN_HOSTS, 'test/cli'];
const LIB = 'test/lib';
/** Too much for one process with the rest: its memory grows, and with it the time of each garbage collection. */
const DIVIDED = [`${LIB}/audio`, `${LIB}/session`];
/** What tests use. */
const OF_TESTS = ['test/fixtures', 'test/support', 'test/tools'];

const text = { type: 'string' };
const flag = { type: 'boolean' };
/** Flags of mocha, which would go on with a flag that it does not know. */
const FLAGS = {
  bail: { ...flag, short: 'b' },
  fgrep: { ...text, short: 'f' },
  'full-trace': flag,
  grep: { ...text, short: 'g' },
  invert: { ...flag, short: 'i' },
  jobs: { ...text, short: 'j' },
  retries: text,
  slow: { ...text, short: 's' },
  timeout: { ...text, short: 't' },
};

const require = createRequire(import.meta.url);
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const [, n8nLint, ...n8nLintArgs] = scripts['lint:n8n'].split(' ');

/** Each check runs on its own, so that a failing style check does not hide a failing test. */
const CHECKS = [
  { name: 'lint', script: 'node_modules/eslint/bin/eslint.js', args: ['.'] },
  // n8n's rules need an ESLint of their own, which package.json names.
  { name: "lint with n8n's rules", script: n8nLint, args: n8nLintArgs },
  {
    name: 'circles',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['lib', 'nodes', 'credentials', 'bin', 'local-service', 'scripts'],
  },
  { name: 'format', script: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '.'] },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'types of what runs in browsers',
    script: 'node_modules/typescript/bin/tsc',
    args: ['-p', 'tsconfig.browser.json'],
  },
];

/** A failed test may leave a timer or a socket behind, which would keep its process, and a build machine, for ever. */
const ENDS_WITHIN_MS = Number(process.env.FLOW_ASR_TEST_ENDS_WITHIN_MS ?? 30_000);

const log = (line) => process.stdout.write(`${line}\n`);
/** The failures are said again at the end, because a long log is often cut. */
const tally = { passed: 0, failures: [] };

/**
 * @throws Error for a flag or a file that does not exist, because every test would run instead of the intended ones.
 */
function readArguments() {
  const all = process.argv.slice(2);
  const isHosts = all[0] === 'hosts';
  const { values, positionals } = parseArgs({
    args: isHosts ? all.slice(1) : all,
    options: FLAGS,
    allowPositionals: true,
  });
  const files = positionals.map((file) => path.relative(root, path.resolve(file)).replaceAll(path.sep, '/'));
  const wrong = files.find((file) => !/^test(\/|$)/.test(file) || !existsSync(path.join(root, file)));
  if (wrong !== undefined) throw new Error(`There is no test ${wrong}.`);
  const flags = Object.entries(values).map(
    ([name, value]) => `--${name}${value === true ? '' : `=${value}`}`,
  );
  return { isHosts, files, flags };
}

async function main({ isHosts, files, flags }) {
  await install();
  await buildIfStale();
  const isAll = !isHosts && files.length === 0;
  const groups = isAll ? allGroups() : groupsOf(files.length === 0 ? IN_HOSTS : files);
  const inOrder = USE_BUILD.map((folder) => groups.flat().filter((file) => isIn(folder, file)));
  const free = groups.map((group) => group.filter((file) => !USE_BUILD.some((folder) => isIn(folder, file))));
  const jobs = (of) => of.filter((group) => group.length > 0).map((group) => testJob(group, flags));
  const checks = isAll && flags.length === 0 ? CHECKS.map(checkJob) : [];
  await inLanes(jobs(inOrder), [...checks, ...jobs(free)]);
}

/**
 * Three processes at a time, because a test waits for a third of its time, in which two cores have room for another. One
 * of them runs what uses the build, one after the other.
 */
async function inLanes(inOrder, free) {
  const isOnly = free.length === 0 || inOrder.length + free.length === 1;
  const runFree = async () => {
    for (let job; (job = free.shift());) await job(isOnly);
  };
  const runInOrder = async () => {
    for (const job of inOrder) await job(isOnly);
    await runFree();
  };
  await Promise.all([runInOrder(), runFree(), runFree()]);
}

/** The tests by process, but for those in real hosts. */
function allGroups() {
  const folders = inside(QUICK).filter((folder) => ![...IN_HOSTS, LIB, ...OF_TESTS].includes(folder));
  const restOfLib = inside(LIB).filter((file) => !DIVIDED.includes(file));
  return [...DIVIDED.map((folder) => [folder]), restOfLib, ...folders.map((folder) => [folder])];
}

/** The chosen tests by suite. */
function groupsOf(files) {
  return [QUICK, PACKAGE, BROWSER, HOSTS].map((suite) => files.filter((file) => suiteOf(file) === suite));
}

function isIn(folder, file) {
  return `${file}/`.startsWith(`${folder}/`);
}

/** One process of mocha. */
function testJob(group, flags) {
  return (isOnly) => runMocha(suiteOf(group[0]), [...group, ...flags], isOnly);
}

function suiteOf(file) {
  return [PACKAGE, BROWSER, HOSTS].find((suite) => isIn(suite, file)) ?? QUICK;
}

/**
 * Installs the root's packages, those of hosts that cannot be installed beside them, and tools that only tests use.
 * The largest one, n8n itself, lies one folder deeper: the tests that need it install it
 * (test/hosts/support/installation.ts).
 */
async function install() {
  await installIfNeeded(root, { log });
  const folders = ['test/hosts', 'test/tools'].flatMap(inside).filter(hasPackages);
  const installRest = async () => {
    for (let folder; (folder = folders.shift()) !== undefined;) {
      await installIfNeeded(path.join(root, folder), { log, flags: ['--ignore-scripts'] });
    }
  };
  await Promise.all([installRest(), installRest()]);
}

function hasPackages(folder) {
  return existsSync(path.join(root, folder, 'package.json'));
}

function inside(folder) {
  return readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`);
}

function checkJob({ name, script, args }) {
  return async () => {
    const { code, output } = await capture([script, ...args]);
    log(`${code === 0 ? '✔' : '✘'} ${name}`);
    if (code === 0) tally.passed += 1;
    else fail(`${name}\n${output}`);
  };
}

/** @param isOnly Whether nothing else prints meanwhile; otherwise its output waits for its end. */
async function runMocha(suite, args, isOnly) {
  const config = path.join(suite === QUICK ? '' : suite, '.mocharc.json');
  const reporter = path.join(root, 'scripts', 'test-reporter.cjs');
  const mocha = [require.resolve('mocha/bin/mocha.js'), '--config', config, '--reporter', reporter, ...args];
  const beganAtMs = performance.now();
  let stats;
  let tooLate;
  let isTooLate = false;
  const { code, output } = await capture(mocha, {
    stdio: ['ignore', isOnly ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    onMessage: (message, child) => {
      stats = message;
      tooLate = setTimeout(() => {
        isTooLate = true;
        fail(`${args[0]}: a test has left something open, for ${ENDS_WITHIN_MS / 1000} s now. It is ended.`);
        child.kill('SIGKILL');
      }, ENDS_WITHIN_MS);
    },
  });
  clearTimeout(tooLate);
  process.stdout.write(output);
  const { passes = 0, failed = [] } = stats ?? {};
  tally.passed += passes;
  for (const { title, reason } of failed) fail(`${title}\n${reason}`);
  // A file that cannot be loaded, or a process that died, counts as a failure although no test has failed.
  if (code !== 0 && failed.length === 0 && !isTooLate) fail(`${args[0]}: mocha ended with ${code}.`);
  if (!isOnly) log(`${args[0]}: ${passes} passed in ${Math.round((performance.now() - beganAtMs) / 1000)} s`);
}

function fail(what) {
  tally.failures.push(what);
}

async function capture(args, { stdio = ['ignore', 'pipe', 'pipe'], onMessage } = {}) {
  const printed = [];
  const code = await run(process.execPath, args, {
    stdio,
    onSpawn: (child) => {
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => printed.push(bytes));
      if (onMessage) child.on('message', (message) => onMessage(message, child));
    },
  });
  return { code, output: Buffer.concat(printed).toString() };
}

try {
  await main(readArguments());
} catch (error) {
  fail(error.message);
}
process.exitCode = tally.failures.length === 0 ? 0 : 1;
for (const failure of tally.failures) log(`\n✘ ${failure}`);
log(`\n${tally.passed} passed, ${tally.failures.length} failed`);
