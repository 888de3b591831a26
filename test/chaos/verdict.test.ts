import assert from 'node:assert/strict';
import { compareWords } from './verdict';

const SAID = 'And so, my fellow Americans, ask not what your country can do for you.';

describe('the verdict on what a disturbed session heard', () => {
  it('sees no difference in case, punctuation and where sentences end', () => {
    const verdict = compareWords(
      SAID,
      'and so my fellow Americans. Ask not what your country - can do for you',
    );
    assert.deepEqual(verdict, { lost: [], added: [], varied: [] });
  });

  it('finds words that are missing at the beginning, in the middle and at the end', () => {
    assert.deepEqual(compareWords(SAID, 'my fellow Americans, what your country can do').lost, [
      'and so',
      'ask not',
      'for you',
    ]);
  });

  it('finds words that are said twice', () => {
    const verdict = compareWords(SAID, SAID.replace('ask not', 'ask not ask not'));
    assert.deepEqual(verdict, { lost: [], added: ['ask not'], varied: [] });
  });

  it('finds words out of their order, as lost and added', () => {
    const verdict = compareWords('one two three four five six', 'four five six one two three');
    assert.deepEqual([...verdict.lost, ...verdict.added], ['one two three', 'one two three']);
  });

  it('counts a word that was recognised as another one, or as a similar one, as neither lost nor added', () => {
    assert.deepEqual(compareWords(SAID, SAID.replace('ask not', 'and not')).varied, ['ask → and']);
    assert.deepEqual(compareWords('go every one of you', 'go everyone of you').varied, [
      'every one → everyone',
    ]);
    assert.deepEqual(compareWords(SAID, SAID.replace('ask not', 'perhaps')).lost, ['ask not']);
  });

  it('does so also where the other word was said next to it', () => {
    const verdict = compareWords('As what you can. Ask not. As what.', 'Ask what you can. As not. Ask what.');
    assert.deepEqual(verdict, { lost: [], added: [], varied: ['as → ask', 'ask → as', 'as → ask'] });
  });
});
