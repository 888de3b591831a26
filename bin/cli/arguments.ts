import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/hosts';
import { flagsOf } from './command';
import type { Command, Flag } from './command';

/** A mistake in the arguments. The message is for the person who typed them, and ends with a full stop. */
export class UsageError extends Error {}

/** The arguments of a command after they were read by its table of flags. */
export class Arguments {
  readonly operands: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #names: ReadonlySet<string>;

  constructor(
    names: readonly string[],
    values: Readonly<Record<string, unknown>>,
    operands: readonly string[],
  ) {
    this.#names = new Set(names);
    this.#values = values;
    this.operands = operands;
  }

  /** The value of a flag; `undefined` where it was not given. */
  text(name: string): string | undefined {
    const value = this.#of(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Every value of a flag that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#of(name);
    return Array.isArray(value) ? (value as string[]) : [];
  }

  /** Whether a switch was given. */
  isOn(name: string): boolean {
    return this.#of(name) === true;
  }

  /** On, off by `--no-NAME`, or `undefined` where neither was given. */
  choice(name: string): boolean | undefined {
    const value = this.#of(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** @throws UsageError where the value is no whole number within the bounds. */
  whole(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new UsageError(
      `--${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`,
    );
  }

  #of(name: string): unknown {
    if (!this.#names.has(name)) throw new TypeError(`The command has no flag --${name}.`);
    return this.#values[name];
  }
}

/**
 * Reads the arguments of a command by its table of flags.
 * @throws UsageError for a flag that does not exist, or one whose value is missing.
 */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const flags = flagsOf(command);
  const options = Object.fromEntries(flags.map((flag) => [flag.name, optionOf(flag)]));
  try {
    const { values, positionals } = parseArgs({
      args: withJoinedNumbers(flags, argv),
      options,
      allowPositionals: command.operands !== undefined,
      allowNegative: true,
    });
    refuseNegations(flags, values);
    return new Arguments(Object.keys(options), values, positionals);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // The rest of Node's message is about arguments that begin with a dash.
    const [what = ''] = messageOf(error).split(/\. |\n/);
    throw new UsageError(`${what.replace(/\.$/, '')}.`, { cause: error });
  }
}

function optionOf({ value, short, isRepeatable }: Flag) {
  return {
    type: value === undefined ? ('boolean' as const) : ('string' as const),
    ...(short !== undefined && { short }),
    ...(isRepeatable && { multiple: true }),
  };
}

/** `--vad-threshold -0.5` is written as one argument, since parseArgs takes `-0` for a flag. */
function withJoinedNumbers(flags: readonly Flag[], argv: readonly string[]): string[] {
  const withValue = new Set(flags.filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`));
  const joined: string[] = [];
  for (const argument of argv) {
    const last = joined.at(-1);
    if (last !== undefined && withValue.has(last) && /^-[\d.]/.test(argument)) {
      joined[joined.length - 1] = `${last}=${argument}`;
    } else joined.push(argument);
  }
  return joined;
}

/** parseArgs takes `--no-NAME` of every switch. */
function refuseNegations(flags: readonly Flag[], values: Readonly<Record<string, unknown>>): void {
  for (const { name, isNegatable } of flags) {
    if (values[name] === false && !isNegatable) throw new Error(`Unknown option '--no-${name}'`);
  }
}
