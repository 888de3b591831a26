/** A code followed by a region or a script, such as `zh-CN` or `en_US`. */
const TAG = /^([a-z]{2,3})(?:[-_][a-z0-9]+)+$/i;

/** The first part of a language tag, which is all that the service knows (protocol.md A.7): `zh` of `zh-CN`. */
export function languageOfTag(tag: string): string {
  return TAG.exec(tag)?.[1]?.toLowerCase() ?? tag;
}

/** Suggests a code for a language that is none of these codes; empty where there is no suggestion. */
export function languageAdvice(asked: string, codes: readonly string[]): string {
  if (/^(auto|automatic|detect|any)$/i.test(asked)) {
    return 'Leave it out, and the service detects the language.';
  }
  const name = asked.toLowerCase();
  const meant = codes.find(
    (code) => code === languageOfTag(name) || nameOf(code, 'en') === name || nameOf(code, code) === name,
  );
  return meant === undefined ? '' : `Write "${meant}".`;
}

function nameOf(code: string, inLanguage: string): string | undefined {
  return new Intl.DisplayNames([inLanguage], { type: 'language' }).of(code)?.toLowerCase();
}
