// The suites of tests, and how one is run: for `npm test` and `npm run test:hosts`.
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { installIfNeeded, root } from './project.mjs';

/** A suite is a configuration of mocha with its own bounds on time. */
export const QUICK = '.mocharc.json';
export const PACKAGE = 'test/package/.mocharc.json';
export const BROWSER = 'test/browser/.mocharc.json';
export const HOSTS = 'test/hosts/.mocharc.json';

const require = createRequire(import.meta.url);
const log = (line) => process.stdout.write(`${line}\n`);

/**
 * Installs and builds what is missing, then runs the tests and says how many passed.
 * @param suites Those to run, unless the arguments choose files or folders.
 * @param check Runs before them where the arguments choose nothing. Returns passed and failed.
 */
export async function runTests({ suites, check }) {
  const tally = { passed: 0, failed: 0 };
  const add = ({ passed, failed }) => {
    tally.passed += passed;
    tally.failed += failed;
  };
  const { files, flags } = splitArguments(process.argv.slice(2));
  try {
    await install();
    const { build, isBuildStale } = await import('./build.mjs');
    if (isBuildStale()) build();
    if (check && process.argv.length === 2) add(await check());
    const chosen = (suite) => files.filter((file) => suiteOf(file) === suite);
    const due = (suite) => (files.length === 0 ? suites.includes(suite) : chosen(suite).length > 0);
    const runLane = async (lane, options) => {
      for (const suite of lane.filter(due)) add(await runMocha(suite, chosen(suite), { flags, ...options }));
    };
    // Browsers and packages wait for most of their time: beside the quick tests they cost little.
    const beside = runLane([PACKAGE, BROWSER], { isHeldBack: due(QUICK) });
    await Promise.all([runLane([QUICK, HOSTS]), beside]);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    tally.failed += 1;
  }
  process.exitCode = tally.failed === 0 ? 0 : 1;
  log(`\n${tally.passed} passed, ${tally.failed} failed`);
}

/** What is a file or folder of the tests is run; everything else is for mocha alone. */
function splitArguments(args) {
  const isTest = (arg) => !arg.startsWith('-') && /^test[\\/]/.test(relative(arg)) && existsSync(arg);
  return { files: args.filter(isTest).map(relative), flags: args.filter((arg) => !isTest(arg)) };
}

function relative(file) {
  return path.relative(root, path.resolve(file)).split(path.sep).join('/');
}

function suiteOf(file) {
  return (
    [PACKAGE, BROWSER, HOSTS].find((suite) => `${file}/`.startsWith(`${path.posix.dirname(suite)}/`)) ?? QUICK
  );
}

/**
 * The root's packages, then those of hosts that the root cannot have beside its own, and tools of tests alone. The
 * largest, n8n itself, is one folder deeper: the tests that need it install it (test/hosts/support/installation.ts).
 */
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

/**
 * mocha adds the files of its configuration to those that it is told: what is chosen takes their place here.
 * @param chosen Files and folders; all of the configuration when there are none.
 * @param isHeldBack Whether what it prints waits for its end, because another suite prints meanwhile.
 */
async function runMocha(configFile, chosen, { flags, isHeldBack = false }) {
  const config = JSON.parse(readFileSync(path.join(root, configFile), 'utf8'));
  const specs = chosen.length > 0 ? chosen.flatMap((file) => specsOf(file, config.spec)) : config.spec;
  const settings = { ...config, spec: specs, reporter: path.join(root, 'scripts', 'test-reporter.cjs') };
  const args = Object.entries(settings).flatMap(([name, value]) =>
    [value].flat().map((one) => toFlag(name, one)),
  );
  const child = fork(require.resolve('mocha/bin/mocha.js'), ['--no-config', ...args, ...flags], {
    cwd: root,
    stdio: ['inherit', isHeldBack ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  const printed = [];
  child.stdout?.on('data', (bytes) => printed.push(bytes));
  let stats;
  child.on('message', (message) => (stats = message));
  const code = await new Promise((resolve) => child.once('close', resolve));
  process.stdout.write(Buffer.concat(printed));
  const { passes = 0, failures = 0 } = stats ?? {};
  // A file that cannot be loaded, or a process that died: no test has failed, and yet nothing is well.
  return { passed: passes, failed: code !== 0 && failures === 0 ? 1 : failures };
}

function toFlag(name, value) {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === true ? flag : `${flag}=${value}`;
}

/** A folder's tests; the configuration says so itself for those that hold more than tests. */
function specsOf(file, known) {
  if (statSync(path.join(root, file)).isFile()) return [file];
  const named = known.filter((spec) => spec.startsWith(`${file}/`) && !spec.startsWith(`${file}/**`));
  return named.length > 0 ? named : [`${file}/**/*.test.ts`];
}
