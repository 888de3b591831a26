import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Every file that n8n has written, with its name. */
export function filesOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), 'latin1')]);
}
