import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { findProgram, isThere } from '../base/find-program';

/** What to do without an ffmpeg. */
export const INSTALL_FFMPEG =
  'Install it ("apt install ffmpeg", "brew install ffmpeg", "winget install ffmpeg"; in a container "npm install ' +
  '@ffmpeg-installer/ffmpeg" in the user folder of Node-RED, or in .n8n/nodes)';

const FILE = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
/** npm packages with an ffmpeg, and its path in them. */
const PACKAGES = ['ffmpeg-static', `@ffmpeg-installer/${process.platform}-${process.arch}`];

/** A program that does not exist: starting it fails with ENOENT. */
const NOWHERE = path.join(__dirname, 'there-is-no-ffmpeg');

/**
 * Finds the ffmpeg to run: the one that FFMPEG_PATH names; the one on the PATH; else that of the packages
 * `ffmpeg-static` and `@ffmpeg-installer/ffmpeg`, beside ours or in the package folders of Node-RED and n8n. It never
 * takes one in the current folder of the program. Without any, it returns a path where nothing is, which then fails
 * to start.
 */
export async function findFfmpeg(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (environment.FFMPEG_PATH) return environment.FFMPEG_PATH;
  const onPath = await findProgram('ffmpeg', environment);
  if (onPath !== undefined) return onPath;
  for (const candidate of inPackages(environment)) {
    if (await isThere(candidate)) return candidate;
  }
  return NOWHERE;
}

function inPackages({ N8N_USER_FOLDER }: NodeJS.ProcessEnv): string[] {
  const home = homedir();
  const homes = [
    __filename,
    path.join(home, '.node-red', 'package.json'),
    path.join(N8N_USER_FOLDER || home, '.n8n', 'nodes', 'package.json'),
  ];
  return homes.flatMap((from) =>
    PACKAGES.flatMap((name) => {
      try {
        return [path.join(path.dirname(createRequire(from).resolve(`${name}/package.json`)), FILE)];
      } catch {
        return [];
      }
    }),
  );
}
