import assert from 'node:assert/strict';
import type { SessionEvent } from '../../../lib';
import type { EventOf } from '../../../lib';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

/** Events in a short, readable form. */
function linesOf(events: readonly SessionEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'interim' || event.type === 'final') return `${event.type} ${event.text}`;
    if (event.type === 'emotion') return `emotion ${event.emotion} of ${event.text}`;
    if (event.type === 'speechStarted' || event.type === 'speechStopped')
      return `${event.type} ${event.atMs}`;
    if (event.type === 'state') return `${event.from} -> ${event.to}`;
    return event.type;
  });
}

describe('a session in VAD mode', () => {
  const rig = useLibRig();

  it('gives the events of one sentence in the documented order, and ends with finished', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(3000));
    const statistics = await recorded.session.finish();
    assert.deepEqual(linesOf(recorded.events), [
      'connecting -> finishing',
      'opened',
      'speechStarted 200',
      'interim Good',
      'emotion neutral of Good',
      'interim Good morning',
      'interim Good morning everybody.',
      'speechStopped 1100',
      'final Good morning everybody.',
      'emotion neutral of Good morning everybody.',
      'finishing -> closed',
      'finished',
    ]);
    assert.deepEqual(recorded.of('finished'), [{ type: 'finished', aborted: false, statistics }]);
    const [opened] = recorded.of('opened');
    assert.equal(opened?.model, 'qwen3-asr-flash-realtime');
    assert.match(opened.region, /^local service at ws:/);
    assert.equal(opened.sessionId, recorded.session.id);
    assert.deepEqual(await recorded.session.ready(), opened);
    assert.equal(recorded.session.state, 'closed');
  });

  it('gives a sentence one id, its stable text and its times', async () => {
    await rig.serve({
      utterances: [
        {
          text: '今天天气真不错，阳光明媚。',
          language: 'zh',
          emotion: 'happy',
          atMs: 500,
          endMs: 2000,
          steps: [
            { draft: '今天' },
            { stable: '今天', draft: '天气真不错', emotion: 'neutral' },
            { stable: '今天天气真不错，', draft: '阳光明媚。' },
          ],
        },
      ],
    });
    const recorded = rig.open();
    await recorded.session.append(silence(4000));
    await recorded.session.finish();
    const ids = recorded.events.flatMap((event) => ('sentenceId' in event ? [event.sentenceId] : []));
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(
      recorded.of('interim').map(({ text, stableText, beginMs }) => [text, stableText, beginMs]),
      [
        ['今天', '', 500],
        ['今天天气真不错', '今天', 500],
        ['今天天气真不错，阳光明媚。', '今天天气真不错，', 500],
      ],
    );
    const [{ latencyMs, ...final }] = recorded.of('final') as [EventOf<'final'>];
    assert.ok(latencyMs !== undefined && latencyMs >= 0);
    assert.deepEqual(
      [final],
      [
        {
          type: 'final',
          sentenceId: ids[0],
          text: '今天天气真不错，阳光明媚。',
          language: 'zh',
          emotion: 'happy',
          beginMs: 500,
          endMs: 2000,
        },
      ],
    );
    // An emotion comes whenever it changes within the sentence, and once with the final.
    assert.deepEqual(
      recorded.of('emotion').map(({ emotion }) => emotion),
      ['happy', 'neutral', 'happy', 'happy'],
    );
  });

  it('gives several sentences, each with its own id and growing times', async () => {
    await rig.serve({ utterances: ['One.', 'Two two.', 'Three three three.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(8000));
    const statistics = await recorded.session.finish();
    const finals = recorded.of('final');
    assert.deepEqual(recorded.finals, ['One.', 'Two two.', 'Three three three.']);
    assert.equal(new Set(finals.map(({ sentenceId }) => sentenceId)).size, 3);
    for (const [index, { beginMs, endMs }] of finals.entries()) {
      assert.ok(beginMs! < endMs!);
      assert.ok(index === 0 || beginMs! >= finals[index - 1]!.endMs!);
    }
    assert.equal(statistics.finals, 3);
    assert.equal(statistics.characters, 'One.Two two.Three three three.'.length);
  });

  it('gets the final of a sentence that is still open at the finish', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(700));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Good morning everybody.']);
  });

  it('finishes without any audio', async () => {
    await rig.serve();
    const recorded = rig.open();
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.types, ['opened', 'finished']);
    assert.equal(statistics.audioInMs, 0);
    assert.equal(statistics.finals, 0);
    assert.equal(statistics.firstInterimMs, undefined);
  });

  it('finishes without speech and without events of a sentence', async () => {
    await rig.serve();
    const recorded = rig.open();
    await recorded.session.append(silence(1000));
    await recorded.session.finish();
    assert.deepEqual(recorded.types, ['opened', 'finished']);
  });

  it('sends its configuration, and nothing after the finish', async () => {
    const service = await rig.serve({ utterances: ['Hello.'] });
    const recorded = rig.open({
      language: 'en',
      parameters: { corpusText: 'Node-RED', vadThreshold: 0, silenceMs: 400 },
      sampleRateHz: 8000,
    });
    await recorded.session.append(silence(2000, 8000));
    await recorded.session.finish();
    const [connection] = service.sessions;
    const received = connection!.received.map((entry) => (entry.kind === 'json' ? entry.type : entry.kind));
    assert.deepEqual(received, ['session.update', 'audio', 'session.finish']);
    const [update] = connection!.received;
    assert.deepEqual(update?.kind === 'json' && update.frame.session, {
      modalities: ['text'],
      input_audio_format: 'pcm',
      sample_rate: 8000,
      input_audio_transcription: { language: 'en', corpus: { text: 'Node-RED' } },
      turn_detection: { type: 'server_vad', threshold: 0, silence_duration_ms: 400 },
    });
    assert.equal(connection!.url, '/api-ws/v1/realtime?model=qwen3-asr-flash-realtime');
    assert.deepEqual(recorded.of('final')[0]?.endMs, 500);
  });

  it('reports the last usage of the service, not the sum', async () => {
    await rig.serve({ utterances: ['One.', 'Two.', 'Three.'] });
    const recorded = rig.open();
    await recorded.session.append(silence(9000));
    const { billedSeconds } = await recorded.session.finish();
    const said = rig.service.sessions[0]!.sent.flatMap(({ frame }) => {
      const usage = frame.usage as { duration: number } | undefined;
      return usage ? [usage.duration] : [];
    });
    assert.equal(said.length, 3);
    assert.equal(billedSeconds, said.at(-1));
  });

  it('counts audio taken, sent and held, and measures latencies', async () => {
    await rig.serve({ utterances: ['Good morning everybody.'] });
    const beganMs = performance.now();
    const recorded = rig.open();
    await recorded.session.append(silence(2500));
    assert.deepEqual(
      [recorded.session.statistics().audioInMs, recorded.session.statistics().audioHeldMs],
      [2500, 2500],
    );
    const statistics = await recorded.session.finish();
    assert.equal(statistics.audioSentMs, 2500);
    assert.equal(statistics.audioHeldMs, 0);
    assert.equal(statistics.audioLostMs, 0);
    assert.equal(statistics.audioReplayedMs, 0);
    assert.equal(statistics.reconnects, 0);
    for (const latency of ['firstInterimMs', 'finalLatencyP50Ms', 'finalLatencyMaxMs'] as const) {
      assert.ok(
        statistics[latency]! >= 0 && statistics[latency]! <= performance.now() - beganMs,
        `${latency} ${statistics[latency]}`,
      );
    }
  });
});
