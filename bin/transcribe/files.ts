import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, publicName } from '../../lib/hosts';
import { UsageError } from '../cli/arguments';

const WEB_ADDRESS = /^https?:\/\//i;
const MAGIC = /[*?[]/;
const SEPARATOR = path.sep === '\\' ? /[\\/]/ : /\//;

export function isAddress(file: string): boolean {
  return WEB_ADDRESS.test(file);
}

/** The name of a recording in what is printed: of an address without its login and its query, which may be secrets. */
export function shownName(file: string): string {
  return isAddress(file) && URL.canParse(file) ? publicName(new URL(file)) : file;
}

/** Whether the audio comes while it is spoken. */
export function isStandardInput(file: string): boolean {
  return file === '-';
}

/**
 * The files that the arguments name, in their order and each once. A pattern with `*`, `**`, `?` or `[…]` that the
 * shell has not replaced, because it is in quotation marks or the shell does not know it, is replaced here.
 * @throws UsageError for a pattern that no file matches.
 */
export async function filesOf(operands: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const operand of operands) {
    // A name may contain these characters itself.
    const isPattern = MAGIC.test(operand) && !isAddress(operand) && !existsSync(operand);
    if (!isPattern) {
      files.add(operand);
      continue;
    }
    const found = await matching(operand);
    if (found.length === 0) throw new UsageError(`No file matches ${JSON.stringify(operand)}.`);
    for (const file of found) files.add(file);
  }
  return [...files];
}

async function matching(pattern: string): Promise<string[]> {
  const segments = pattern.split(SEPARATOR).filter((segment, index) => segment !== '' || index === 0);
  const isAbsolute = segments[0] === '';
  const found = new Set<string>();
  await walk(isAbsolute ? path.sep : '', isAbsolute ? segments.slice(1) : segments, found);
  return [...found].sort();
}

/** Adds the files below `folder` that match the segments. */
async function walk(folder: string, segments: readonly string[], found: Set<string>): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  const isLast = rest.length === 0;
  if (!MAGIC.test(segment)) {
    const next = path.join(folder, segment);
    if (!isLast) await walk(next, rest, found);
    else if (await isFile(next)) found.add(next);
    return;
  }
  const isDeep = segment === '**';
  if (isDeep && !isLast) await walk(folder, rest, found);
  const matches = expressionOf(isDeep ? '*' : segment);
  const entries = await readdir(folder || '.', { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    // As in a shell: hidden files are meant only by a pattern that begins with a dot.
    if (entry.name.startsWith('.') && !segment.startsWith('.')) continue;
    if (!matches.test(entry.name)) continue;
    const next = path.join(folder, entry.name);
    if (isDeep) {
      if (entry.isDirectory()) await walk(next, segments, found);
      else if (isLast && (await isFile(next))) found.add(next);
    } else if (!isLast) await walk(next, rest, found);
    else if (await isFile(next)) found.add(next);
  }
}

function expressionOf(segment: string): RegExp {
  const source = segment.replace(/\*+|\?|\[[^\]]+\]|[^*?[]+|\[/g, (part) => {
    if (part.startsWith('*')) return '.*';
    if (part === '?') return '.';
    if (part.startsWith('[') && part.length > 2) {
      const set = part
        .slice(1, -1)
        .replace(/[\\\]^]/g, '\\$&')
        .replace(/^(?:!|\\\^)/, '^');
      return `[${set}]`;
    }
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'su');
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => !stats.isDirectory(),
    () => false,
  );
}

/** Reports an unreadable input before a service is asked. @throws Error */
export async function refuseUnreadable(file: string): Promise<void> {
  if (isStandardInput(file) || isAddress(file)) return;
  const found = await stat(file).catch((cause: unknown) => {
    throw new Error(`Cannot read "${file}": ${messageOf(cause)}.`, {
      cause,
    });
  });
  if (found.isDirectory()) throw new Error(`"${file}" is a directory; expected a recording.`);
}
