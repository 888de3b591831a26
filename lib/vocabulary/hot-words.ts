import type { Vocabulary } from './parameters';

/** Of a hot word that is given without one; the help of the fields says so. */
const USUAL_WEIGHT = 4;

/**
 * Reads hot words as people type them: one a line, with its weight behind it after a space, a comma, a colon or an
 * equals sign. `Model Studio 5`, `Qwen`.
 */
export function parseHotWords(text: string): Vocabulary {
  const lines = text.split('\n').map((line) => line.trim());
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const [, word = line, weight] = /^(.+?)(?:[\s,:=]+(\d+))?$/.exec(line) ?? [];
        return [word, weight === undefined ? USUAL_WEIGHT : Number(weight)];
      }),
  );
}

/** Writes hot words so that {@link parseHotWords} reads them again. */
export function formatHotWords(vocabulary: Readonly<Record<string, unknown>>): string {
  return Object.entries(vocabulary)
    .map(([word, weight]) => `${word} ${String(weight)}`)
    .join('\n');
}
