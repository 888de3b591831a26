import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { AsrError } from '../../../lib';
import { excerpt, operatorFolders } from '../../../lib/hosts';

/**
 * The folders whose files the operator allows to be opened: FLOW_ASR_FILE_FOLDERS within n8n's own
 * N8N_RESTRICT_FILE_ACCESS_TO, which are separated by semicolons.
 */
export function fileFolders(): string[] {
  const n8n = process.env.N8N_RESTRICT_FILE_ACCESS_TO?.split(';').map((folder) => folder.trim());
  const allowed = n8n?.filter(Boolean) ?? [];
  if (allowed.length === 0) return operatorFolders();
  return operatorFolders().filter((folder) =>
    allowed.some((base) => !path.relative(path.resolve(base), path.resolve(folder)).startsWith('..')),
  );
}

/**
 * The real path of a file that may be written: whoever edits a workflow must not write anywhere else.
 * @throws AsrError `INVALID_OPTION`
 */
export function writableFile(param: string, file: string): string {
  const folders = fileFolders().flatMap((folder) => realPathOf(folder) ?? []);
  const folder = path.isAbsolute(file) ? realPathOf(path.dirname(file)) : undefined;
  const isInside = folder !== undefined && folders.some((one) => isWithin(folder, one));
  const real = path.join(folder ?? '', path.basename(file));
  // A link would lead elsewhere, and a pipe or a device would never take what is written.
  const known = isInside ? lstatSync(real, { throwIfNoEntry: false }) : undefined;
  if (isInside && (!known || known.isFile())) return real;
  throw new AsrError(
    'INVALID_OPTION',
    `Expected \`${param}\` to be the full path of a regular file in one of the folders that the operator of n8n names in FLOW_ASR_FILE_FOLDERS, got ${excerpt(file)}.`,
    { param },
  );
}

function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** `undefined` where there is nothing. */
function realPathOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
