import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Written last, so a folder with it is complete. */
export const TOKENS_FILE = 'tokens.txt';

/** The model's outputs; the tokenizer names the first 32,000 of them. */
const VOCABULARY_SIZE = 32_768;

interface TokenizerModule {
  default: { vocabById: readonly string[] };
}

/** Writes the engine's token table from the tokenizer package: one `base64(piece) TAB id` a line. */
export async function writeTokens(folder: string): Promise<void> {
  const require = createRequire(path.join(folder, 'package.json'));
  const url = pathToFileURL(require.resolve('llama-tokenizer-js')).href;
  const { default: tokenizer } = (await import(url)) as TokenizerModule;
  const lines = Array.from(
    { length: VOCABULARY_SIZE },
    (_, id) => `${pieceOf(tokenizer.vocabById[id], id).toString('base64')}\t${id}\n`,
  );
  await writeFile(path.join(folder, TOKENS_FILE), lines.join(''));
}

function pieceOf(name: string | undefined, id: number): Buffer {
  if (name === undefined) return Buffer.from(`<unused${id}>`);
  const byte = /^<0x([0-9A-F]{2})>$/.exec(name)?.[1];
  return byte === undefined ? Buffer.from(name, 'utf8') : Buffer.from([parseInt(byte, 16)]);
}
