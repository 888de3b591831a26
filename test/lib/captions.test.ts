import assert from 'node:assert/strict';
import { captionsOf, toSrt, toVtt } from '../../lib';
import type { FinalEvent, Word } from '../../lib';

/** Words of 300 ms each, one after the other from 1 s on. */
function sentence(text: string, fields: Partial<FinalEvent> = {}): FinalEvent {
  const words = text.split(' ').map((word, i): Word => {
    const [, body = '', punctuation = ''] = /^(.*?)([.,!?]*)$/.exec(word) ?? [];
    return { text: body, punctuation, beginMs: 1000 + i * 300, endMs: 1300 + i * 300 };
  });
  const last = words.at(-1);
  return {
    type: 'final',
    sentenceId: 's',
    text,
    beginMs: 1000,
    endMs: last?.endMs ?? 1000,
    words,
    ...fields,
  };
}

const LONG =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';

describe('captions', () => {
  it('make SubRip of a short sentence', () => {
    assert.equal(toSrt([sentence('Hello, world.')]), '1\n00:00:01,000 --> 00:00:01,600\nHello, world.\n');
  });

  it('make WebVTT without numbers and with its special characters escaped', () => {
    const vtt = toVtt([sentence('a <b> & c')]);
    assert.equal(vtt, 'WEBVTT\n\n00:00:01.000 --> 00:00:02.200\na &lt;b&gt; &amp; c\n');
  });

  it('number SubRip from 1 and write hours', () => {
    const late = sentence('Late.', {
      words: [{ text: 'Late', punctuation: '.', beginMs: 3_725_042, endMs: 3_725_900 }],
    });
    const srt = toSrt([sentence('One.'), late]);
    assert.match(srt, /\n\n2\n01:02:05,042 --> 01:02:05,900\nLate\.\n$/);
  });

  it('cut a long sentence at punctuation into captions of two lines, and lose no word', () => {
    const captions = captionsOf([sentence(LONG)]);
    assert.ok(captions.length >= 2);
    for (const { text, beginMs, endMs } of captions) {
      const lines = text.split('\n');
      assert.ok(lines.length <= 2, text);
      for (const line of lines) assert.ok(line.length <= 42, line);
      assert.ok(endMs > beginMs && endMs - beginMs <= 7000);
    }
    assert.equal(captions.map(({ text }) => text.replaceAll('\n', ' ')).join(' '), LONG);
    assert.match(captions[0]?.text ?? '', /,$/);
    captions.slice(1).forEach((caption, i) => {
      assert.ok(caption.beginMs >= (captions[i]?.endMs ?? 0));
    });
  });

  it('write Chinese without spaces, in lines of half as many characters', () => {
    const characters = Array.from('今天天气真不错阳光明媚我们一起去公园散步吧然后回家吃饭');
    const words = characters.map((text, i): Word => ({
      text,
      punctuation: '',
      beginMs: i * 100,
      endMs: i * 100 + 100,
    }));
    const captions = captionsOf([{ type: 'final', sentenceId: 's', text: characters.join(''), words }]);
    assert.equal(captions.map(({ text }) => text.replaceAll('\n', '')).join(''), characters.join(''));
    for (const { text } of captions) for (const line of text.split('\n')) assert.ok(line.length <= 21, line);
  });

  it('use the times of the sentence where its words have none, and leave out what has no time at all', () => {
    const timed = sentence('Hello there.', { words: [] });
    assert.deepEqual(captionsOf([timed]), [{ beginMs: 1000, endMs: 1600, text: 'Hello there.' }]);
    assert.deepEqual(captionsOf([{ type: 'final', sentenceId: 's', text: 'When?' }]), []);
    assert.deepEqual(captionsOf([{ type: 'final', sentenceId: 's', text: 'Now.', beginMs: 5 }]), [
      { beginMs: 5, endMs: 1005, text: 'Now.' },
    ]);
    assert.equal(toSrt([]), '');
    assert.equal(toVtt([]), 'WEBVTT\n');
  });

  const FORGERIES = [
    'one\n\n2\n00:00:00,000 --> 99:00:00,000\nforged',
    'one\r\n\r\n00:00.000 --> 99:00.000\r\nforged',
    'one\u2028\u2028forged --> more',
    'one\u0085\u000b\u000cforged\u0000',
  ];
  for (const forged of FORGERIES) {
    for (const form of ['word', 'text'] as const) {
      it(`cannot be forged by a ${form} ${JSON.stringify(forged)}`, () => {
        const word = { text: forged, punctuation: '\n\nx --> y', beginMs: 0, endMs: 500 };
        const fields = form === 'word' ? { words: [word] } : { words: [] };
        const final = sentence(forged, { ...fields, beginMs: 0, endMs: 500 });
        for (const written of [toSrt([final]), toVtt([final])]) {
          assert.equal(written.match(/-->/g)?.length, 1, written);
          assert.doesNotMatch(written.trim().split(/\d+ --> .*\n/)[1] ?? '', /\n\n|[\r\u2028\u0085]/);
        }
      });
    }
  }

  it('have no markup that a player would obey', () => {
    const text = 'say <b>bold</b> and <font color=red>red and {\\an8}top, 1 < 2 > 0';
    const final = sentence(text, { words: [], beginMs: 0, endMs: 500 });
    assert.match(
      toSrt([final]).replaceAll('\n', ' '),
      /‹b›bold‹\/b› and ‹font color=red› ?red and \(\\an8\}top, 1 < 2 > 0/,
    );
    assert.doesNotMatch(toVtt([final]), /<b>|<font/);
  });

  it('leave out times that are no numbers', () => {
    const words = [
      { text: 'One', punctuation: '', beginMs: NaN, endMs: 100 },
      { text: 'two', punctuation: '.', beginMs: 100, endMs: Infinity },
    ];
    const final = sentence('One two.', { words, beginMs: 50, endMs: NaN });
    assert.deepEqual(captionsOf([final]), [{ beginMs: 50, endMs: 1050, text: 'One two.' }]);
    assert.deepEqual(captionsOf([{ ...final, beginMs: NaN }]), []);
  });

  it('share the time out in proportion to the words, also where words have no width', () => {
    const timeOf = (count: number, text: string): number => {
      const word = { text, punctuation: '', beginMs: 0, endMs: 0 };
      const final = sentence('', { words: Array.from({ length: count }, () => word) });
      const before = process.cpuUsage();
      captionsOf([final], { maxLineWidth: 1e9, maxDurationMs: 1e9 });
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    for (const text of ['', 'word']) {
      timeOf(2000, text);
      // Quadratic work would take 100 times as long, which is more than a second.
      const [short, long] = [timeOf(2000, text), timeOf(20_000, text)];
      assert.ok(long < 40 * short + 50, `${short} ms for 2,000 words, ${long} ms for 20,000`);
    }
  });
});
