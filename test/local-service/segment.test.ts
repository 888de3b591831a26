import assert from 'node:assert/strict';
import { asPart, continued, newSegment, textOf, wordsOf } from '../../local-service/recogniser/segment';

function segmentOf(...texts: string[]) {
  const phrases = texts.map((text, index) => ({
    text,
    beginMs: index * 1_000,
    endMs: (index + 1) * 1_000,
    runs: [],
  }));
  return { ...newSegment(0, 0), phrases };
}

describe('local service: phrases of one sentence', () => {
  it('have no full stop where the next phrase goes on with a small letter', () => {
    const segment = segmentOf(
      'And so my fellow Americans, ask not.',
      '',
      'what your country can do for you.',
      'Ask what.',
    );
    assert.equal(
      textOf(segment),
      'And so my fellow Americans, ask not what your country can do for you. Ask what.',
    );
    assert.deepEqual(
      wordsOf(segment)
        .filter(({ text }) => text === 'not' || text === 'you')
        .map(({ punctuation }) => punctuation),
      ['', '.'],
    );
    assert.equal(textOf(segmentOf('Well...', 'yes?', 'no')), 'Well... yes? no');
  });

  it('do not change the stable text of interims', () => {
    const segment = segmentOf('Ask not.');
    assert.deepEqual(continued(segment, { stable: '', draft: 'what your' }), {
      stable: 'Ask not',
      draft: ' what your',
    });
    assert.deepEqual(continued(segment, { stable: '', draft: 'What your' }), {
      stable: 'Ask not',
      draft: '. What your',
    });
    assert.deepEqual(continued(segment, { stable: 'what', draft: ' your' }), {
      stable: 'Ask not what',
      draft: ' your',
    });
    assert.deepEqual(continued(segmentOf(), { stable: '', draft: 'Ask' }), { stable: '', draft: 'Ask' });
  });

  it('are joined where the recogniser had to cut speech', () => {
    assert.equal(asPart('Ask not what.', { goesOn: true, isRest: false }), 'Ask not what');
    assert.equal(asPart('Your country can.', { goesOn: false, isRest: true }), 'your country can.');
    assert.equal(asPart('Americans do.', { goesOn: true, isRest: true }), 'Americans do');
    assert.equal(asPart("I'd say so.", { goesOn: false, isRest: true }), "I'd say so.");
  });
});
