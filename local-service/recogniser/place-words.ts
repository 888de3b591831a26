import type { TimedWord } from '../engines/engine';
import { splitWords } from '../words';
import type { Run } from './loud-runs';

/** The estimated duration of a word by its spelling: a constant plus some time for each letter. */
const WORD_MS = 100;
const LETTER_MS = 55;
/** How much a pause behind punctuation counts, compared with time that does not fit. */
const PUNCTUATION_BONUS_MS = 80;

/**
 * Estimates word times where the model gives none. The words are divided among the loud runs so that each run gets
 * about as many as fit its time, preferably with punctuation before a pause, and are spread over it by their lengths.
 */
export function placeWords(text: string, runs: readonly Run[]): TimedWord[] {
  const words = splitWords(text);
  const lengths = words.map((word) => WORD_MS + LETTER_MS * word.text.length);
  const spoken = runs.reduce((sum, run) => sum + run.endMs - run.beginMs, 0);
  const estimated = lengths.reduce((sum, length) => sum + length, 0);
  if (words.length === 0 || spoken === 0) return [];
  const scaled = lengths.map((length) => (length * spoken) / estimated);
  const bonuses = words.map((word) => (word.punctuation === '' ? 0 : PUNCTUATION_BONUS_MS));
  const ends = dealOut(scaled, bonuses, runs);
  const placed: TimedWord[] = [];
  runs.forEach((run, r) => {
    const from = ends[r - 1] ?? 0;
    const to = ends[r] ?? words.length;
    const total = scaled.slice(from, to).reduce((sum, length) => sum + length, 0);
    let at = run.beginMs;
    for (let i = from; i < to; i += 1) {
      const { text: word = '', punctuation = '' } = words[i] ?? {};
      const end = at + ((scaled[i] ?? 0) / total) * (run.endMs - run.beginMs);
      placed.push({ text: word, punctuation, beginMs: Math.round(at), endMs: Math.round(end) });
      at = end;
    }
  });
  return placed;
}

/** For each run the number of words up to its end, by least squares of the time that is too much or too little. */
function dealOut(lengths: readonly number[], bonuses: readonly number[], runs: readonly Run[]): number[] {
  const sums = [0];
  for (const length of lengths) sums.push((sums.at(-1) ?? 0) + length);
  const sumOf = (from: number, to: number) => (sums[to] ?? 0) - (sums[from] ?? 0);
  // best[i]: the least cost of i words in the runs so far; choice[r][i]: where the words of run r then begin.
  let best = lengths.map(() => Infinity).concat(Infinity);
  best[0] = 0;
  const choices: number[][] = [];
  for (const run of runs) {
    const durationMs = run.endMs - run.beginMs;
    const next = best.map(() => Infinity);
    const choice = best.map(() => 0);
    for (let to = 0; to <= lengths.length; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const cost =
          (best[from] ?? Infinity) +
          (durationMs - sumOf(from, to)) ** 2 / durationMs -
          (bonuses[to - 1] ?? 0);
        if (cost >= (next[to] ?? Infinity)) continue;
        next[to] = cost;
        choice[to] = from;
      }
    }
    best = next;
    choices.push(choice);
  }
  const ends: number[] = [];
  let end = lengths.length;
  for (let r = runs.length - 1; r >= 0; r -= 1) {
    ends[r] = end;
    end = choices[r]?.[end] ?? 0;
  }
  return ends;
}
