import assert from 'node:assert/strict';
import { formatHotWords, parseHotWords } from '../../lib/vocabulary/hot-words';
import { findModel } from '../../lib/vocabulary/models';
import { parameterFault } from '../../lib/vocabulary/parameters';
import { readParameters } from '../../nodes/stored-parameters';

const MODEL = findModel('qwen-audio-3.1-asr-flash-streaming');

describe('hot words as people type them', () => {
  it('are read one per line, with the weight behind the word or the default weight', () => {
    const typed = 'Model Studio 5\n\n  Qwen \nSingapore: 50\n阿里云,3\r\nDashScope = 1';
    assert.deepEqual(parseHotWords(typed), {
      'Model Studio': 5,
      Qwen: 4,
      Singapore: 50,
      阿里云: 3,
      DashScope: 1,
    });
  });

  it('are the same after being written and read again', () => {
    const words = { 'Model Studio': 5, Qwen: 4, 阿里云: 50 };
    assert.deepEqual(parseHotWords(formatHotWords(words)), words);
  });

  it('may be names that JavaScript gives a meaning, such as __proto__', () => {
    assert.deepEqual(Object.entries(parseHotWords('__proto__ 3')), [['__proto__', 3]]);
  });

  it('are read by both hosts from lines, JSON or an object, and a field of spaces is empty', () => {
    const read = (vocabulary: unknown) => readParameters({ vocabulary }, MODEL).vocabulary;
    for (const given of ['Qwen 5', '{"Qwen": 5}', { Qwen: 5 }]) assert.deepEqual(read(given), { Qwen: 5 });
    for (const blank of ['', ' \n ', undefined, null]) assert.equal(read(blank), undefined);
  });
});

describe('what is wrong with the value of a setting', () => {
  it('is described for a value that cannot be written as JSON, too', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const value of [
      circular,
      { toJSON: () => undefined },
      10n,
      Symbol('x'),
      () => 1,
      Number.NaN,
      [1],
      null,
    ]) {
      assert.match(
        parameterFault('heartbeat', value, { kind: 'boolean', default: true }) ?? '',
        /, got .+\.$/s,
      );
    }
  });
});
