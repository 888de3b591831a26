import assert from 'node:assert/strict';
import type { LocalService, ScriptFile } from '../../local-service';
import { at, type RawClient } from '../support/raw-client';
import {
  append,
  COMMIT,
  COMPLETED,
  FAILED,
  FINISH,
  INTERIM,
  MANUAL,
  REALTIME,
  ServiceBench,
} from '../support/local-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const STARTED = 'input_audio_buffer.speech_started';
const STOPPED = 'input_audio_buffer.speech_stopped';
const COMMITTED = 'input_audio_buffer.committed';
const CREATED = 'conversation.item.created';

describe('local service: Qwen results by script', () => {
  const bench = new ServiceBench();

  async function open(
    script: ScriptFile,
    timeScale = 1,
  ): Promise<{ service: LocalService; client: RawClient }> {
    const service = await bench.start({ script, timeScale });
    return { service, client: await bench.connect(service, REALTIME) };
  }

  const hello: ScriptFile = { utterances: [{ text: 'Hello there.', atMs: 500, endMs: 1_100 }] };

  it('sends the events of an utterance in the documented order, with one item id throughout', async () => {
    const { client } = await open(hello);
    for (let chunk = 0; chunk < 20; chunk += 1) client.send(append(silence(100)));
    await client.next(COMPLETED);
    assert.deepEqual(client.names, [
      'session.created',
      STARTED,
      INTERIM,
      INTERIM,
      STOPPED,
      COMMITTED,
      CREATED,
      COMPLETED,
    ]);
    const itemId = at(client.of(STARTED)[0], 'item_id');
    for (const name of [INTERIM, STOPPED, COMMITTED, COMPLETED])
      assert.equal(at(client.of(name)[0], 'item_id'), itemId);
    assert.equal(at(client.of(CREATED)[0], 'item.id'), itemId);
    assert.equal(at(client.of(COMMITTED)[0], 'previous_item_id'), null);
    assert.equal(at(client.of(STARTED)[0], 'audio_start_ms'), 500);
    assert.equal(at(client.of(STOPPED)[0], 'audio_end_ms'), 1_100);
  });

  it('ends an utterance only after the configured silence', async () => {
    const { client } = await open(hello);
    client.send({ type: 'session.update', session: { turn_detection: { silence_duration_ms: 2_000 } } });
    client.send(append(silence(3_000)));
    client.send({ type: 'nothing' });
    await client.next('error');
    assert.equal(client.of(STOPPED).length, 0);
    client.send(append(silence(100)));
    await client.next(COMPLETED);
  });

  it('chains items by previous_item_id and counts usage over the session', async () => {
    const { client } = await open({ utterances: ['One.', 'Two.'] });
    for (let second = 0; second < 5; second += 1) client.send(append(silence(1_000)));
    const second = await client.next(COMPLETED, 2);
    assert.equal(at(client.of(COMMITTED)[1], 'previous_item_id'), at(client.of(COMMITTED)[0], 'item_id'));
    const durations = client.of(COMPLETED).map((frame) => at(frame, 'usage.duration'));
    assert.deepEqual(durations, [2, 3]);
    assert.deepEqual(Object.keys(second), [
      'event_id',
      'type',
      'item_id',
      'content_index',
      'language',
      'emotion',
      'transcript',
      'usage',
    ]);
  });

  it('completes an open item at finish, then sends session.finished and closes with 1000', async () => {
    const { client } = await open(hello);
    client.send(append(silence(900)));
    client.send(FINISH);
    assert.equal((await client.untilClosed()).code, 1000);
    assert.deepEqual(client.names.slice(-5), [STOPPED, COMMITTED, CREATED, COMPLETED, 'session.finished']);
    assert.deepEqual(Object.keys(client.of('session.finished')[0]!), ['event_id', 'type']);
  });

  it('leaves the close after session.finished to the client (protocol.md E 22)', async () => {
    // The service closes by itself a second later, which takes 50 here.
    const { service, client } = await open(hello, 0.02);
    client.send(FINISH);
    await client.next('session.finished');
    client.socket.ping();
    await client.until(() => client.pongs > 0, 'the answer to a ping behind session.finished');
    assert.equal(client.closed, undefined);
    client.socket.close(1000, 'bye');
    await client.untilClosed();
    await waitUntil(() => service.connectionCount === 0, 'the service to notice');
    assert.deepEqual(service.sessions[0]!.closed, { code: 1000, reason: 'bye' });
  });

  it('sends only session.finished when no speech was heard', async () => {
    const { client } = await open(hello);
    client.send(append(silence(400)));
    client.send(FINISH);
    await client.untilClosed();
    assert.deepEqual(client.names, ['session.created', 'session.finished']);
  });

  it('ignores audio after session.finish', async () => {
    const { client } = await open({ ...hello, faults: [{ on: 'finished', do: 'delay', ms: 100 }] });
    client.send(FINISH);
    client.send(append(silence(5_000)));
    client.send({ type: 'nothing' });
    client.send(FINISH);
    await client.untilClosed();
    assert.deepEqual(client.names, ['session.created', 'session.finished']);
  });

  it('drops the open item when the client closes without finish', async () => {
    const { service, client } = await open(hello);
    client.send(append(silence(900)));
    await client.next(STARTED);
    client.socket.close(1000);
    await client.untilClosed();
    await waitUntil(() => service.connectionCount === 0, 'the service to notice');
    assert.equal(
      service.sessions[0]!.sent.some(({ type }) => type === COMPLETED),
      false,
    );
  });

  it('gives each commit in Manual mode the next utterance, with interims while audio arrives', async () => {
    const { client } = await open({ utterances: ['First thing said.', 'Second.'] });
    client.send(MANUAL);
    client.send(append(silence(700)));
    assert.equal(at(await client.next(INTERIM), 'stash'), 'First');
    client.send(COMMIT);
    assert.equal(at(await client.next(COMPLETED), 'transcript'), 'First thing said.');
    client.send(append(silence(100)));
    client.send(COMMIT);
    assert.equal(at(await client.next(COMPLETED, 2), 'transcript'), 'Second.');
    assert.equal(client.of(STARTED).length + client.of(STOPPED).length, 0);
    assert.equal(client.of(COMMITTED).length, 2);
  });

  it('commits by itself at finish in Manual mode', async () => {
    const { client } = await open({ utterances: ['All of it.'] });
    client.send(MANUAL);
    client.send(append(silence(100)));
    client.send(FINISH);
    await client.untilClosed();
    assert.deepEqual(client.names.slice(2), [COMMITTED, CREATED, COMPLETED, 'session.finished']);
  });

  it('completes a Manual buffer without speech with empty strings and its item id', async () => {
    const { client } = await open({});
    client.send(MANUAL);
    client.send(append(silence(900)));
    client.send(COMMIT);
    const { event_id: eventId, ...rest } = await client.next(COMPLETED);
    assert.match(String(eventId), /^event_/);
    assert.deepEqual(rest, {
      type: COMPLETED,
      item_id: client.of('input_audio_buffer.committed')[0]!.item_id,
      content_index: 0,
      transcript: '',
      language: '',
      emotion: '',
      usage: { duration: 1 },
    });
  });

  it('sends only session.finished for a Manual session without audio', async () => {
    const { client } = await open({ utterances: ['Never.'] });
    client.send(MANUAL);
    client.send(FINISH);
    await client.untilClosed();
    assert.deepEqual(client.names.slice(2), ['session.finished']);
  });

  it('returns the configured language, or else the detected one', async () => {
    const { client } = await open({ utterances: [{ text: '好', language: 'zh', emotion: 'happy' }] });
    client.send({
      type: 'session.update',
      session: { input_audio_transcription: { language: 'yue' }, turn_detection: null },
    });
    client.send(append(silence(400)));
    client.send(COMMIT);
    const completed = await client.next(COMPLETED);
    assert.deepEqual([completed.language, completed.emotion], ['yue', 'happy']);
  });

  it('fails one item and goes on with the next', async () => {
    const { client } = await open({ utterances: [{ text: 'mumble', failed: {} }, 'Clear.'] });
    client.send(MANUAL);
    for (let item = 0; item < 2; item += 1) {
      client.send(append(silence(100)));
      client.send(COMMIT);
    }
    const failed = await client.next(FAILED);
    assert.equal(at(failed, 'error.code'), 'audio_unintelligible');
    assert.equal(at(failed, 'error.type'), undefined);
    await client.next(COMPLETED);
  });

  it('reports failed inference as COMMON_ERROR and sends no completed', async () => {
    const { client } = await open({
      utterances: [{ text: 'lost', error: { message: '<500> InternalError' } }],
    });
    client.send(append(silence(4_000)));
    client.send(FINISH);
    await client.untilClosed();
    assert.equal(at(client.of('error')[0], 'error.code'), 'COMMON_ERROR');
    assert.equal(client.of(COMPLETED).length, 0);
  });

  it('reads the samples of a WAV file that arrives in pieces', async () => {
    const { service, client } = await open(hello);
    client.send({ type: 'session.update', session: { input_audio_format: 'wav' } });
    const file = wav(silence(2_000));
    for (let offset = 0; offset < file.length; offset += 1_001)
      client.send(append(file.subarray(offset, offset + 1_001)));
    await client.next(COMPLETED);
    assert.equal(service.sessions[0]!.audioBytes, file.length);
  });

  it('keeps time at 8 kHz too, with samples cut in two', async () => {
    const { client } = await open(hello);
    client.send({ type: 'session.update', session: { sample_rate: 8_000 } });
    const audio = silence(2_000, 8_000);
    for (let offset = 0; offset < audio.length; offset += 333)
      client.send(append(audio.subarray(offset, offset + 333)));
    assert.equal(at(await client.next(STOPPED), 'audio_end_ms'), 1_100);
  });

  it('begins again with the first utterance when the script loops', async () => {
    const { client } = await open({ utterances: ['One.', 'Two.'], loop: true });
    for (let second = 0; second < 9; second += 1) client.send(append(silence(1_000)));
    await client.next(COMPLETED, 5);
    assert.deepEqual(
      client
        .of(COMPLETED)
        .slice(0, 5)
        .map((frame) => frame.transcript),
      ['One.', 'Two.', 'One.', 'Two.', 'One.'],
    );
  });

  it('serves sessions side by side', async () => {
    const { service, client } = await open({
      connections: [{ utterances: ['Here.'] }, { utterances: ['There.'] }],
    });
    const other = await bench.connect(service, REALTIME);
    for (const each of [client, other]) each.send(append(silence(2_000)));
    assert.equal((await client.next(COMPLETED)).transcript, 'Here.');
    assert.equal((await other.next(COMPLETED)).transcript, 'There.');
  });
});
