import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from '../../../local-service/recogniser/cache';
import { npm } from './npm';
import { ROOT } from './packed';

/** An n8n with the Node.js that it runs on. */
export interface N8nInstallation {
  version: string;
  /** `n8n/bin/n8n`. */
  script: string;
  /** The Node.js that it runs on. */
  execPath: string;
  /** Its `node_modules`. */
  modules: string;
}

/** Folders of test/hosts/n8n, each with package.json and lockfile. */
export type N8nName = '2.41' | '2.8';

const FILES = ['package.json', 'package-lock.json', '.npmrc'];

/**
 * n8n from its lockfile, installed at first use: gigabytes and minutes. So it is kept where the recogniser is kept, and
 * survives a fresh clone; an update of the lockfile, which names the Node.js too, never meets an older one's files.
 */
export async function installN8n(name: N8nName): Promise<N8nInstallation> {
  const source = path.join(ROOT, 'test/hosts/n8n', name);
  const lock = createHash('sha256').update(readFileSync(path.join(source, 'package-lock.json')));
  const key = `n8n-${name}-${process.platform}-${process.arch}-${lock.digest('hex').slice(0, 12)}`;
  const folder = path.join(cacheFolder(), key);
  if (!existsSync(folder)) {
    process.stdout.write(`    Installing n8n ${name} into ${folder}, once: some minutes …\n`);
    await mkdir(cacheFolder(), { recursive: true });
    const installing = await mkdtemp(`${folder}-`);
    try {
      for (const file of FILES) await copyFile(path.join(source, file), path.join(installing, file));
      await npm(['ci', '--ignore-scripts', '--loglevel=error'], installing);
      // n8n cannot start without the install script of this package; the others are not run.
      await npm(['rebuild', 'sqlite3', '--loglevel=error'], installing);
      await rename(installing, folder);
    } catch (error) {
      // Another run may have finished first.
      await rm(installing, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  const modules = path.join(folder, 'node_modules');
  const { version } = JSON.parse(readFileSync(path.join(modules, 'n8n/package.json'), 'utf8')) as {
    version: string;
  };
  const execPath = path.join(modules, '.bin/node');
  if (!existsSync(execPath)) {
    throw new Error(`There is no Node.js for ${process.platform} ${process.arch} in ${source}/package.json.`);
  }
  return { version, script: path.join(modules, 'n8n/bin/n8n'), execPath, modules };
}
