import path from 'node:path';
import { run } from './project.mjs';

/** Builds dist/ where a source is newer. What builds is loaded after it has been installed. */
export async function buildIfStale({ log = () => {} } = {}) {
  const { isBuildStale } = await import('./build.mjs');
  if (!isBuildStale()) return;
  log('Building …');
  const code = await run(process.execPath, [path.join('scripts', 'build.mjs')]);
  if (code !== 0) throw new Error('The build failed: its output above says why.');
}
