import assert from 'node:assert/strict';
import { WyomingReader, wyomingBytes } from '../../../lib/live/wyoming/events';
import type { WyomingEvent } from '../../../lib/live/wyoming/events';

/**
 * The same events as different programs write them: data in the line, behind it or in both places, and with payloads.
 */
const STREAM = Buffer.concat([
  Buffer.from('{"type":"describe"}\n'),
  Buffer.from('{"type":"transcribe","data":{"language":"en"},"version":"1.5.4"}\n'),
  Buffer.from(
    '{"type":"transcribe","data":{"language":"en","name":"a"},"data_length":17}\n{"language":"zh"}',
  ),
  Buffer.from('{"type":"audio-chunk","data_length":40,"payload_length":5}\n'),
  Buffer.from('{"rate":16000,"width":2,"channels":1   }'),
  Buffer.from([1, 10, 123, 0, 255]),
  Buffer.from('{"type":"audio-stop","data":null,"data_length":null,"payload_length":0}\r\n'),
]);
const EXPECTED = [
  { type: 'describe', data: {} },
  { type: 'transcribe', data: { language: 'en' } },
  { type: 'transcribe', data: { language: 'zh', name: 'a' } },
  {
    type: 'audio-chunk',
    data: { rate: 16_000, width: 2, channels: 1 },
    payload: Buffer.from([1, 10, 123, 0, 255]),
  },
  { type: 'audio-stop', data: {} },
];

function plain(events: WyomingEvent[]): unknown[] {
  return events.map(({ payload, ...rest }) => ({
    ...rest,
    ...(payload && { payload: Buffer.from(payload) }),
  }));
}

describe('Wyoming events', () => {
  it('are read with their data in the line, behind it, or both', () => {
    assert.deepEqual(plain(new WyomingReader().read(STREAM)), EXPECTED);
  });

  it('are read wherever they are cut in two', () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      const reader = new WyomingReader();
      const events = [...reader.read(STREAM.subarray(0, at)), ...reader.read(STREAM.subarray(at))];
      assert.deepEqual(plain(events), EXPECTED, `cut at ${at}`);
    }
  });

  it('are read byte by byte', () => {
    const reader = new WyomingReader();
    assert.deepEqual(plain(Array.from(STREAM, (byte) => reader.read(Buffer.from([byte]))).flat()), EXPECTED);
  });

  it('are written as the reference writer does, with the data behind the line', () => {
    const bytes = wyomingBytes('transcript', { text: 'Grüße' }, Buffer.from([1, 2]));
    const [line] = bytes.toString().split('\n');
    const { type, data, data_length, payload_length } = JSON.parse(line!) as Record<string, unknown>;
    assert.deepEqual([type, data, data_length, payload_length], ['transcript', undefined, 18, 2]);
    assert.deepEqual(plain(new WyomingReader().read(bytes)), [
      { type: 'transcript', data: { text: 'Grüße' }, payload: Buffer.from([1, 2]) },
    ]);
    assert.deepEqual(new WyomingReader().read(wyomingBytes('pong')), [{ type: 'pong', data: {} }]);
  });

  const REFUSED: [what: string, bytes: string | Buffer, said: RegExp][] = [
    ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', /Expected an object as JSON, got "GET/],
    ['a line without a type', '{"data":{}}\n', /"type"/],
    ['a list', '[1]\n', /object/],
    ['data that is no JSON', '{"type":"a","data_length":3}\nabc', /object/],
    ['a length that is no number', '{"type":"a","data_length":"3"}\n', /"data_length"/],
    ['a negative length', '{"type":"a","payload_length":-1}\n', /"payload_length"/],
    ['a payload without bounds', '{"type":"a","payload_length":99999999999}\n', /larger payload_length/],
    ['data without bounds', '{"type":"a","data_length":999999999}\n', /larger data_length/],
    ['a line without end', Buffer.alloc(70_000, 0x61), /larger line/],
  ];
  for (const [what, bytes, said] of REFUSED) {
    it(`are refused by name: ${what}`, () => {
      assert.throws(() => new WyomingReader().read(Buffer.from(bytes as Buffer)), said);
    });
  }

  it('keep a bounded number of bytes of a line that never ends', () => {
    const reader = new WyomingReader();
    assert.throws(() => {
      for (let count = 0; count < 100_000; count += 1) reader.read(Buffer.alloc(10, 0x61));
    }, /larger line/);
  });
});
