import type { Random } from '../support/random';

/** Values that programs trip over, one of each kind. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  -0.5,
  2 ** 53,
  Number.MAX_VALUE,
  '',
  ' ',
  '0',
  '-1e9999',
  '16000',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '\u202e北京的🙂',
  'x'.repeat(70_000),
  [],
  [null],
  [[[[]]]],
  {},
  { length: -1 },
  { toString: null },
  { type: 'Buffer', data: [1, 2, 3] },
];

const ODD_TEXTS: readonly string[] = [
  '\u0000',
  '\ud800',
  '\ufffe',
  '"',
  '\\',
  '{',
  '}]',
  ',,',
  '🙂',
  '1e999',
  '\n\n',
];

/** One change or a few to a text: letters changed, removed, doubled, put in; cut off. */
export function mutateText(random: Random, text: string): string {
  let mutated = text;
  for (let changes = random.int(1, 3); changes > 0; changes--) mutated = changeText(random, mutated);
  return mutated;
}

function changeText(random: Random, text: string): string {
  const from = random.int(0, text.length);
  const to = Math.min(text.length, from + random.int(0, 12));
  const before = text.slice(0, from);
  const after = text.slice(to);
  switch (random.int(0, 6)) {
    case 0:
      return before + after;
    case 1:
      return before + random.pick(ODD_TEXTS) + after;
    case 2:
      return before + String.fromCharCode(random.int(0, 0xffff)) + after;
    case 3:
      return before;
    case 4:
      return after;
    case 5:
      return text + text.slice(from, to).repeat(random.int(1, 50)) + after;
    default:
      return before + text.slice(from, to).split('').reverse().join('') + after;
  }
}

/** One change to a value of JSON or of a message, anywhere in it. The original stays as it is. */
export function mutateValue(random: Random, value: unknown): unknown {
  if (!isContainer(value) || random.chance(0.05)) return changeLeaf(random, value);
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys.length === 0 ? 'added' : random.pick(keys);
  switch (random.int(0, 9)) {
    case 0:
      Reflect.deleteProperty(copy, key);
      break;
    case 1:
      copy[mutateText(random, key)] = copy[key];
      break;
    case 2:
      copy[random.pick(keys.length === 0 ? ['added'] : keys)] = copy[key];
      break;
    case 3:
      copy[key] = [copy[key], copy[key]];
      break;
    default:
      copy[key] = mutateValue(random, copy[key]);
  }
  return copy;
}

function changeLeaf(random: Random, value: unknown): unknown {
  if (typeof value === 'string' && random.chance(0.5)) return mutateText(random, value);
  if (typeof value === 'number' && random.chance(0.5)) return value * random.pick([-1, 0.5, 1000, 1e12]);
  if (value instanceof Uint8Array && random.chance(0.8)) return mutateBytes(random, value);
  return random.pick(ODD_VALUES);
}

/** Bytes changed, removed, put in; cut off. */
export function mutateBytes(random: Random, bytes: Uint8Array): Buffer {
  const mutated = Buffer.from(bytes);
  const from = random.int(0, mutated.length);
  const noise = Buffer.from(Array.from({ length: random.int(1, 64) }, () => random.int(0, 255)));
  switch (random.int(0, 3)) {
    case 0:
      noise.copy(mutated, Math.min(from, Math.max(0, mutated.length - noise.length)));
      return mutated;
    case 1:
      return Buffer.concat([mutated.subarray(0, from), noise, mutated.subarray(from)]);
    case 2:
      return mutated.subarray(0, from);
    default:
      return mutated.subarray(from);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}
