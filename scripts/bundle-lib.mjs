// Bundles the modules of lib/ into one file, so that a starting process reads one file instead of ninety
// (bench/README.md).
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './project.mjs';

const require = createRequire(import.meta.url);
const BUNDLE = 'modules.js';
const { dependencies, peerDependencies, devDependencies } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);
/** Small packages that are bundled, so that installations have fewer dependencies; NOTICE names them. */
export const BUNDLED = ['https-proxy-agent', 'proxy-from-env'];
/** The module that re-exports `js-yaml`, which is bundled into it. */
const YAML = path.join('local-service', 'script', 'yaml.js');
const isInstalled = (name) => !BUNDLED.includes(name);
const external = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies }).filter(
  isInstalled,
);
const alias = { debug: path.join(root, 'scripts', 'no-debug.cjs') };
const SHARED = { absWorkingDir: root, alias, bundle: true, external, platform: 'node', write: false };

/**
 * A module that something outside of lib/ loads is kept as a stub that re-exports from the bundle, so that each
 * module exists once. Packages are not bundled. Declarations are kept where the package's users can see them.
 * @param {string} dist The folder of the build, with the declarations in it.
 */
export function bundleLib(dist) {
  const lib = path.join(dist, 'lib');
  const bundle = path.join(lib, BUNDLE);
  const modules = entered();
  const contents = modules.map((name) => `exports['${name}'] = () => require('./lib/${name}');`).join('\n');
  const { outputFiles } = require('esbuild').buildSync({
    ...SHARED,
    stdin: { contents, resolveDir: root },
    outfile: bundle,
    target: 'node20',
    charset: 'utf8',
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
  });
  const visible = declarationsOf(path.join(lib, 'index.d.ts'));
  for (const name of readdirSync(lib, { recursive: true })) {
    const file = path.join(lib, name);
    if (/\.(js|map|d\.ts)$/.test(name) && !visible.has(file)) rmSync(file);
  }
  for (const { path: file, text } of outputFiles) writeFileSync(file, file === bundle ? compact(text) : text);
  for (const name of modules) writeFileSync(path.join(lib, `${name}.js`), stub(name, bundle));
}

/** @param {string} dist The folder of the compiled build. */
export function bundleYaml(dist) {
  require('esbuild').buildSync({
    absWorkingDir: root,
    stdin: { contents: "export { load as parseYaml } from 'js-yaml';", resolveDir: root },
    outfile: path.join(dist, YAML),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
  });
  rmSync(path.join(dist, `${YAML}.map`), { force: true });
}

/**
 * Removes indentation and comments, which are a quarter of the code. Lines are kept for stack traces; texts of
 * several lines, licence notices and the name of the source map are not changed.
 * @param {string} code
 */
export function compact(code) {
  const ts = require('typescript');
  const source = ts.createSourceFile('modules.js', code, ts.ScriptTarget.Latest);
  const kept = [];
  const visit = (node) => {
    if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node))
      kept.push([node.getStart(source), node.end]);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  let next = 0;
  return code.replace(/\n *(?:\/\/(?!#).*|\/\*[^!][^]*?\*\/(?=\n))?/g, (all, at) => {
    while (kept[next]?.[1] <= at) next += 1;
    return kept[next]?.[0] <= at ? all : all.replaceAll(/[^\n]/g, '');
  });
}

/** The modules that the hosts, the command, the local service and the package's users load. */
function entered() {
  const { n8n, bin, 'node-red': nodeRed } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const built = [nodeRed.nodes, n8n.nodes, n8n.credentials, bin].flatMap(Object.values);
  const entryPoints = built.map((file) => file.replace(/^dist\/(.*)\.js$/, '$1.ts'));
  const { metafile } = require('esbuild').buildSync({
    ...SHARED,
    entryPoints,
    outdir: 'dist',
    metafile: true,
  });
  const outside = Object.entries(metafile.inputs).filter(([file]) => !file.startsWith('lib/'));
  const asked = outside.flatMap(([, { imports }]) => imports.map((one) => one.path));
  const names = asked.filter((file) => file.startsWith('lib/')).map((file) => file.slice(4, -3));
  return [...new Set(['index', ...names])].sort();
}

/** The names behind `0 &&` never run; they let an ES module import some of them by name. */
function stub(name, bundle) {
  const names = Object.keys(require(bundle)[name]());
  const up = name.split('/').length - 1;
  return `'use strict';
module.exports = require('${up === 0 ? './' : '../'.repeat(up)}${BUNDLE}')['${name}']();
0 && (module.exports = { ${names.join(', ')} });
`;
}

/** The file, and every file that its types come from. */
function declarationsOf(file) {
  const program = require('typescript').createProgram([file], {
    moduleResolution: 3,
    module: 100,
    types: [],
  });
  return new Set(program.getSourceFiles().map(({ fileName }) => path.normalize(fileName)));
}
