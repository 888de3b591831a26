import assert from 'node:assert/strict';
import type { CallEvent } from '../../../../lib/live/calls/call-events';
import { CallMessages, MAX_CALL_MESSAGE_BYTES } from '../../../../lib/live/calls/call-messages';
import { CALL_SCRIPTS } from '../../../support/call-frames';

const TWILIO = CALL_SCRIPTS[0]!;
const TWILIO_START = TWILIO.before[1]!;
const TELNYX = CALL_SCRIPTS[2]!;
const BINARY_FORMAT = { encoding: 's16le', rateHz: 8000, channels: 1 } as const;
const PIECES = [Buffer.from([1, 2, 3, 4]), Buffer.from([5, 6, 7, 8, 9, 10]), Buffer.from([250, 251])];

function read(calls: CallMessages, message: string | Buffer): CallEvent[] {
  const events = typeof message === 'string' ? calls.text(message) : calls.binary(message);
  assert.ok(events, `${message.toString().slice(0, 200)} is part of a call`);
  return events;
}

function faultsOf(events: CallEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'fault' ? [event.error.message] : []));
}

function audioOf(events: CallEvent[], key: string): Buffer {
  return Buffer.concat(
    events.flatMap((event) => (event.type === 'audio' && event.key === key ? [event.bytes] : [])),
  );
}

describe('the messages of a call', () => {
  for (const script of CALL_SCRIPTS) {
    const { provider, before, media, after, key, callId, encoding, rateHz } = script;
    const name = `${provider} (${encoding}, ${rateHz} Hz)`;

    it(`are read from the start to the stop: ${name}`, () => {
      const calls = new CallMessages();
      const events = [...before, ...PIECES.map((piece, index) => media(piece, 'inbound', index)), ...after]
        .flatMap((message) => read(calls, message))
        .concat(calls.end());
      const [start] = events;
      assert.equal(start?.type, 'start');
      assert.deepEqual(start.format, { encoding, rateHz, channels: 1 });
      assert.equal(start.call.provider, provider);
      assert.equal(start.call.callId, callId);
      assert.equal(start.isAssumed, false);
      assert.ok(Object.keys(start.call.parameters).length > 0 || provider === 'telnyx');
      assert.deepEqual(audioOf(events, key('inbound')), Buffer.concat(PIECES));
      const audio = events.find((event) => event.type === 'audio');
      assert.deepEqual(audio?.hints, { encoding, rate: rateHz, channels: 1 });
      assert.equal(audio.call.track, 'inbound');
      const stop = events.at(-1);
      assert.equal(stop?.type, 'stop');
      assert.deepEqual(stop.keys, [key('inbound')]);
      assert.equal(calls.isActive, false);
      assert.deepEqual(faultsOf(events), []);
    });
  }

  it('keep both tracks of a call apart', () => {
    const calls = new CallMessages();
    read(calls, TWILIO_START);
    const events = PIECES.flatMap((piece, index) => [
      ...read(calls, TWILIO.media(piece, 'inbound', index)),
      ...read(calls, TWILIO.media(Buffer.from(piece).reverse(), 'outbound', index)),
    ]);
    assert.deepEqual(audioOf(events, TWILIO.key('inbound')), Buffer.concat(PIECES));
    assert.deepEqual(
      audioOf(events, TWILIO.key('outbound')),
      Buffer.concat(PIECES.map((piece) => Buffer.from(piece).reverse())),
    );
  });

  it('keep two calls of one connection apart', () => {
    const calls = new CallMessages();
    const other = (text: string) => text.replaceAll('MZ18ad3ab5a668481ce02b83e7395059f0', 'MZ2');
    read(calls, TWILIO_START);
    read(calls, other(TWILIO_START));
    const events = PIECES.flatMap((piece, index) => {
      const message = TWILIO.media(piece, 'inbound', index) as string;
      return [...read(calls, message), ...read(calls, other(message))];
    });
    assert.deepEqual(audioOf(events, TWILIO.key('inbound')), Buffer.concat(PIECES));
    assert.deepEqual(audioOf(events, 'MZ2/inbound'), Buffer.concat(PIECES));
  });

  it('tell when a track began, as the provider counts and by the calendar', () => {
    const calls = new CallMessages();
    read(calls, TWILIO_START);
    read(calls, TWILIO.media(PIECES[0]!, 'inbound', 0));
    const [late] = read(calls, TWILIO.media(PIECES[0]!, 'outbound', 100));
    assert.ok(late?.type === 'audio' && late.call.offsetMs === 2005);
    const plivo = CALL_SCRIPTS.find(({ provider }) => provider === 'plivo')!;
    const others = new CallMessages();
    read(others, plivo.before[0]!);
    read(others, plivo.media(PIECES[0]!, 'inbound', 0));
    const [second] = read(others, plivo.media(PIECES[0]!, 'outbound', 50));
    assert.ok(second?.type === 'audio' && second.call.offsetMs === 1000);
  });

  it('may stand behind each other in one text, also where one of them is broken', () => {
    const calls = new CallMessages();
    const texts = PIECES.map((piece, index) => TWILIO.media(piece, 'inbound', index) as string);
    const events = read(
      calls,
      [TWILIO_START, texts[0], '{"event":"media","}', texts[1], texts[2]].join('\n'),
    );
    // A quotation mark that is never closed also spoils the messages behind it.
    assert.deepEqual(audioOf(events, TWILIO.key('inbound')), PIECES[0]);
    assert.match(faultsOf(events)[0]!, /no JSON/);
    const whole = read(calls, [texts[1], '{"event":}', texts[2]].join(''));
    assert.deepEqual(audioOf(whole, TWILIO.key('inbound')), Buffer.concat(PIECES.slice(1)));
    assert.equal(faultsOf(whole).length, 1);
  });

  it('are read as parsed JSON, too', () => {
    const calls = new CallMessages();
    const [start] = calls.text(JSON.parse(TWILIO_START) as object) ?? [];
    assert.equal(start?.type, 'start');
  });

  it('need no id of the stream in each message where there is only one (Telnyx)', () => {
    const calls = new CallMessages();
    read(calls, TELNYX.before[1]!);
    const events = read(calls, '{"event":"media","media":{"track":"inbound","payload":"AQID"}}');
    assert.deepEqual(audioOf(events, TELNYX.key('inbound')), Buffer.from([1, 2, 3]));
    const [stop] = read(calls, '{"event":"stop"}');
    assert.equal(stop?.type, 'stop');
  });

  it('go on with the usual format, and say so, where the start was missed', () => {
    const events = read(new CallMessages(), TWILIO.media(PIECES[0]!, 'inbound', 7));
    assert.deepEqual(
      events.map((event) => event.type),
      ['start', 'audio'],
    );
    assert.ok(events[0]?.type === 'start' && events[0].isAssumed && events[0].format.encoding === 'mu-law');
  });

  it('are not begun again by audio that comes behind the stop', () => {
    const calls = new CallMessages();
    read(calls, TWILIO_START);
    read(calls, TWILIO.after.at(-1)!);
    assert.deepEqual(read(calls, TWILIO.media(PIECES[0]!, 'inbound', 0)), []);
    assert.equal(calls.isActive, false);
  });

  it('give the two sides of a stereo call as tracks (jambonz)', () => {
    const calls = new CallMessages();
    read(calls, '{"sampleRate":8000,"callSid":"c1","mixType":"stereo"}');
    const events = read(calls, Buffer.from([1, 0, 2, 0]));
    assert.deepEqual(
      events.map((event) => event.type === 'audio' && [event.key, event.hints.channels, event.hints.channel]),
      [
        ['c1/inbound', 2, 0],
        ['c1/outbound', 2, 1],
      ],
    );
  });

  it('may be binary without any text, where every connection is a call (FreeSWITCH)', () => {
    const calls = new CallMessages({ connection: '7', binaryFormat: BINARY_FORMAT });
    assert.deepEqual(read(calls, 'some metadata'), []);
    assert.deepEqual(read(calls, '{"queue":"support"}'), []);
    const [start, audio] = read(calls, PIECES[0]!);
    assert.ok(start?.type === 'start' && start.isAssumed);
    assert.deepEqual(start.call.parameters, { queue: 'support' });
    assert.ok(audio?.type === 'audio' && audio.key === '7/inbound');
  });

  const FAULTS: [what: string, message: string | Buffer, said: RegExp][] = [
    [
      'a payload that is no base64',
      '{"event":"media","streamSid":"S","media":{"payload":"!?"}}',
      /no base64 as its payload/,
    ],
    [
      'a payload of an impossible length',
      '{"event":"media","streamSid":"S","media":{"payload":"AAAAA"}}',
      /no base64/,
    ],
    ['JSON that is cut', '{"event":"media","streamSid":"S"', /no JSON/],
    [
      'a message that is too large',
      `{"event":"media","x":"${'x'.repeat(MAX_CALL_MESSAGE_BYTES)}"}`,
      /at most 1048576/,
    ],
    [
      'an encoding that cannot be decoded',
      '{"event":"start","stream_id":"T","start":{"media_format":{"encoding":"AMR-WB","sample_rate":16000}}}',
      /"AMR-WB".*PCMU/,
    ],
    [
      'parameters that are too long',
      `{"event":"start","streamSid":"U","start":{"mediaFormat":{"encoding":"audio/x-mulaw"},"customParameters":{"a":"${'x'.repeat(20_000)}"}}}`,
      /parameters.*left out/,
    ],
    [
      'a name of a track that is too long',
      `{"event":"media","streamSid":"S","media":{"track":"${'t'.repeat(100)}","payload":"AAAA"}}`,
      /tracks/,
    ],
  ];
  for (const [what, message, said] of FAULTS) {
    it(`are refused by name and cost the rest of the call nothing: ${what}`, () => {
      const calls = new CallMessages();
      read(calls, TWILIO_START.replaceAll('MZ18ad3ab5a668481ce02b83e7395059f0', 'S'));
      const faults = faultsOf(read(calls, message));
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, said);
      assert.ok(faults[0]!.length < 500);
      const events = read(
        calls,
        '{"event":"media","streamSid":"S","media":{"track":"inbound","payload":"AQID"}}',
      );
      assert.deepEqual(audioOf(events, 'S/inbound'), Buffer.from([1, 2, 3]));
    });
  }

  it('open a bounded number of tracks and streams, whatever names a stranger thinks of', () => {
    const calls = new CallMessages();
    const keys = new Set<string>();
    for (let count = 0; count < 1000; count += 1) {
      const media = { track: `t${count % 50}`, payload: 'AAAA' };
      const events = read(calls, JSON.stringify({ event: 'media', streamSid: `S${count >> 4}`, media }));
      for (const event of events) if (event.type === 'audio') keys.add(event.key);
    }
    assert.ok(keys.size <= 64, `${keys.size} tracks`);
  });

  const ALIKE: [what: string, message: string][] = [
    ['an event of a door', '{"event":"start"}'],
    ['a start without a format', '{"event":"start","streamSid":"S","start":{}}'],
    ['a start of a machine', '{"event":"start","start":{"machine":7},"mediaFormat":{"encoding":"mulaw"}}'],
    ['media without a call', '{"event":"media","media":{"payload":"AAAA"}}'],
    ['media of a player', '{"event":"media","media":{"title":"Song","url":"http://a"}}'],
    ['a stop without a call', '{"event":"stop"}'],
    ['a device that is connected', '{"event":"connected","device":"lamp"}'],
    ['a mark of nobody', '{"event":"mark","mark":{"name":"a"}}'],
    ['a rate without a call', '{"sampleRate":8000}'],
    ['an id without a rate', '{"callSid":"CA1"}'],
    ['a rate that no audio has', '{"sampleRate":5,"callSid":"CA1"}'],
    ['Vonage with another type', '{"event":"websocket:connected","content-type":"text/plain"}'],
    ['an id that is too long', `{"event":"stop","streamSid":"${'x'.repeat(300)}"}`],
    ['JSON that is no object', '[{"event":"media"}]'],
    ['broken JSON', '{"event":"media"'],
    ['base64', Buffer.alloc(300, 7).toString('base64')],
    ['nothing', ''],
  ];
  for (const [what, message] of ALIKE) {
    it(`are not taken for those of a call: ${what}`, () => {
      assert.equal(new CallMessages().text(message), undefined);
    });
  }

  it('leave binary messages alone where no call has begun', () => {
    assert.equal(new CallMessages().binary(PIECES[0]!), undefined);
  });
});
