import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../cli/arguments';
import { inOneLine } from '../cli/printable';
import { isAddress, isStandardInput, shownName } from './files';
import { ENDINGS } from './formats';
import type { FormatName } from './formats';

/** The folder of `--out`, in which each recording gets a file for each format. */
export class OutputFolder {
  readonly #folder: string;
  readonly #formats: readonly FormatName[];
  readonly #overwrites: boolean;

  constructor(folder: string, formats: readonly FormatName[], overwrites: boolean) {
    this.#folder = folder;
    this.#formats = formats;
    this.#overwrites = overwrites;
  }

  /**
   * Makes the folder where it is missing.
   * @throws UsageError where two recordings would be written to the same file.
   */
  async prepare(files: readonly string[]): Promise<void> {
    const taken = new Map<string, string>();
    for (const file of files) {
      // Some file systems take upper and lower case for the same.
      const name = baseOf(file).toLowerCase();
      const other = taken.get(name);
      if (other !== undefined) {
        throw new UsageError(
          `${JSON.stringify(shownName(other))} and ${JSON.stringify(shownName(file))} would both be written to ${this.#pathOf(file, this.#formats[0] ?? 'text')}. Give them folders of their own.`,
        );
      }
      taken.set(name, file);
    }
    await mkdir(this.#folder, { recursive: true });
  }

  /** @throws Error where a file is there already. It is asked before anything is sent, because that may cost money. */
  refuseOverwriting(file: string): void {
    if (this.#overwrites) return;
    for (const format of this.#formats) {
      const written = this.#pathOf(file, format);
      if (existsSync(written)) {
        throw new Error(`${JSON.stringify(written)} is there already. --force overwrites it.`);
      }
    }
  }

  /** Writes the files of a recording. Resolves with their paths. */
  async write(file: string, texts: ReadonlyMap<FormatName, string>): Promise<string[]> {
    const written: string[] = [];
    for (const [format, text] of texts) {
      const target = this.#pathOf(file, format);
      // Somebody else may have written it meanwhile.
      await writeFile(target, text, { flag: this.#overwrites ? 'w' : 'wx' });
      written.push(target);
    }
    return written;
  }

  #pathOf(file: string, format: FormatName): string {
    return path.join(this.#folder, `${baseOf(file)}.${ENDINGS[format]}`);
  }
}

/** The name of a recording without its folder and ending. */
function baseOf(file: string): string {
  if (isStandardInput(file)) return 'stdin';
  const name = isAddress(file) ? nameInAddress(file) : path.basename(file);
  return inOneLine(path.parse(name).name || name);
}

function nameInAddress(address: string): string {
  const { pathname, hostname } = new URL(address);
  // It stays encoded, so that it cannot lead out of the folder.
  return path.posix.basename(pathname) || hostname;
}
