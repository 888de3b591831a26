// Compiles assembly/ to lib/base/kernel/wasm.ts: `npm install && npm run build` in this folder.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const sources = path.join(folder, 'assembly');
const target = path.join(folder, '../lib/base/kernel/wasm.ts');

/** Of all sources; the tests compare it with what lib/base/kernel/wasm.ts was made of. */
export function sourcesHash() {
  const hash = createHash('sha256');
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(path.join(sources, name)));
  return hash.digest('hex');
}

async function compile(flags) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const { error, stderr } = await asc.main(
    ['index.ts', '--outFile', 'kernel.wasm', '-O3', '--noAssert', '--runtime', 'stub', ...flags],
    {
      readFile: (name) => (name === 'index.ts' || /^\w+\.ts$/.test(name) ? read(name) : null),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString(), { cause: error });
  return Buffer.from(binary);
}

function read(name) {
  try {
    return readFileSync(path.join(sources, name), 'utf8');
  } catch {
    return null;
  }
}

async function build() {
  const simd = await compile(['--enable', 'simd']);
  const plain = await compile(['--disable', 'simd']);
  const text = (binary) => `'${binary.toString('base64')}'`;
  writeFileSync(
    target,
    `// Made by audio-kernel/build.mjs of the sources beside it, which are the ones to read and to change.
// prettier-ignore
export const SIMD_BASE64 = ${text(simd)};
/** The same for processors without vectors. */
// prettier-ignore
export const PLAIN_BASE64 = ${text(plain)};
export const SOURCES_HASH = '${sourcesHash()}';
`,
  );
  console.log(`${simd.length} bytes with vectors, ${plain.length} without`);
}

if (process.argv[1] === import.meta.filename) await build();
