import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** What is installed: package.json and package-lock.json with pinned versions and their integrity. */
export const ENGINE_FOLDER = path.join(__dirname, 'engine');

/** `FLOW_ASR_CACHE`, else the system's folder for data that can be fetched again. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.FLOW_ASR_CACHE) return path.resolve(env.FLOW_ASR_CACHE);
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'flow-asr');
  if (platform === 'win32' && env.LOCALAPPDATA) return path.join(env.LOCALAPPDATA, 'flow-asr');
  return path.join(homedir(), '.cache', 'flow-asr');
}

/** Each set of versions and kind of machine has a folder of its own, so that an update never meets older files. */
export function recogniserFolder(cache: string): string {
  const lock = readFileSync(path.join(ENGINE_FOLDER, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  return path.join(cache, `recogniser-${process.platform}-${process.arch}-${version}`);
}
