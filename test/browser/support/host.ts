import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NODE_RED_4, NodeRed } from '../../hosts/support/node-red';
import { PACKAGE_NAME, ROOT, temporaryFolder } from '../../hosts/support/packed';

/** A real Node-RED with the built package linked into its user folder; test/hosts is about the packed one. */
export function startHost(env: NodeJS.ProcessEnv = {}): Promise<NodeRed> {
  const userFolder = temporaryFolder();
  const link = path.join(userFolder, 'node_modules', PACKAGE_NAME);
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(ROOT, link, 'junction');
  const manifest = { name: 'user', private: true, dependencies: { [PACKAGE_NAME]: `file:${ROOT}` } };
  writeFileSync(path.join(userFolder, 'package.json'), JSON.stringify(manifest));
  return NodeRed.start(userFolder, NODE_RED_4, env);
}
