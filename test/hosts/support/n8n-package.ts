import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { npm } from './npm';
import { PACKAGE_NAME, packPackage, temporaryFolder } from './packed';

/** Of `npm install`, in n8n's community-packages.service. */
const INSTALL_FLAGS = [
  '--audit=false',
  '--fund=false',
  '--bin-links=false',
  '--install-strategy=shallow',
  '--ignore-scripts=true',
  '--package-lock=false',
];

let installing: Promise<string> | undefined;

/**
 * n8n's folder of community packages with the packed package in it, put there step by step as n8n's own installation does it:
 * unpacked, robbed of its development, peer and optional dependencies, and the rest installed without scripts. n8n
 * itself asks the public registry for the package, which has none before the first release. Made once for all tests.
 */
export function communityNodesFolder(): Promise<string> {
  return (installing ??= install());
}

async function install(): Promise<string> {
  const { tarball } = await packPackage();
  const nodes = path.join(temporaryFolder(), 'nodes');
  const folder = path.join(nodes, 'node_modules', PACKAGE_NAME);
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const manifest = path.join(folder, 'package.json');
  const {
    devDependencies: _development,
    peerDependencies: _peers,
    optionalDependencies: _optional,
    ...kept
  } = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
  await writeFile(manifest, JSON.stringify(kept, null, 2));
  await npm(['install', ...INSTALL_FLAGS], folder);
  const ledger = { name: 'installed-nodes', private: true, dependencies: { [PACKAGE_NAME]: kept.version } };
  await writeFile(path.join(nodes, 'package.json'), JSON.stringify(ledger, null, 2));
  return nodes;
}
