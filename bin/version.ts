import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of the package. The file is one folder above the sources, and two above what is built of them. */
export function versionOf(): string {
  const files = ['..', '../..'].map((folder) => path.join(__dirname, folder, 'package.json'));
  const file = files.find((one) => existsSync(one)) ?? '';
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
