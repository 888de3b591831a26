import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/**
 * The path of a program that is in a folder of the PATH; `undefined` when there is none. It never takes one in the
 * current folder.
 */
export async function findProgram(
  name: string,
  { PATH = '' }: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  // An empty or relative part of the PATH would mean the current folder.
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const candidate = path.join(folder, file);
    if (await isThere(candidate)) return candidate;
  }
  return undefined;
}

/** Whether a program can be run, as far as that is known: the system looks for a name without a folder. */
export async function isThere(program: string): Promise<boolean> {
  if (!path.isAbsolute(program)) return true;
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
}
