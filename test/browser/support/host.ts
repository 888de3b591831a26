import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { NODE_RED_4, NodeRed } from '../../hosts/support/node-red';
import { PACKAGE_NAME, ROOT, temporaryFolder } from '../../hosts/support/packed';
import { linkPackages } from '../../support/link-packages';

/**
 * A real Node-RED with the built package linked into its user folder; test/hosts is about the packed one.
 * @param packages Others by their names, each with its folder.
 */
export function startHost(
  env: NodeJS.ProcessEnv = {},
  packages: Readonly<Record<string, string>> = {},
): Promise<NodeRed> {
  const userFolder = temporaryFolder();
  const all = { [PACKAGE_NAME]: ROOT, ...packages };
  linkPackages(userFolder, all);
  const dependencies = Object.fromEntries(
    Object.entries(all).map(([name, folder]) => [name, `file:${folder}`]),
  );
  const manifest = { name: 'user', private: true, dependencies };
  writeFileSync(path.join(userFolder, 'package.json'), JSON.stringify(manifest));
  return NodeRed.start(userFolder, NODE_RED_4, env);
}
