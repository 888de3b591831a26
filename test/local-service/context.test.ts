import assert from 'node:assert/strict';
import { belongsTogether, withoutBefore } from '../../local-service/recogniser/context';

describe('a phrase decoded together with the one before', () => {
  const rows: [name: string, both: string, before: string, rest: string][] = [
    ['the same words', 'Good morning. How are you?', 'Good morning.', 'How are you?'],
    [
      'other case and marks',
      'And so my fellow Americans, ask not',
      'And so, my fellow Americans.',
      'ask not',
    ],
    ['a compound', 'And so my fellow Americans ask not', 'And so my fellow-americans.', 'ask not'],
    ['a compound in the rest', 'Good morning. A well-known man.', 'Good morning.', 'A well-known man.'],
    ['a word that is heard otherwise', 'ask not what you can do', 'As not.', 'what you can do'],
    ['nothing behind', 'Good morning.', 'Good morning.', ''],
    ['quite another text', 'One two three four', 'Seven eight nine', ''],
    ['nothing before', 'Good morning.', '', ''],
  ];
  for (const [name, both, before, rest] of rows) {
    it(`gives the words that follow behind ${name}`, () => {
      assert.equal(withoutBefore(both, before), rest);
    });
  }

  it('is used only after a short pause, and while both phrases are short enough for the model', () => {
    const before = { floor: 0, end: 16_000, text: Promise.resolve('') };
    assert.equal(belongsTogether(before, 32_000, 64_000), true);
    assert.equal(belongsTogether(before, 16_000 * 4, 16_000 * 5), false);
    assert.equal(belongsTogether(before, 32_000, 16_000 * 13), false);
  });
});
