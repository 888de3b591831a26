import assert from 'node:assert/strict';
import type { ServiceEvent } from '../../../lib/protocol/protocol';
import { DOCUMENTED, frameOf, frames } from '../../support/documented-frames';
import { decodeAll, greetingProtocol, parsed, shortOf, streamingProtocol } from '../../support/qwen-protocol';

const INTERIM = 'conversation.item.input_audio_transcription.text';

describe('Qwen-ASR-Realtime, frames of the client (protocol.md A.4)', () => {
  it('asks for the model in the path, encoded', () => {
    assert.equal(
      greetingProtocol({ model: 'qwen3-asr-flash-realtime' }).path,
      '/api-ws/v1/realtime?model=qwen3-asr-flash-realtime',
    );
    assert.equal(greetingProtocol({ model: 'a&b=c' }).path, '/api-ws/v1/realtime?model=a%26b%3Dc');
  });

  it('sends nothing before the greeting, and no audio before the configuration is confirmed', () => {
    const protocol = greetingProtocol();
    assert.deepEqual(protocol.start(), []);
    assert.equal(protocol.acceptsAudio, false);
    protocol.decode(DOCUMENTED.created);
    assert.equal(protocol.acceptsAudio, false);
    protocol.decode(DOCUMENTED.updated);
    assert.equal(protocol.acceptsAudio, true);
    protocol.finish();
    assert.equal(protocol.acceptsAudio, false);
  });

  it('configures VAD mode with the documented fields', () => {
    const [event] = greetingProtocol({
      language: 'zh',
      corpusText: 'domain words',
      vadThreshold: 0,
      vadSilenceMs: 400,
    }).decode(DOCUMENTED.created);
    assert.equal(event?.type, 'send');
    const { event_id: eventId, ...update } = parsed((event as { frame: string }).frame);
    assert.ok(typeof eventId === 'string' && eventId !== '');
    assert.deepEqual(update, {
      type: 'session.update',
      session: {
        modalities: ['text'],
        input_audio_format: 'pcm',
        sample_rate: 16000,
        input_audio_transcription: { language: 'zh', corpus: { text: 'domain words' } },
        turn_detection: { type: 'server_vad', threshold: 0, silence_duration_ms: 400 },
      },
    });
  });

  it('configures Manual mode with an explicit null and an empty transcription object', () => {
    const [event] = greetingProtocol({ mode: 'manual', sampleRateHz: 8000 }).decode(
      DOCUMENTED.createdMeasured,
    );
    const { session } = parsed((event as { frame: string }).frame);
    assert.deepEqual(session, {
      modalities: ['text'],
      input_audio_format: 'pcm',
      sample_rate: 8000,
      input_audio_transcription: {},
      turn_detection: null,
    });
  });

  it('sends exactly the given bytes as base64, also of a view into a larger buffer', () => {
    const backing = Buffer.from(Array.from({ length: 64 }, (_, i) => i));
    const view = backing.subarray(10, 20);
    const frame = parsed(streamingProtocol().audio(view));
    assert.equal(frame.type, 'input_audio_buffer.append');
    assert.deepEqual([...Buffer.from(frame.audio as string, 'base64')], [...view]);
  });

  it('sends commit and finish as documented', () => {
    const protocol = streamingProtocol({ mode: 'manual' });
    assert.equal(protocol.commitBy, 'service');
    assert.equal(streamingProtocol().commitBy, 'silence');
    assert.deepEqual(
      protocol.commit().map((frame) => parsed(frame).type),
      ['input_audio_buffer.commit'],
    );
    assert.deepEqual(
      protocol.finish().map((frame) => parsed(frame).type),
      ['session.finish'],
    );
  });

  it('gives every frame an event id of its own', () => {
    const protocol = streamingProtocol({ mode: 'manual' });
    const sent = [
      ...Array.from({ length: 50 }, () => protocol.audio(Buffer.alloc(2))),
      ...protocol.commit(),
      ...protocol.finish(),
    ];
    const ids = sent.map((frame) => parsed(frame).event_id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('Qwen-ASR-Realtime, frames of the service (protocol.md A.5)', () => {
  const table: [name: string, frame: string, events: ServiceEvent[]][] = [
    [
      'speech_started',
      DOCUMENTED.speechStarted,
      [{ type: 'speechStarted', sentenceId: 'item_B1lV7jWLscp4mMV8hSs8c', atMs: 64 }],
    ],
    ['speech_stopped of an item that was never begun', DOCUMENTED.speechStopped, []],
    ['committed', DOCUMENTED.committed, []],
    ['item.created', DOCUMENTED.itemCreated, []],
    [
      'an interim with its draft',
      DOCUMENTED.interim,
      [
        {
          type: 'interim',
          sentenceId: 'item_MpJQPNQzqVRc9aC9zMwSj',
          text: '北京的',
          stableText: '',
          language: 'zh',
          emotion: 'neutral',
        },
      ],
    ],
    [
      'completed',
      DOCUMENTED.completed,
      [
        {
          type: 'final',
          sentenceId: 'item_B3GGC53jGOuIFcjZkmEQ9',
          text: '今天天气怎么样',
          language: 'zh',
          emotion: 'neutral',
        },
      ],
    ],
    [
      'completed with the measured usage',
      DOCUMENTED.completedWithUsage,
      [
        { type: 'usage', billedSeconds: 7, inputTokens: 111, outputTokens: 42, totalTokens: 153 },
        {
          type: 'final',
          sentenceId: 'item_B3GGC53jGOuIFcjZkmEQ9',
          text: '今天天气怎么样',
          language: 'zh',
          emotion: 'neutral',
        },
      ],
    ],
    [
      'completed without speech, without an id and without tags',
      DOCUMENTED.completedWithoutSpeech,
      [
        { type: 'usage', billedSeconds: 1 },
        { type: 'final', sentenceId: 'unnamed_1', text: '' },
      ],
    ],
    ['finished', DOCUMENTED.finished, [{ type: 'finished' }]],
    ['finished with a stray transcript', DOCUMENTED.finishedWithTranscript, [{ type: 'finished' }]],
  ];
  for (const [name, frame, events] of table) {
    it(`reads ${name}`, () => {
      assert.deepEqual(streamingProtocol().decode(frame), events);
    });
  }

  for (const [name, created] of [
    ['documented', DOCUMENTED.created],
    ['measured', DOCUMENTED.createdMeasured],
  ] as const) {
    it(`answers the ${name} greeting with one configuration, and opens with the id of either frame`, () => {
      const protocol = greetingProtocol();
      assert.deepEqual(shortOf(protocol.decode(created)), ['send']);
      const id = name === 'documented' ? 'sess_001' : 'sess_x';
      assert.deepEqual(protocol.decode(DOCUMENTED.updated), [{ type: 'opened', sessionId: id }]);
    });
  }

  it('opens in Manual mode with turn_detection null', () => {
    const protocol = greetingProtocol({ mode: 'manual' });
    protocol.decode(DOCUMENTED.created);
    assert.deepEqual(protocol.decode(DOCUMENTED.updatedManual), [{ type: 'opened', sessionId: 'sess_x' }]);
  });

  it('does not configure twice when the greeting is doubled, nor opens twice', () => {
    const protocol = greetingProtocol();
    assert.deepEqual(shortOf(decodeAll(protocol, DOCUMENTED.created, DOCUMENTED.created)), ['send']);
    assert.deepEqual(shortOf(decodeAll(protocol, DOCUMENTED.updated, DOCUMENTED.updated)), ['opened']);
  });

  it('turns the documented progression into stable text and draft, each replacing the one before', () => {
    const protocol = streamingProtocol();
    const steps: [string, string][] = [
      ['', '今天'],
      ['', '今天天气真'],
      ['今天', '天气真不错'],
      ['今天天气真不错，', ''],
      ['今天天气真不错，', '阳光'],
      ['今天天气真不错，', '阳光明媚。'],
    ];
    const events = steps.flatMap(([text, stash]) => protocol.decode(frames.interim('item_1', text, stash)));
    assert.deepEqual(
      events.map((event) => event.type === 'interim' && [event.stableText, event.text]),
      steps.map(([text, stash]) => [text, text + stash]),
    );
    assert.deepEqual(shortOf(protocol.decode(frames.completed('item_1', '今天天气真不错，阳光明媚。'))), [
      'final item_1 今天天气真不错，阳光明媚。',
    ]);
  });

  it('leaves out interims without any text, and empty language and emotion', () => {
    const protocol = streamingProtocol();
    assert.deepEqual(protocol.decode(frames.interim('item_1', '')), []);
    assert.deepEqual(
      protocol.decode(frameOf(INTERIM, { item_id: 'item_1', language: '', emotion: '', stash: 'a' })),
      [{ type: 'interim', sentenceId: 'item_1', text: 'a', stableText: '' }],
    );
  });

  it('accepts an interim that has only text or only stash', () => {
    const protocol = streamingProtocol();
    assert.deepEqual(
      decodeAll(
        protocol,
        frameOf(INTERIM, { item_id: 'i', text: 'Good' }),
        frameOf(INTERIM, { item_id: 'i', stash: 'Good morning' }),
      ).map((event) => event.type === 'interim' && [event.stableText, event.text]),
      [
        ['Good', 'Good'],
        ['', 'Good morning'],
      ],
    );
  });
});
