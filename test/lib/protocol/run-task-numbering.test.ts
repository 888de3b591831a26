import assert from 'node:assert/strict';
import type { RunTaskProtocol } from '../../../lib/protocol/run-task';
import { FINAL, frameOf, resultOf, started } from '../../support/run-task-protocol';
import type { Json } from '../../support/run-task-protocol';

/** The sentences as the protocol reports them: names by their order, with the texts. */
function told(protocol: RunTaskProtocol, ...sentences: Json[]): string[] {
  const lines: string[] = [];
  for (const sentence of sentences) {
    for (const event of protocol.decode(resultOf(sentence))) {
      if (event.type === 'interim' || event.type === 'final')
        lines.push(`${event.type} ${event.sentenceId} ${event.text}`);
    }
  }
  return lines;
}

const interim = (text: string, beginMs: number | null, more: Json = {}): Json => ({
  begin_time: beginMs,
  end_time: null,
  text,
  sentence_end: false,
  words: [],
  ...more,
});
const final = (text: string, beginMs: number | null, endMs: number | null, more: Json = {}): Json => ({
  begin_time: beginMs,
  end_time: endMs,
  text,
  sentence_end: true,
  words: [],
  ...more,
});

const TWO_SENTENCES = [
  'interim task-1:1 Good',
  'interim task-1:1 Good morning',
  'final task-1:1 Good morning.',
  'interim task-1:2 And',
  'final task-1:2 And you.',
];

describe('the sentences of a task, whatever numbers the service gives them (protocol.md B.4)', () => {
  const numberings: [name: string, first: Json, second: Json][] = [
    ['no numbers', {}, {}],
    ['null', { sentence_id: null }, { sentence_id: null }],
    ['the same number for all', { sentence_id: 1 }, { sentence_id: 1 }],
    ['0 for all', { sentence_id: 0 }, { sentence_id: 0 }],
    ['numbers that begin at 5', { sentence_id: 5 }, { sentence_id: 6 }],
    ['numbers that go down', { sentence_id: 9 }, { sentence_id: 2 }],
    ['numbers as text', { sentence_id: '1' }, { sentence_id: '2' }],
    ['a number for the second only', {}, { sentence_id: 2 }],
    ['a number for the first only', { sentence_id: 1 }, {}],
  ];
  for (const [name, first, second] of numberings) {
    it(`are two with ${name}`, () => {
      const lines = told(
        started(),
        interim('Good', 170, first),
        interim('Good morning', 170, first),
        final('Good morning.', 170, 920, first),
        interim('And', 1200, second),
        final('And you.', 1200, 1800, second),
      );
      assert.deepEqual(lines, TWO_SENTENCES);
    });
  }

  it('are decoded from the documented Paraformer final, which has no number', () => {
    const { sentence_id: _, ...unnumbered } = FINAL;
    assert.deepEqual(told(started(), unnumbered), [`final task-1:1 ${FINAL.text}`]);
  });

  it('are one where the number comes late, or only with the end', () => {
    const lines = told(
      started(),
      interim('Good', 170),
      interim('Good morning', 170, { sentence_id: 1 }),
      final('Good morning.', 170, 920, { sentence_id: 1 }),
    );
    assert.deepEqual(lines, TWO_SENTENCES.slice(0, 3));
  });

  it('are one where the beginning comes late or moves', () => {
    const lines = told(
      started(),
      interim('Good', null),
      interim('Good morning', 170),
      final('Good morning.', 180, 920),
    );
    assert.deepEqual(lines, TWO_SENTENCES.slice(0, 3));
  });

  it('are not repeated by a doubled final or a late interim', () => {
    const protocol = started();
    told(protocol, interim('Good', 170), final('Good morning.', 170, 920));
    assert.deepEqual(told(protocol, final('Good morning.', 170, 920), interim('Good', 170)), []);
    assert.deepEqual(told(protocol, interim('And', 1200)), ['interim task-1:2 And']);
  });

  it('are two where they have neither numbers nor times, separated by sentence_end', () => {
    const lines = told(
      started(),
      interim('Good', null),
      final('Good morning.', null, null),
      interim('And', null),
      final('And you.', null, null),
    );
    assert.deepEqual(
      lines.filter((line) => line.startsWith('final')),
      ['final task-1:1 Good morning.', 'final task-1:2 And you.'],
    );
  });

  it('are two where the first one never ends', () => {
    const words = [{ begin_time: 170, end_time: 900, text: 'Good', punctuation: '' }];
    const lines = told(
      started(),
      interim('Good', 170, { words }),
      interim('And', 1200),
      final('And.', 1200, 1500),
    );
    assert.deepEqual(lines, ['interim task-1:1 Good', 'interim task-1:2 And', 'final task-1:2 And.']);
  });

  it('may overlap, with numbers and without', () => {
    for (const [first, second] of [
      [{ sentence_id: 1 }, { sentence_id: 2 }],
      [{}, {}],
    ] as const) {
      const lines = told(
        started(),
        interim('Good', 170, first),
        interim('And', 5000, second),
        interim('Good morning', 170, first),
        final('And you.', 5000, 5800, second),
        final('Good morning.', 170, 920, first),
      );
      assert.deepEqual(lines, [
        'interim task-1:1 Good',
        'interim task-1:2 And',
        'interim task-1:1 Good morning',
        'final task-1:2 And you.',
        'final task-1:1 Good morning.',
      ]);
    }
  });

  it('are not begun by heartbeats, marked as such or not', () => {
    const heartbeats = [
      interim('', 0, { sentence_id: 0, heartbeat: true }),
      interim('', 0, { sentence_id: 0 }),
      interim('', 0, { heartbeat: true }),
    ];
    const protocol = started();
    for (const heartbeat of heartbeats) assert.deepEqual(protocol.decode(resultOf(heartbeat)), []);
  });

  it('begin anew with the next task, where the service counts from 1 again', () => {
    const protocol = started();
    assert.deepEqual(told(protocol, final('One.', 0, 500, { sentence_id: 1 })), ['final task-1:1 One.']);
    protocol.commit();
    protocol.decode(frameOf('task-finished'));
    protocol.resume();
    protocol.decode(frameOf('task-started', {}, {}, 'task-2'));
    const sentence = final('One.', 0, 500, { sentence_id: 1 });
    const events = protocol.decode(frameOf('result-generated', { output: { sentence } }, {}, 'task-2'));
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'final' ? [event.sentenceId] : [])),
      ['task-2:1'],
    );
  });

  it('take no more memory the more of them there are', () => {
    const protocol = started();
    for (let index = 0; index < 10_000; index += 1) protocol.decode(resultOf(interim('x', index * 5000)));
    assert.equal(told(protocol, final('x.', 9999 * 5000, 9999 * 5000 + 100))[0], 'final task-1:10000 x.');
  });
});
