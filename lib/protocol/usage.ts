import { number, object } from './json';

/** What the service bills, cumulative for what it counts (protocol.md A.5.7, B.4). */
export interface Usage {
  /** Whole seconds of audio. */
  billedSeconds: number;
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
}

const TOKENS = ['inputTokens', 'outputTokens', 'totalTokens'] as const;

/** `null`, or nothing, on interims (protocol.md D 19); tokens from some models only. */
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

/** Of one after the other. */
export function sumOf(before: Usage, then: Usage): Usage {
  const sum: Usage = { billedSeconds: before.billedSeconds + then.billedSeconds };
  for (const name of TOKENS) {
    if (before[name] !== undefined || then[name] !== undefined)
      sum[name] = (before[name] ?? 0) + (then[name] ?? 0);
  }
  return sum;
}
