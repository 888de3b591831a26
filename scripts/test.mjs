// `npm test`: installs and builds what is missing, checks style and types, and runs every test except those in real
// hosts. `npm run test:hosts` runs those: the packed package in real Node-RED and real n8n. Files, folders and
// mocha's flags may follow: `npm test -- test/lib`, `npm test -- --grep reconnect`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, root, run } from './project.mjs';

/** A suite is a folder with a configuration for mocha. It leaves out the folders of other suites. */
const [QUICK, PACKAGE, BROWSER, HOSTS] = ['test', 'test/package', 'test/browser', 'test/hosts'];
/** Quick tests that run in the second lane, behind the browsers, so that both lanes end at about the same time. */
const BESIDE = ['test/cli', 'test/fuzz'];
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
const ENDS_WITHIN_MS = 30_000;

const log = (line) => process.stdout.write(`${line}\n`);
const tally = { passed: 0, failed: 0 };
/** Said again at the end, because a long log is often cut. */
const failures = [];
const add = (passed, failed) => {
  tally.passed += passed;
  tally.failed += failed;
};

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
  if (!isHosts && files.length === 0 && flags.length === 0) await check();
  const chosen = files.length > 0 ? files : isHosts ? [HOSTS] : allFolders();
  const isFirst = (file) => [QUICK, HOSTS].includes(suiteOf(file)) && !BESIDE.includes(file);
  const first = chosen.filter(isFirst);
  const second = chosen.filter((file) => !isFirst(file));
  // Browsers and packages mostly wait, so they cost little beside the quick tests.
  await Promise.all([runLane(first, flags, false), runLane(second, flags, first.length > 0)]);
}

async function runLane(files, flags, isHeldBack) {
  for (const suite of [PACKAGE, BROWSER, QUICK, HOSTS]) {
    const its = files.filter((file) => suiteOf(file) === suite);
    if (its.length > 0) await runMocha(suite, [...its, ...flags], isHeldBack);
  }
}

/** The folders of tests, but for those in real hosts. */
function allFolders() {
  const folders = readdirSync(path.join(root, QUICK)).map((name) => `${QUICK}/${name}`);
  return folders.filter((folder) => folder !== HOSTS && !OF_TESTS.includes(folder));
}

function suiteOf(file) {
  return [PACKAGE, BROWSER, HOSTS].find((suite) => `${file}/`.startsWith(`${suite}/`)) ?? QUICK;
}

/**
 * Installs the root's packages, those of hosts that cannot be installed beside them, and tools that only tests use.
 * The largest one, n8n itself, lies one folder deeper: the tests that need it install it
 * (test/hosts/support/installation.ts).
 */
async function install() {
  await installIfNeeded(root, { log });
  for (const place of ['test/hosts', 'test/tools']) {
    for (const name of readdirSync(path.join(root, place))) {
      const folder = path.join(root, place, name);
      if (!existsSync(path.join(folder, 'package.json'))) continue;
      await installIfNeeded(folder, { log, flags: ['--ignore-scripts'] });
    }
  }
}

async function check() {
  for (const { name, script, args } of CHECKS) {
    const { code, output } = await capture([script, ...args]);
    log(`${code === 0 ? '✔' : '✘'} ${name}`);
    if (code !== 0) log(output);
    if (code !== 0) failures.push(name);
    add(code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  }
}

/** @param isHeldBack Whether its output waits for its end, because another suite prints meanwhile. */
async function runMocha(suite, args, isHeldBack) {
  const config = path.join(suite === QUICK ? '' : suite, '.mocharc.json');
  const reporter = path.join(root, 'scripts', 'test-reporter.cjs');
  const mocha = [require.resolve('mocha/bin/mocha.js'), '--config', config, '--reporter', reporter, ...args];
  let stats;
  let tooLate;
  const { code, output } = await capture(mocha, {
    stdio: ['ignore', isHeldBack ? 'pipe' : 'inherit', 'inherit', 'ipc'],
    onMessage: (message, child) => {
      stats = message;
      tooLate = setTimeout(() => {
        failures.push(
          `${suite}: a test has left something open, for ${ENDS_WITHIN_MS / 1000} s now. It is ended.`,
        );
        child.kill('SIGKILL');
      }, ENDS_WITHIN_MS);
    },
  });
  clearTimeout(tooLate);
  process.stdout.write(output);
  const { passes = 0, failed = [] } = stats ?? {};
  failures.push(...failed.map(({ title, reason }) => `${title}\n${reason}`));
  // A file that cannot be loaded, or a process that died, counts as a failure although no test has failed.
  const hasDied = code !== 0 && failed.length === 0;
  if (hasDied) failures.push(`${suite}: mocha ended with ${code}.`);
  add(passes, hasDied ? 1 : failed.length);
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
  process.stderr.write(`${error.message}\n`);
  tally.failed += 1;
}
process.exitCode = tally.failed === 0 ? 0 : 1;
for (const failure of failures) log(`\n✘ ${failure}`);
log(`\n${tally.passed} passed, ${tally.failed} failed`);
