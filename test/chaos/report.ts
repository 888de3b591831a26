import { table } from '../support/long-run';
import type { SessionResult } from './chaos';

/** At least this share of the sessions must have every word, once, in order (issue 6). */
export const REQUIRED_SHARE = 0.99;

export interface ChaosSummary {
  sessions: number;
  whole: number;
  declared: number;
  failed: number;
  wholeShare: number;
  /** Sessions in which the recogniser took words for similar ones. */
  varied: number;
  faults: number;
  reconnects: number;
  replayedSeconds: number;
  lostSeconds: number;
}

export function summarise(results: readonly SessionResult[]): ChaosSummary {
  const count = (kind: SessionResult['result']) => results.filter(({ result }) => result === kind).length;
  const sum = (of: (result: SessionResult) => number | undefined) =>
    results.reduce((total, result) => total + (of(result) ?? 0), 0);
  const whole = count('whole');
  return {
    sessions: results.length,
    whole,
    declared: count('declared'),
    failed: count('failed'),
    wholeShare: results.length === 0 ? 0 : whole / results.length,
    varied: results.filter(({ verdict }) => verdict.varied.length > 0).length,
    faults: sum(({ faults }) => faults.length),
    reconnects: sum(({ statistics }) => statistics?.reconnects),
    replayedSeconds: seconds(sum(({ statistics }) => statistics?.audioReplayedMs)),
    lostSeconds: seconds(sum(({ statistics }) => statistics?.audioLostMs)),
  };
}

/** Has one row for each way to use a session, one for each kind of fault, and one for all sessions. */
export function toTable(results: readonly SessionResult[]): string {
  const ways = groups(results, ({ way }) => [way]);
  const faults = groups(results, ({ faults: happened }) =>
    happened.map((what) => what.split(' ').slice(1, 3).join(' ')),
  );
  return [ways, faults, new Map([['all', results]])]
    .map((rows) => table([...rows].map(([name, members]) => ({ name, ...summarise(members) })).map(short)))
    .join('\n\n');
}

function short({ wholeShare, ...summary }: ChaosSummary & { name: string }) {
  return { ...summary, wholeShare: `${(wholeShare * 100).toFixed(1)} %` };
}

function groups(
  results: readonly SessionResult[],
  keysOf: (result: SessionResult) => readonly string[],
): Map<string, readonly SessionResult[]> {
  const found = new Map<string, SessionResult[]>();
  for (const result of results) {
    for (const key of new Set(keysOf(result))) found.set(key, [...(found.get(key) ?? []), result]);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
