import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isJsonObject, messageOf, show } from '../json';
import { readWords } from './check';
import type { HotWordList } from './list';

/** The file with the service's lists cannot be used; the message says which and why. */
export class HotWordFileError extends Error {
  override readonly name = 'HotWordFileError';
}

/** @returns The lists of the file, oldest first; none where there is no file. */
export function readListFile(file: string): HotWordList[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new HotWordFileError(`${file}: cannot be read (${messageOf(cause)}).`, { cause });
  }
  if (!Array.isArray(value))
    throw new HotWordFileError(`${file}: Expected a list of hot-word lists, got ${show(value)}.`);
  return value.map((entry: unknown, index) => listIn(entry, `${file}: [${index}]`));
}

/** The service may end at any time, so the file is never half written. */
export function writeListFile(file: string, lists: readonly HotWordList[]): void {
  const fresh = `${file}.${process.pid}.new`;
  try {
    writeFileSync(fresh, `${JSON.stringify(lists, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, file);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw new HotWordFileError(`${file}: cannot be written (${messageOf(cause)}).`, { cause });
  }
}

function listIn(entry: unknown, where: string): HotWordList {
  if (!isJsonObject(entry)) throw new HotWordFileError(`${where}: Expected a list, got ${show(entry)}.`);
  const { id, targetModel, words } = entry;
  if (typeof id !== 'string' || typeof targetModel !== 'string')
    throw new HotWordFileError(`${where}: Expected \`id\` and \`targetModel\` to be text.`);
  const read = readWords(words);
  if ('problem' in read) throw new HotWordFileError(`${where}: ${read.problem}`);
  return {
    id,
    targetModel,
    words: read.words,
    created: dateIn(entry.created, where),
    modified: dateIn(entry.modified, where),
  };
}

function dateIn(value: unknown, where: string): Date {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new HotWordFileError(`${where}: Expected a time such as "2026-11-28T18:00:00Z", got ${show(value)}.`);
}
