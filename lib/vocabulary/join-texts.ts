/** Scripts without spaces between sentences: Chinese, Japanese and Thai, and their punctuation. */
const UNSPACED = /[\u0e00-\u0e7f\u3000-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/;

/** Joins the texts of sentences with spaces, and without them between Chinese, Japanese or Thai. */
export function joinTexts(texts: readonly string[]): string {
  let joined = '';
  for (const part of texts) {
    const text = part.trim();
    if (text === '') continue;
    const needsSpace = joined !== '' && !(UNSPACED.test(joined.slice(-1)) || UNSPACED.test(text.slice(0, 1)));
    joined += needsSpace ? ` ${text}` : text;
  }
  return joined;
}
