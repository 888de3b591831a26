import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** Links packages into the `node_modules` of a folder, each by its name. */
export function linkPackages(folder: string, packages: Readonly<Record<string, string>>): void {
  for (const [name, target] of Object.entries(packages)) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(target, link, 'junction');
  }
}
