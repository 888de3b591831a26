// Bundles the code that runs in browsers: Node-RED's editor, and the microphone's page and its worklet.
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './project.mjs';

const NODES = 'nodes/node-red';
const EDITOR = `${NODES}/shared/editor`;
const PAGE = `${NODES}/asr-microphone/page`;

/** Bundle -> its entry file, and how a browser loads it. */
const BUNDLES = {
  [`${EDITOR}/dialogs.js`]: { entryPoint: `${EDITOR}/index.ts`, format: 'iife', globalName: 'flowAsr' },
  [`${PAGE}/main.js`]: { entryPoint: `${PAGE}/main.ts`, format: 'esm' },
  [`${PAGE}/capture-worklet.js`]: { entryPoint: `${PAGE}/capture-worklet.ts`, format: 'esm' },
};

/** Folders that the TypeScript compiler leaves alone. */
export const BROWSER_FOLDERS = [EDITOR, PAGE];
export const BROWSER_FILES = Object.keys(BUNDLES);

/** The code of one of {@link BROWSER_FILES}; it is written to `outDir` if that is given. */
export function bundleBrowserFile(file, outDir) {
  const { entryPoint, ...how } = BUNDLES[file];
  const { outputFiles } = createRequire(import.meta.url)('esbuild').buildSync({
    ...how,
    entryPoints: [path.join(root, entryPoint)],
    absWorkingDir: root,
    bundle: true,
    loader: { '.css': 'text' },
    charset: 'utf8',
    legalComments: 'none',
    // Names are kept for people who read the code in a browser.
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'browser',
    target: 'es2022',
    tsconfig: path.join(root, 'tsconfig.browser.json'),
    ...(outDir ? { outfile: path.join(outDir, file) } : { write: false }),
  });
  return outputFiles?.[0].text;
}
