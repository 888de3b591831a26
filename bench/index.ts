/**
 * `npm run bench`: how much time and memory our code takes beside the least that the work could take, as ratios of the
 * same run. `-- cpu delay` runs some of the cases, `-- --quick` shorter ones, `-- --check` fails where a ratio is out of
 * its bound. Prints a table, and JSON as its last line.
 */
import { parseArgs } from 'node:util';
import { cpu } from './cases/cpu';
import { delay } from './cases/delay';
import { footprint } from './cases/footprint';
import { memory } from './cases/memory';
import { peers } from './cases/peers';
import { replay } from './cases/replay';
import { sessions } from './cases/sessions';
import { transcribe } from './cases/transcribe';
import { boundText, isWithin } from './support/figure';
import type { Case, Effort, Figure } from './support/figure';
import { CAN_PIN } from './support/processes';

const CASES: readonly Case[] = [cpu, delay, sessions, memory, footprint, transcribe, replay, peers];
const FULL: Effort = { repeats: 5, streamMs: 6000 };
const QUICK: Effort = { repeats: 3, streamMs: 2000 };

interface Arguments {
  names: readonly string[];
  isQuick: boolean;
  isChecked: boolean;
}

/** @throws Error for a flag or a case that does not exist. */
function readArguments(): Arguments {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    options: { quick: flag, check: flag },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !CASES.some((one) => one.name === name));
  if (unknown)
    throw new Error(`There is no case ${unknown}; there are ${CASES.map(({ name }) => name).join(', ')}.`);
  return { names: positionals, isQuick: values.quick, isChecked: values.check };
}

async function main({ names, isQuick, isChecked }: Arguments): Promise<void> {
  if (!CAN_PIN) console.warn('Processes cannot be bound to cores here: the figures will vary more.');
  const effort = isQuick ? QUICK : FULL;
  const figures: Figure[] = [];
  for (const { name, measure } of CASES) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    figures.push(...(await measure(effort)));
  }
  console.table(
    figures.map(({ what, ours, baseline, unit, figure, goal }) => ({
      what,
      ours: `${Number(ours.toPrecision(4))} ${unit}`,
      baseline: baseline === undefined ? '' : `${Number(baseline.toPrecision(4))} ${unit}`,
      figure,
      goal: goal ? `${boundText(goal)} ${isWithin(figure, goal) ? 'met' : 'NOT MET'}` : '',
    })),
  );
  if (isChecked) check(figures);
  console.log(JSON.stringify({ node: process.version, pinned: CAN_PIN, effort, figures }));
}

function check(figures: readonly Figure[]): void {
  for (const { what, figure, check: bound } of figures) {
    if (!bound || isWithin(figure, bound)) continue;
    console.error(`${what}: ${figure}, expected ${boundText(bound)}.`);
    process.exitCode = 1;
  }
}

try {
  void main(readArguments());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
