import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npm } from './npm';

export const ROOT = path.join(__dirname, '../../..');
export const PACKAGE_NAME = '@flow-asr/n8n-nodes-realtime-asr';

let workshop: string | undefined;
let packing: Promise<PackedPackage> | undefined;

/** The package that `npm pack` makes of this repository. */
export interface PackedPackage {
  tarball: string;
  files: { path: string; size: number; mode: number }[];
  /** Bytes of the tarball. */
  size: number;
  unpackedSize: number;
}

/** A new folder outside of the repository, which is removed after the tests. */
export function temporaryFolder(): string {
  if (workshop === undefined) {
    const created = (workshop = mkdtempSync(path.join(tmpdir(), 'flow-asr-test-')));
    process.on('exit', () => {
      rmSync(created, { recursive: true, force: true });
    });
  }
  return mkdtempSync(path.join(workshop, 'folder-'));
}

/** Packs the package once for all tests of a run. */
export function packPackage(): Promise<PackedPackage> {
  return (packing ??= pack());
}

async function pack(): Promise<PackedPackage> {
  const folder = temporaryFolder();
  const output = await npm(['pack', '--json', '--pack-destination', folder], ROOT);
  // The output of the build comes first.
  const [packed] = JSON.parse(output.slice(output.search(/^\[/m))) as [
    Omit<PackedPackage, 'tarball'> & { filename: string },
  ];
  return { ...packed, tarball: path.join(folder, packed.filename) };
}

/** A user folder with the package in it, installed with the options that Node-RED's palette manager uses. */
export async function userFolderWithPackage(): Promise<string> {
  const { tarball } = await packPackage();
  const folder = path.join(temporaryFolder(), 'user');
  await mkdir(folder);
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'node-red-project', private: true }),
  );
  await npm(['install', '--omit=dev', '--engine-strict', '--no-audit', '--no-fund', tarball], folder);
  return folder;
}
