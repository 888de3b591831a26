/** `FUZZ_SEED` and the amounts come from the environment: a few in `npm test`, many in a long run (issue 6). */
export const FUZZ_SEED = amount('FUZZ_SEED', 1);
/** Mutated frames of the service, for each protocol. */
export const FUZZ_FRAMES = amount('FUZZ_FRAMES', 1000);
/** Mutated messages for each node. */
export const FUZZ_MESSAGES = amount('FUZZ_MESSAGES', 200);

function amount(name: string, otherwise: number): number {
  const text = process.env[name];
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(number) || number < 0) throw new RangeError(`Expected ${name} to be a whole number.`);
  return number;
}
