import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../local-service/recogniser/cache';
import type { Browser, BrowserType } from '../tools/browser/node_modules/playwright-core';

export type { Browser, Locator, Page } from '../tools/browser/node_modules/playwright-core';

/** Its own packages, of a lockfile of its own: npm test installs them. */
const TOOLS = createRequire(path.join(__dirname, '../tools/browser/package.json'));

const INSTALLED_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** A page that a test opens on a loaded machine. */
const LAUNCH_WITHIN_MS = 120_000;

const FLAGS = [
  // As root, and in containers that may not make namespaces, there is no sandbox; the pages are our own.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  // Nothing of its own on the network.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
];

export interface BrowserOptions {
  /**
   * A WAV file that is the microphone: `getUserMedia` is granted and hears it from its beginning, again and again; with
   * `%noloop` behind the file's name once.
   */
  microphone?: string;
}

interface Executable {
  executablePath: string;
  env?: Record<string, string>;
}

/**
 * A headless Chromium, to be closed by whoever launched it: the one of test/tools/browser; `CHROMIUM` names another, and
 * where that package has none for the machine, an installed one serves.
 * @throws Error that says what to do where there is none.
 */
export async function launchBrowser({ microphone }: BrowserOptions = {}): Promise<Browser> {
  const { chromium } = TOOLS('playwright-core') as { chromium: BrowserType };
  const microphoneFlags = [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${microphone ?? ''}`,
  ];
  return chromium.launch({
    ...(await findExecutable()),
    args: [...FLAGS, ...(microphone === undefined ? [] : microphoneFlags)],
    timeout: LAUNCH_WITHIN_MS,
  });
}

async function findExecutable(): Promise<Executable> {
  if (process.env.CHROMIUM) return { executablePath: process.env.CHROMIUM };
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked();
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const installed = INSTALLED_NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const executablePath = installed.find((file) => existsSync(file));
  if (executablePath) return { executablePath };
  throw new Error(
    `No browser for ${process.platform} ${process.arch}: install Chromium or Chrome, or name one in CHROMIUM.`,
  );
}

/**
 * The packed browser, unpacked once into the cache folder, with the libraries and fonts that a bare machine lacks. The
 * package unpacks into the folder for temporary files, and takes what lies there for whole: each unpacks into a folder
 * of its own, and the first to be ready gives its folder the name.
 */
async function unpacked(): Promise<Executable> {
  const entry = TOOLS.resolve('@sparticuz/chromium');
  const { version } = TOOLS(path.join(entry, '../../../package.json')) as { version: string };
  const folder = path.join(cacheFolder(), `chromium-${process.platform}-${process.arch}-${version}`);
  if (!existsSync(folder)) {
    await mkdir(cacheFolder(), { recursive: true });
    const unpacking = await mkdtemp(`${folder}-`);
    // This variable makes it unpack the libraries too.
    const env = { ...process.env, TMPDIR: unpacking, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' };
    const script =
      'const chromium = require(process.argv[1]); (chromium.default ?? chromium).executablePath();';
    await promisify(execFile)(process.execPath, ['-e', script, entry], { env });
    await writeFile(path.join(unpacking, 'fonts.conf'), fontConfiguration(path.join(folder, 'fonts')));
    await rename(unpacking, folder).catch(() => rm(unpacking, { recursive: true, force: true }));
  }
  return {
    executablePath: path.join(folder, 'chromium'),
    env: {
      ...definedOf(process.env),
      LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    },
  };
}

/** The machine's fonts where it has some, and those of the package. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}</dir>
</fontconfig>
`;
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
