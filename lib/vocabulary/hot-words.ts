import type { Vocabulary } from './parameters';

/** The weight of a hot word without one; the help of the fields says so. */
const USUAL_WEIGHT = 4;

/**
 * Reads hot words as people type them: one per line, with the weight behind a space, a comma, a colon or an equals
 * sign, as in `Model Studio 5` or `Qwen`.
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

/** Writes hot words in the form that {@link parseHotWords} reads. */
export function formatHotWords(vocabulary: Readonly<Record<string, unknown>>): string {
  return Object.entries(vocabulary)
    .map(([word, weight]) => `${word} ${String(weight)}`)
    .join('\n');
}
