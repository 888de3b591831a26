import assert from 'node:assert/strict';
import { QwenRealtimeProtocol } from '../../lib/protocol/qwen-realtime';
import { at } from '../support/raw-client';
import { append, COMMIT, COMPLETED, FINISH, MANUAL, REALTIME, ServiceBench } from '../support/local-service';
import { useLibRig } from '../support/lib-rig';
import { RAW, silence } from '../support/scripted-audio';

describe('clients that do not wait for the service (protocol.md E 21)', () => {
  const bench = new ServiceBench();

  it('configure, speak, commit and finish before the greeting has come, and get their answer', async () => {
    const service = await bench.start({
      script: {
        utterances: ['Hello there.'],
        faults: [{ on: 'opened', before: true, do: 'delay', ms: 200 }],
      },
    });
    const client = await bench.connect(service, REALTIME);
    for (const frame of [MANUAL, append(silence(1000)), COMMIT, FINISH]) client.send(frame);
    assert.deepEqual(client.names, []);
    await client.next('session.finished');
    assert.equal(client.names[0], 'session.created');
    assert.equal(client.names[1], 'session.updated');
    assert.deepEqual(
      client.of(COMPLETED).map((frame) => at(frame, 'transcript')),
      ['Hello there.'],
    );
  });

  it('commit and finish back to back many times, and each commit is answered', async () => {
    const service = await bench.start({ script: { utterances: ['One.', 'Two.', 'Three.'] } });
    const client = await bench.connect(service, REALTIME);
    client.send(MANUAL);
    for (let count = 0; count < 3; count += 1) {
      client.send(append(silence(500)));
      client.send(COMMIT);
    }
    client.send(FINISH);
    await client.next('session.finished');
    assert.equal(client.of(COMPLETED).length, 3);
  });
});

describe('an alias and its snapshots (protocol.md E 9)', () => {
  const rig = useLibRig();

  for (const [echoed, isRight] of [
    ['qwen3-asr-flash-realtime', true],
    ['qwen3-asr-flash-realtime-2025-10-27', true],
    ['qwen3-asr-flash-realtime-2026-02-10', true],
    ['qwen3.5-omni-realtime', false],
  ] as const) {
    it(`are the model that was asked for: ${echoed}, ${isRight}`, () => {
      const protocol = new QwenRealtimeProtocol({
        model: 'qwen3-asr-flash-realtime',
        mode: 'vad',
        sampleRateHz: 16_000,
        vadThreshold: 0.2,
        vadSilenceMs: 800,
      });
      const [event] = protocol.decode(
        JSON.stringify({ type: 'session.created', session: { id: 's', model: echoed } }),
      );
      assert.equal(event?.type, isRight ? 'send' : 'failed');
    });
  }

  it('may write in another style behind a lost connection: no word is said twice', async () => {
    await rig.serve({
      connections: [
        {
          utterances: [{ text: 'And so, my fellow Americans.', atMs: 0, endMs: 1500 }],
          faults: [{ on: 'interim', nth: 3, do: 'terminate' }],
        },
        { utterances: [{ text: 'and so my fellow americans', atMs: 0, endMs: 1500 }] },
      ],
    });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(4000), RAW);
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['and so my fellow americans']);
  });
});

describe('a language that the service does not know (protocol.md E 11)', () => {
  const rig = useLibRig();

  it('changes nothing at the service, and is refused here with those that it knows', async () => {
    await rig.serve({ utterances: ['Hello there.'] });
    assert.throws(() => rig.open({ model: 'fun-asr-realtime', language: 'tlh' }), {
      code: 'INVALID_OPTION',
      message: /zh/,
    });
    const otherSettings = { language_hints: ['tlh'] };
    const recorded = rig.open({ model: 'fun-asr-realtime', otherSettings });
    await recorded.session.append(silence(2000), RAW);
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
  });
});
