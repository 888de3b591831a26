import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { AsrError, hotWordsToCsv, readHotWords } from '../../../lib';
import type { HotWord } from '../../../lib';
import { formatHotWords, parseHotWords } from '../../../lib/vocabulary/hot-words';
import { processorMs } from '../../support/process-measures';

/** Words in short: text, weight and language. */
function brief(words: readonly HotWord[]): (string | number)[][] {
  return words.map(({ text, weight, lang }) => [text, weight, ...(lang === undefined ? [] : [lang])]);
}

describe('hot words of a list', () => {
  for (const [what, given, expected] of [
    [
      'a column with a word in each line',
      'Qwen\r\nModel Studio\r\n\r\n',
      [
        ['Qwen', 4],
        ['Model Studio', 4],
      ],
    ],
    [
      'two columns of a spreadsheet',
      'Qwen\t5\nBoeing 747\t3',
      [
        ['Qwen', 5],
        ['Boeing 747', 3],
      ],
    ],
    ['CSV with a header and a byte order mark', '\uFEFFword,weight\nQwen,5', [['Qwen', 5]]],
    ['CSV with semicolons and a language', 'Text;Weight;Lang\nGestern;4;de\n', [['Gestern', 4, 'de']]],
    [
      'CSV with every cell in quotation marks',
      '"word","weight"\n"Qwen","5"\n"Haus","3","de"',
      [
        ['Qwen', 5],
        ['Haus', 3, 'de'],
      ],
    ],
    ['a Chinese header, and full-width commas', '热词，权重\n阿里云，3', [['阿里云', 3]]],
    [
      'an empty weight before a language',
      'Qwen,,en\nHaus,\n',
      [
        ['Qwen', 4, 'en'],
        ['Haus', 4],
      ],
    ],
    [
      'a comma in a word',
      '"Meyer, Anna",5\nWashington, D.C.',
      [
        ['Meyer, Anna', 5],
        ['Washington, D.C.', 4],
      ],
    ],
    [
      'quotation marks in a word',
      '"the ""A"" team",2\n"A" team\n5" disk',
      [
        ['the "A" team', 2],
        ['"A" team', 4],
        ['5" disk', 4],
      ],
    ],
    [
      'a word that ends with a number',
      '"Boeing 747"\n"Boeing 737" 5\nPython 3.12',
      [
        ['Boeing 747', 4],
        ['Boeing 737', 5],
        ['Python 3.12', 4],
      ],
    ],
    ['a word twice, of which the last counts', 'Qwen 3\nQwen 5', [['Qwen', 5]]],
    [
      'a word in two languages',
      'Gift,5,de\nGift,3,en',
      [
        ['Gift', 5, 'de'],
        ['Gift', 3, 'en'],
      ],
    ],
    [
      'JSON',
      '["Qwen 5", {"text": "Haus", "weight": "3", "lang": "de"}]',
      [
        ['Qwen 5', 4],
        ['Haus', 3, 'de'],
      ],
    ],
    ['rows of a database', [{ id: 1, word: 'Qwen', weight: null, lang: null }], [['Qwen', 4]]],
    [
      'an object of words and weights',
      { Qwen: 5, weight: 3, __proto__: null },
      [
        ['Qwen', 5],
        ['weight', 3],
      ],
    ],
    ['a single word as an object', { text: 'Qwen', weight: 2 }, [['Qwen', 2]]],
    ['nothing', ' \n', []],
  ] as const) {
    it(`are read from ${what}`, () => {
      assert.deepEqual(brief(readHotWords(given)), expected);
    });
  }

  for (const given of [
    undefined,
    null,
    7,
    true,
    [7],
    [{ weight: 4 }],
    [null],
    '[not json',
    [{ text: 'a', lang: 7 }],
  ]) {
    it(`are refused with what arrived: ${inspect(given)}`, () => {
      assert.throws(
        () => readHotWords(given),
        (error) => error instanceof AsrError && error.code === 'INVALID_OPTION' && error.param === 'words',
      );
    });
  }

  it('are the same after being written as CSV and read again, whatever is in them', () => {
    const words = [
      'Qwen',
      'Boeing 747',
      'Meyer, Anna',
      'a "b" c',
      '"A" team',
      'word',
      'a;b',
      'x = 3',
      '阿里云',
      'a:1',
      '[x]',
      'weight,weight',
    ];
    const list = words.map((text, index) => ({ text, weight: (index % 5) + 1 }));
    assert.deepEqual(readHotWords(hotWordsToCsv(list)), list);
    const inLanguages = list.map((word, index) => (index % 2 ? { ...word, lang: 'en' } : word));
    assert.deepEqual(readHotWords(hotWordsToCsv(inLanguages)), inLanguages);
    const vocabulary = Object.fromEntries(words.map((word) => [word, 4]));
    assert.deepEqual(parseHotWords(formatHotWords(vocabulary)), vocabulary);
  });

  it('are read quickly, also from text that is made to be slow, and refused where it is too long', () => {
    const beganMs = processorMs();
    for (const line of ['"', '""', ',', ' ', '" ,', '"\n', 'a" ', ',;', 'x '])
      readHotWords(line.repeat(Math.floor(200_000 / line.length)));
    assert.ok(processorMs() - beganMs < 5000);
    assert.throws(() => readHotWords('x'.repeat(200_001)), /at most 200000 characters/);
  });
});
