import { lstat, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { codeOf } from '../base/error-details';
import { processState } from '../base/process-state';
import { AsrError } from '../vocabulary/errors';

/** A day of AAC at 192 kbit/s. */
const MAX_FILE_BYTES = 2 * 1024 ** 3;
/** Limit for all files of this process together. */
const MAX_TOTAL_BYTES = 4 * 1024 ** 3;
const PREFIX = 'flow-asr-audio-';
/** Only the owner may read it. */
const FILE_MODE = 0o600;

/** How much may be written; tests use less. */
export interface TemporaryFileLimits {
  fileBytes: number;
  totalBytes: number;
}

/** A file for data that must be read out of order, in a folder of its own. Whoever creates it removes it. */
export class TemporaryFile {
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #limits: TemporaryFileLimits;
  #bytes = 0;
  #isRemoved = false;

  private constructor(folder: string, file: FileHandle, limits: TemporaryFileLimits) {
    this.#folder = folder;
    this.path = fileIn(folder);
    this.#file = file;
    this.#limits = limits;
  }

  static async create(
    limits: TemporaryFileLimits = { fileBytes: MAX_FILE_BYTES, totalBytes: MAX_TOTAL_BYTES },
  ): Promise<TemporaryFile> {
    const folder = await mkdtemp(path.join(tmpdir(), `${namePrefix()}${process.pid}-`));
    return new TemporaryFile(folder, await open(fileIn(folder), 'wx', FILE_MODE), limits);
  }

  /** @throws AsrError `BAD_AUDIO` where this file, or all of them together, would become too large. */
  async write(bytes: Uint8Array): Promise<void> {
    const { fileBytes, totalBytes } = this.#limits;
    if (this.#bytes + bytes.length > fileBytes) {
      throw new AsrError(
        'BAD_AUDIO',
        `The audio has to be read from a file, because its index is at its end, and is larger than ${inMib(fileBytes)}. ` +
          'Write its index to its beginning ("ffmpeg -movflags +faststart"), or send it as Opus, MP3 or FLAC.',
      );
    }
    if (processState.temporaryFileBytes + bytes.length > totalBytes) {
      throw new AsrError(
        'BAD_AUDIO',
        `The audio has to be read from a file, and the recordings that are read in that way now have ${inMib(totalBytes)} already. ` +
          'Send fewer at the same time.',
      );
    }
    this.#bytes += bytes.length;
    processState.temporaryFileBytes += bytes.length;
    await this.#file.write(bytes);
  }

  /** Ends the writing. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Closes and removes it. */
  async remove(): Promise<void> {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    processState.temporaryFileBytes -= this.#bytes;
    await this.#file.close().catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Removes the folders that killed processes of this machine left behind. A container has a machine name of its own,
 * so none removes what another one uses.
 */
export async function removeStaleFiles(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(namePrefix()))) {
    const folder = path.join(tmpdir(), name);
    const pid = Number(name.slice(namePrefix().length).split('-')[0]);
    if (await isStale(folder, pid)) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isStale(folder: string, pid: number): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory() || !Number.isInteger(pid) || pid <= 0) return false;
  // In a container the next process has the number of the previous one.
  if (pid === process.pid) return stats.mtimeMs < Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function namePrefix(): string {
  return `${PREFIX}${hostname().replaceAll(/[^\w.]/g, '_')}-`;
}

function fileIn(folder: string): string {
  return path.join(folder, 'audio');
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
