import { languageOfTag } from '../../vocabulary/languages';

/** Tags that mean a language which models call differently. */
const SAME: Readonly<Record<string, string>> = { nb: 'no', nn: 'no', fil: 'tl', tl: 'fil' };
/** In Hong Kong Cantonese is spoken, where the model knows it. */
const CANTONESE = /^(zh[-_](hk|mo)|yue)([-_]|$)/i;

/**
 * The code of a model for a language tag of Home Assistant, such as `en-GB` or `zh-CN`.
 * @param codes The languages of the model.
 * @returns `undefined` where the model does not know the language, and detects it.
 */
export function languageFor(tag: string, codes: readonly string[]): string | undefined {
  if (CANTONESE.test(tag) && codes.includes('yue')) return 'yue';
  const code = languageOfTag(tag).toLowerCase();
  const other = Object.hasOwn(SAME, code) ? SAME[code] : undefined;
  return [code, other].find((one) => one !== undefined && codes.includes(one));
}
