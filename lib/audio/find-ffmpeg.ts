import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

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
  const { FFMPEG_PATH, PATH = '' } = environment;
  if (FFMPEG_PATH) return FFMPEG_PATH;
  // An empty or relative part of the PATH would mean that folder.
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const candidates = [...folders.map((folder) => path.join(folder, FILE)), ...inPackages(environment)];
  for (const candidate of candidates) {
    if (await isThere(candidate)) return candidate;
  }
  return NOWHERE;
}

/** Whether a program can be run, as far as that is known: the system looks for a name without a folder. */
export async function isThere(program: string): Promise<boolean> {
  if (!path.isAbsolute(program)) return true;
  return access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
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
