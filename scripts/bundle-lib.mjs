// Puts the modules of a built lib/ into one file: a process that starts waits for one file instead of eighty (bench/README.md).
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const BUNDLE = 'modules.js';
const IMPORT = /require\("(\.[^"]+)"\)/g;
const IMPORTED_TYPE = /(?:from |import\()['"](\.[^'"]+)['"]/g;

/**
 * A module that something outside of lib/ asks for keeps its place, as a line that takes it from the one file: whatever
 * asks, each module is there once. Packages are not put into it. Of the declarations, those stay that the package's users
 * can see.
 * @param {string} dist the folder of the build
 */
export function bundleLib(dist) {
  const lib = path.join(dist, 'lib');
  const modules = entered(dist, lib);
  const bundle = path.join(lib, BUNDLE);
  const code = require('esbuild').buildSync({
    stdin: { contents: modules.map(exported).join('\n'), resolveDir: lib },
    bundle: true,
    write: false,
    platform: 'node',
    absWorkingDir: dist,
    packages: 'external',
  }).outputFiles[0].contents;
  for (const file of filesIn(lib, '.js')) rmSync(file);
  writeFileSync(bundle, code);
  for (const name of modules) writeFileSync(path.join(lib, `${name}.js`), stub(name, bundle));
  const visible = declarationsOf(path.join(lib, 'index.d.ts'));
  for (const file of filesIn(lib, '.d.ts')) if (!visible.has(file)) rmSync(file);
}

/** The modules that are asked for from outside, and what the package's users ask for. */
function entered(dist, lib) {
  const outside = filesIn(dist, '.js').filter((file) => !file.startsWith(lib + path.sep));
  const files = outside.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, asked]) =>
      require.resolve(path.resolve(path.dirname(file), asked)),
    ),
  );
  const names = files
    .filter((file) => file.startsWith(lib + path.sep))
    .map((file) => path.relative(lib, file).split(path.sep).join('/').replace(/\.js$/, ''));
  return [...new Set(['index', ...names])].sort();
}

function exported(name) {
  return `exports[${JSON.stringify(name)}] = () => require(${JSON.stringify(`./${name}`)});`;
}

/** The names behind `0 &&` never run: an ES module that imports some of them finds them there. */
function stub(name, bundle) {
  const depth = name.split('/').length - 1;
  const names = Object.keys(require(bundle)[name]());
  return `'use strict';
module.exports = require('./${'../'.repeat(depth)}${BUNDLE}')[${JSON.stringify(name)}]();
0 && (module.exports = { ${names.join(', ')} });
`;
}

/** The file and all that its types come from. */
function declarationsOf(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, asked] of readFileSync(file, 'utf8').matchAll(IMPORTED_TYPE)) {
    const target = path.resolve(path.dirname(file), asked);
    const candidates = [`${target}.d.ts`, path.join(target, 'index.d.ts')];
    declarationsOf(
      candidates.find((candidate) => existsSync(candidate)),
      found,
    );
  }
  return found;
}

function filesIn(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
}
