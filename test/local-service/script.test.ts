import assert from 'node:assert/strict';
import path from 'node:path';
import { ScriptError, startLocalService, type ScriptFile } from '../../local-service';
import { loadScript } from '../../local-service/script/load';
import { at, type RawClient } from '../support/raw-client';
import { append, COMPLETED, FINISH, INTERIM, REALTIME, ServiceBench } from '../support/local-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const COMMITTED = 'input_audio_buffer.committed';

describe('local service: scripts', () => {
  const bench = new ServiceBench();

  /** A connection to a service that hears one utterance and has these faults. */
  async function open(script: ScriptFile): Promise<RawClient> {
    const service = await bench.start({ script: { utterances: ['Hello there.'], ...script } });
    return bench.connect(service, REALTIME);
  }

  it('reads the example script, every field of which is known', () => {
    const script = loadScript(path.join(__dirname, '../../local-service/script/example.yaml'));
    const [first, second, third, fourth] = [0, 1, 2, 3].map((index) => script.planFor(index));
    assert.equal(first!.utterances[0]!.steps.length, 3);
    assert.equal(first!.utterances[1]!.language, 'zh');
    assert.deepEqual(second!.upgrade, {
      status: 429,
      code: 'Throttling.RateQuota',
      message: 'Requests rate limit exceeded',
      retryAfterSeconds: 1,
    });
    assert.equal(fourth, third);
  });

  const mistakes: [unknown, RegExp][] = [
    [[], /Expected the script to be an object/],
    [{ utterance: [] }, /`utterance` is not known here; known are upgrade, utterances/],
    [{ utterances: [{ txt: 'x' }] }, /`utterances\[0\]\.txt` is not known/],
    [{ utterances: [{ atMs: 5 }] }, /`utterances\[0\]\.text` is missing/],
    [
      { utterances: [{ text: 'x', atMs: -1 }] },
      /`utterances\[0\]\.atMs` to be milliseconds, a number >= 0, got -1/,
    ],
    [
      { utterances: [{ text: 'x', atMs: 500, endMs: 400 }] },
      /`utterances\[0\]\.endMs` to be after 500, got 400/,
    ],
    [{ faults: [{ on: 'final', do: 'explode' }] }, /`faults\[0\]\.do` to be one of drop, duplicate/],
    [{ faults: [{ do: 'terminate' }] }, /exactly one of on, atAudioMs, afterMs, idleMs/],
    [{ faults: [{ afterMs: 5, nth: 2, do: 'terminate' }] }, /`faults\[0\]\.nth` is not known here/],
    [{ faults: [{ on: 'opened', do: 'fail' }] }, /needs `as` or `code`/],
    [{ faults: [{ on: 'opened', do: 'fail', as: 'x' }] }, /`faults\[0\]\.as` to be one of connectionCap/],
    [{ hotWords: { undeployedMs: 'long' } }, /`hotWords\.undeployedMs` to be milliseconds/],
    [{ quirks: ['noIds'] }, /`quirks\[0\]` to be one of noItemIds/],
    [{ faults: [{ atAudioMs: 5, do: 'drop' }] }, /`faults\[0\]` needs `on`/],
    [{ faults: [{ on: 'final', do: 'hold' }] }, /needs `until` or `ms`/],
    [
      { faults: [{ on: 'final', do: 'close', code: 1006 }] },
      /`faults\[0\]\.code` to be a WebSocket close code/,
    ],
    [
      { connections: [{ upgrade: { status: 200 } }] },
      /`connections\[0\]\.upgrade\.status` to be an HTTP status/,
    ],
  ];
  for (const [script, message] of mistakes) {
    it(`says what is wrong with ${JSON.stringify(script)}`, () => {
      assert.throws(
        () => loadScript(script as ScriptFile),
        (error) => error instanceof ScriptError && message.test(error.message),
      );
    });
  }

  it('names a file that cannot be read', async () => {
    await assert.rejects(
      startLocalService({ engine: 'script', script: 'missing.yaml' }),
      /missing\.yaml: cannot be read/,
    );
  });

  it('drops, doubles and edits frames', async () => {
    const client = await open({
      faults: [
        {
          on: 'opened',
          do: 'edit',
          set: { 'session.model': 'other', 'extra.deep': 1 },
          remove: ['session.id'],
        },
        { on: 'interim', nth: 2, do: 'duplicate' },
        { on: 'committed', do: 'drop' },
        { on: 'final', do: 'edit', remove: ['usage', 'item_id'] },
      ],
    });
    client.send(append(silence(1_500)));
    client.send(FINISH);
    await client.untilClosed();
    const created = client.of('session.created')[0];
    assert.deepEqual(
      [at(created, 'session.model'), at(created, 'session.id'), at(created, 'extra.deep')],
      ['other', undefined, 1],
    );
    assert.equal(client.of(INTERIM).length, 3);
    assert.equal(client.of(COMMITTED).length, 0);
    assert.deepEqual(Object.keys(client.of(COMPLETED)[0]!), [
      'event_id',
      'type',
      'content_index',
      'language',
      'emotion',
      'transcript',
    ]);
  });

  it('lets one frame overtake another', async () => {
    const client = await open({ faults: [{ on: 'committed', do: 'hold', until: 'final' }] });
    client.send(append(silence(1_500)));
    client.send(FINISH);
    await client.untilClosed();
    assert.deepEqual(client.names.slice(-3), [COMPLETED, COMMITTED, 'session.finished']);
  });

  it('delays a frame and all frames behind it, in service time', async () => {
    const service = await bench.start({
      timeScale: 100,
      script: { utterances: ['Hi.'], faults: [{ on: 'final', do: 'delay', ms: 3_000 }] },
    });
    const client = await bench.connect(service, REALTIME);
    client.send(append(silence(1_500)));
    const begun = performance.now();
    client.send(FINISH);
    await client.untilClosed();
    assert.ok(performance.now() - begun >= 29);
    assert.deepEqual(client.names.slice(-2), [COMPLETED, 'session.finished']);
  });

  it('sends malformed text, random bytes and unknown frames', async () => {
    const client = await open({
      faults: [
        { on: 'opened', do: 'replace', text: '{"type":' },
        { on: 'opened', do: 'send', randomBytes: 20 },
        { on: 'opened', do: 'send', frame: { type: 'session.surprise' } },
      ],
    });
    await client.next('session.surprise');
    assert.deepEqual(
      client.garbage.map((data) => data.length),
      [8, 20],
    );
  });

  it('can leave out the greeting, the update and the end', async () => {
    const client = await open({
      faults: ['opened', 'configured', 'finished'].map((on) => ({ on, do: 'drop' as const })),
    });
    client.send({ type: 'session.update', session: {} });
    client.send(append(silence(1_500)));
    client.send(FINISH);
    assert.equal((await client.untilClosed()).code, 1000);
    for (const name of ['session.created', 'session.updated', 'session.finished'])
      assert.equal(client.of(name).length, 0);
  });

  it('closes with a code after a frame, such as 1011 after the greeting', async () => {
    const client = await open({
      faults: [{ on: 'session.created', do: 'close', code: 1011, reason: 'no such model here' }],
    });
    assert.deepEqual(await client.untilClosed(), { code: 1011, reason: 'no such model here' });
    assert.deepEqual(client.names, ['session.created']);
  });

  it('closes after a time', async () => {
    const client = await open({ faults: [{ afterMs: 20, do: 'close', code: 1012 }] });
    assert.equal((await client.untilClosed()).code, 1012);
  });

  it('breaks the first connection at an audio time and serves the second', async () => {
    const service = await bench.start({
      script: {
        utterances: ['Hello there.'],
        connections: [{ faults: [{ atAudioMs: 500, do: 'terminate' }] }, {}],
      },
    });
    const first = await bench.connect(service, REALTIME);
    first.send(append(silence(499)));
    first.send({ type: 'nothing' });
    await first.next('error');
    first.send(append(silence(1)));
    assert.equal((await first.untilClosed()).code, 1006);
    const second = await bench.connect(service, REALTIME);
    second.send(append(silence(2_000)));
    await second.next(COMPLETED);
  });

  it('can stop reading and sending with the socket open, and still ends with the service', async () => {
    const service = await bench.start({
      script: { utterances: ['Hi.'], faults: [{ atAudioMs: 100, do: 'halfOpen' }] },
    });
    const client = await bench.connect(service, REALTIME);
    client.send(append(silence(100)));
    await waitUntil(() => service.sessions[0]!.audioBytes === 3_200, 'the audio');
    client.send(append(silence(2_000)));
    client.socket.ping();
    // By the time another connection has its answer, this one would have had its own.
    await (await bench.connect(service, REALTIME)).next('session.created');
    assert.equal(service.sessions[0]!.audioBytes, 3_200);
    assert.equal(client.pongs, 0);
    assert.equal(client.closed, undefined);
    await service.close();
    await client.untilClosed();
  });

  it('can read slowly, so that a fast sender is held up', async () => {
    const service = await bench.start({
      script: { faults: [{ afterMs: 0, do: 'readSlowly', bytesPerSecond: 1_000_000 }] },
    });
    const client = await bench.connect(service, REALTIME);
    client.send({ type: 'session.update', session: {} });
    await client.next('session.updated');
    const begun = performance.now();
    for (let chunk = 0; chunk < 20; chunk += 1) client.send(append(silence(500)));
    await waitUntil(() => service.sessions[0]!.audioBytes === 320_000, 'all audio');
    assert.ok(performance.now() - begun > 300, `${performance.now() - begun} ms`);
  });

  it('records the received frames, with audio frames summed up', async () => {
    const service = await bench.start({ keepAudio: true });
    const client = await bench.connect(service, REALTIME);
    client.send({ type: 'session.update', session: {} });
    const audio = Buffer.from([1, 2, 3, 4, 5, 6]);
    client.send(append(audio.subarray(0, 2)));
    client.send(append(audio.subarray(2)));
    client.send(FINISH);
    await client.untilClosed();
    const [session] = service.sessions;
    assert.deepEqual(
      session!.received.map((entry) => (entry.kind === 'json' ? entry.type : entry)),
      ['session.update', { kind: 'audio', frames: 2, bytes: 6, largestBytes: 4 }, 'session.finish'],
    );
    assert.deepEqual(Buffer.concat(session!.audio), audio);
    assert.deepEqual(
      session!.sent.map(({ type }) => type),
      client.names,
    );
    await waitUntil(() => session!.closed?.code === 1000, 'the end to be recorded');
  });
});
