import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { leftOpen, openResources } from './open-resources';

/** Reads `--name value` pairs. @throws Error that says which flags there are. */
export function readFlags<Name extends string>(names: readonly Name[]): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    return parseArgs({ options }).values as Partial<Record<Name, string>>;
  } catch (error) {
    throw new Error(`${(error as Error).message}\nFlags: ${names.map((name) => `--${name}`).join(' ')}`, {
      cause: error,
    });
  }
}

/** The number of a flag. @throws Error for what is no number, or less than `min`. */
export function readNumber(text: string | undefined, otherwise: number, min = 0): number {
  if (text === undefined) return otherwise;
  const number = text.trim() === '' ? NaN : Number(text);
  if (!(number >= min && Number.isFinite(number))) {
    throw new Error(`Expected a number of at least ${min}, got ${JSON.stringify(text)}.`);
  }
  return number;
}

/** The count of a flag, at least 1. @throws Error for anything else. */
export function readCount(text: string | undefined, otherwise: number): number {
  const count = readNumber(text, otherwise, 1);
  if (!Number.isInteger(count)) throw new Error(`Expected a whole number, got ${JSON.stringify(text)}.`);
  return count;
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1h` in milliseconds. @throws Error for anything else. */
export function readDurationMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (amount === undefined || unitMs === undefined) {
    throw new Error(`Expected a duration such as 90s, 5m or 1h, got ${JSON.stringify(text)}.`);
  }
  return Number(amount) * unitMs;
}

/** Watches for faults of a suite that runs in a process of its own. */
export class ProcessWatch {
  readonly #before: ReadonlyMap<string, number>;
  readonly #faults: string[] = [];

  constructor() {
    // A pipe that this process reads is opened at its first use, and stays open.
    for (const output of [process.stdout, process.stderr]) output.write('');
    this.#before = openResources();
    process.on('unhandledRejection', (reason) => this.#faults.push(`unhandled rejection: ${String(reason)}`));
    process.on('uncaughtException', (error) => this.#faults.push(`uncaught exception: ${error.stack ?? ''}`));
  }

  /** Crashes and unhandled rejections so far, and resources that are open now and were not at the beginning. */
  async faults(): Promise<string[]> {
    const left = await leftOpen(this.#before);
    return [...this.#faults, ...left.map((what) => `left open: ${what}`)];
  }
}

/** Formats rows with the same fields as a table. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_name, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}

export function writeJson(file: string | undefined, value: unknown): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Sets the exit code: 0 for a passed suite, 1 for a failed one, and 2 with the reason where it could not run. */
export function exitWith(result: Promise<boolean>): void {
  result.then(
    (passed) => {
      process.exitCode = passed ? 0 : 1;
    },
    (error: unknown) => {
      process.stderr.write(`${(error as Error).message}\n`);
      process.exitCode = 2;
    },
  );
}
