import { number, object } from '../base/json';

/** The billed amounts, cumulative for the session or task that counts them (protocol.md A.5.7, B.4). */
export interface Usage {
  /** Whole seconds of audio. */
  billedSeconds: number;
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
}

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

/** Interims have `null` or no usage (protocol.md D 19), and only some models count tokens. */
export function usageOf(value: unknown): Usage | undefined {
  const usage = object(value);
  const billedSeconds = number(usage?.duration);
  if (!usage || billedSeconds === undefined) return undefined;
  const read: Usage = { billedSeconds };
  for (const name of TOKENS) {
    const tokens = number(usage[name.replace('Tokens', '_tokens')]);
    if (tokens !== undefined) read[name] = tokens;
  }
  return read;
}

/** The sum of two usages, one after the other. */
export function sumOf(before: Usage, then: Usage): Usage {
  const sum: Usage = { billedSeconds: before.billedSeconds + then.billedSeconds };
  for (const name of TOKENS) {
    if (before[name] !== undefined || then[name] !== undefined)
      sum[name] = (before[name] ?? 0) + (then[name] ?? 0);
  }
  return sum;
}
