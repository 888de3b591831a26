import { AsrError } from '../../../lib';
import { excerpt } from '../../../lib/hosts';

/**
 * Reads one of a field's choices, because an expression may give anything.
 * @throws AsrError `INVALID_OPTION`
 */
export function readChoice<const T extends string>(param: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const got = value === undefined ? 'nothing' : excerpt(value);
  throw new AsrError(
    'INVALID_OPTION',
    `Expected \`${param}\` to be one of ${choices.join(', ')}, got ${got}.`,
    {
      param,
    },
  );
}
