import assert from 'node:assert/strict';
import type { Word } from '../../../lib';
import {
  closestLength,
  closestTailLength,
  lengthOfWords,
  repeatedLength,
  Seam,
} from '../../../lib/session/results/seam';

function words(text: string, beginMs: number, wordMs: number): Word[] {
  return text.split(' ').map((word, index) => ({
    text: word.replace(/[.,]$/, ''),
    punctuation: /[.,]$/.exec(word)?.[0] ?? '',
    beginMs: beginMs + index * wordMs,
    endMs: beginMs + (index + 1) * wordMs,
  }));
}

const ALL = Infinity;

describe('the text behind a replay that was not heard before', () => {
  const repeats: [text: string, before: string, maxTokens: number, rest: string][] = [
    ['What can you do.', 'Ask not.', ALL, 'What can you do.'],
    ['not what can you do.', 'Ask not.', ALL, 'what can you do.'],
    ['Ask not, what can you do.', 'ask not.', ALL, 'what can you do.'],
    ['ask not.', 'Ask not.', ALL, ''],
    // The first connection heard only the beginning of "country".
    ['try, ask what', 'for your country,', ALL, 'ask what'],
    ['I ask what', 'Hawaii', ALL, 'I ask what'],
    // A longer overlap would contain more words than its time allows.
    ['yes yes yes', 'yes yes yes.', 1, 'yes yes'],
    ['天气真不错，阳光', '今天天气真不错', ALL, '阳光'],
    ['错，阳光', '今天天气真不错', 2, '阳光'],
    ['', 'Ask not.', ALL, ''],
    ['Ask not.', '', ALL, 'Ask not.'],
  ];
  for (const [text, before, maxTokens, rest] of repeats) {
    it(`is "${rest}" of "${text}" behind "${before}"`, () => {
      assert.equal(text.slice(repeatedLength(text, before, maxTokens)), rest);
    });
  }

  const closest: [text: string, before: string, rest: string][] = [
    ['As not what your country', 'ask not', 'what your country'],
    ['And so my fellow Americans ask not', 'And so, my fellow-americans.', 'ask not'],
    ['Something else is said here', 'ask not', 'Something else is said here'],
    ['', 'ask not', ''],
  ];
  for (const [text, before, rest] of closest) {
    it(`is "${rest}" of "${text}", though "${before}" was recognised differently`, () => {
      assert.equal(text.slice(closestLength(text, before)), rest);
    });
  }

  const tails: [text: string, before: string, maxTokens: number, rest: string][] = [
    ['and what you can do, now', 'Ask not. Ask what you can do.', ALL, 'now'],
    [
      'ask what you could do for your country. And so',
      'you, ask what you can do for your country.',
      ALL,
      'And so',
    ],
    ['what can do for your country', 'ask what you can do for your country.', ALL, ''],
    ['and what you can do, now', 'Ask what you can do.', 2, 'and what you can do, now'],
    ['Something else is said here', 'Ask what you can do.', ALL, 'Something else is said here'],
    ['you can see', 'Ask what you can do.', ALL, 'you can see'],
    ['', 'Ask what you can do.', ALL, ''],
  ];
  for (const [text, before, maxTokens, rest] of tails) {
    it(`is "${rest}" of "${text}" behind the end of "${before}", recognised differently, in ${maxTokens} words`, () => {
      assert.equal(text.slice(closestTailLength(text, before, maxTokens)), rest);
    });
  }

  it('is found by its words', () => {
    const text = 'Ask not, what your country.';
    assert.equal(text.slice(lengthOfWords(text, words(text, 0, 100).slice(0, 2))), 'what your country.');
    assert.equal(lengthOfWords(text, []), 0);
    const chinese = '天气真不错，阳光';
    assert.equal(
      chinese.slice(lengthOfWords(chinese, words('天气 真不错，', 0, 100).slice(0, 1))),
      '真不错，阳光',
    );
  });
});

describe('Seam', () => {
  const SAID = { text: 'Ask not.', beginMs: 1000, endMs: 2000 };
  let seam: Seam;

  beforeEach(() => {
    seam = new Seam('final');
    seam.final(SAID);
    seam.replay(800, 5000);
  });

  const final = (sentenceId: string, text: string, beginMs?: number, endMs?: number) =>
    seam.newOf({
      type: 'final',
      sentenceId,
      text,
      ...(beginMs !== undefined && { beginMs }),
      ...(endMs !== undefined && { endMs }),
    });

  it('lets everything through before a loss', () => {
    const fresh = new Seam('final');
    fresh.final(SAID);
    const event = { type: 'final', sentenceId: 'a', text: 'Ask not.', beginMs: 1000, endMs: 2000 } as const;
    assert.equal(fresh.newOf(event), event);
  });

  it('drops a sentence that ends within the known text, with its beginning', () => {
    assert.equal(seam.newOf({ type: 'speechStarted', sentenceId: 'a', atMs: 1050 }), undefined);
    assert.equal(
      seam.newOf({ type: 'interim', sentenceId: 'a', text: 'As', stableText: '', beginMs: 1050 }),
      undefined,
    );
    assert.equal(seam.newOf({ type: 'speechStopped', sentenceId: 'a', atMs: 2050 }), undefined);
    assert.equal(final('a', 'As not.'), undefined);
  });

  it('lets the next sentence through whole, though it begins with the same words', () => {
    final('a', 'Ask not.', 1000, 2000);
    const started = { type: 'speechStarted', sentenceId: 'b', atMs: 2000 } as const;
    assert.equal(seam.newOf(started), started);
    const next = final('b', 'Not now.', undefined, 3000);
    assert.equal(next?.type === 'final' && next.text, 'Not now.');
  });

  it('cuts by the times of words, in interims too', () => {
    const text = 'ask not, what your country.';
    const timed = words(text, 1000, 500);
    const interim = seam.newOf({
      type: 'interim',
      sentenceId: 'a',
      text,
      stableText: 'ask not, what',
      words: timed,
      beginMs: 1000,
    });
    assert.ok(interim?.type === 'interim');
    assert.deepEqual(
      [interim.text, interim.stableText, interim.beginMs, interim.words?.length],
      ['what your country.', 'what', 2000, 3],
    );
    const whole = seam.newOf({
      type: 'final',
      sentenceId: 'a',
      text,
      words: timed,
      beginMs: 1000,
      endMs: 3500,
    });
    assert.ok(whole?.type === 'final');
    assert.deepEqual([whole.text, whole.beginMs, whole.endMs], ['what your country.', 2000, 3500]);
  });

  it('cuts by text where words have no times, also where it is recognised differently', () => {
    for (const text of ['Ask not, what now.', 'As not what now.', 'Ask not. What now.']) {
      seam.replay(800, 5000);
      seam.newOf({ type: 'speechStarted', sentenceId: 'a', atMs: 1000 });
      seam.newOf({ type: 'speechStopped', sentenceId: 'a', atMs: 3000 });
      const found = final('a', text);
      assert.match(found?.type === 'final' ? found.text : '', /^what now\.$/i, text);
      assert.equal(found?.type === 'final' && found.beginMs, 2000);
    }
  });

  it('ends a sentence whose shown words turn out to be known already', () => {
    const text = 'ask not what';
    const interim = seam.newOf({
      type: 'interim',
      sentenceId: 'a',
      text,
      stableText: '',
      words: words(text, 1000, 500),
      beginMs: 1000,
    });
    assert.ok(interim);
    const short = words('ask not', 1000, 500);
    const end = seam.newOf({ type: 'final', sentenceId: 'a', text: 'ask not', words: short, beginMs: 1000 });
    assert.equal(end?.type === 'final' && end.text, '');
  });

  it('drops the repetition of a service without times', () => {
    const untimed = new Seam('final');
    untimed.final({ text: 'One.' });
    untimed.final({ text: 'Two.' });
    untimed.replay(0, 5000);
    const texts = ['One.', 'Two.', 'Two.'].map((text, index) => {
      const found = untimed.newOf({ type: 'final', sentenceId: String(index), text });
      return found?.type === 'final' ? found.text : undefined;
    });
    assert.deepEqual(texts, ['', '', 'Two.']);
  });

  it('drops the repetition of a service without times where it hears a word differently', () => {
    const untimed = new Seam('final');
    untimed.final({ text: 'Ask not what your country' });
    untimed.final({ text: 'can do for you.' });
    untimed.replay(0, 5000);
    const found = untimed.newOf({
      type: 'final',
      sentenceId: '0',
      text: 'As not what your country can do for you, ask what you can do.',
    });
    assert.equal(found?.type === 'final' && found.text, 'ask what you can do.');
  });

  it('expects no repetition behind a boundary', () => {
    seam.boundary();
    const found = final('a', 'Ask not.', 1000, 2000);
    assert.equal(found?.type === 'final' && found.text, 'Ask not.');
  });
});
