import assert from 'node:assert/strict';
import { at, type Frame, type RawClient } from '../support/raw-client';
import {
  append,
  COMMIT,
  COMPLETED,
  FINISH,
  MANUAL,
  REALTIME,
  ServiceBench,
  update,
} from '../support/local-service';
import { silence } from '../support/scripted-audio';

describe('local service: Qwen session configuration and errors', () => {
  const bench = new ServiceBench();

  async function open(script = {}): Promise<RawClient> {
    return bench.connect(await bench.start({ script }), REALTIME);
  }

  /** The error that answers `frame`; the session must live on. */
  async function errorFor(client: RawClient, frame: Frame | string): Promise<unknown> {
    const count = client.of('error').length + 1;
    client.send(frame);
    const { error } = await client.next('error', count);
    const updates = client.of('session.updated').length + 1;
    client.send(update({}));
    await client.next('session.updated', updates);
    return error;
  }

  it('greets with the measured session.created, fields in the measured order', async () => {
    const created = await (await open()).next('session.created');
    const id = at(created, 'session.id');
    assert.match(String(id), /^sess_/);
    assert.equal(
      JSON.stringify(created.session),
      `{"object":"realtime.session","model":"qwen3-asr-flash-realtime","modalities":["text"],"input_audio_format":"pcm",` +
        `"sample_rate":16000,"input_audio_transcription":{"model":"qwen3-asr-flash-realtime"},` +
        `"turn_detection":{"type":"server_vad","threshold":0.2,"silence_duration_ms":800},"id":"${String(id)}"}`,
    );
  });

  it('echoes an update with the fields that the real service adds', async () => {
    const client = await open();
    client.send(
      update({
        sample_rate: 8000,
        input_audio_transcription: { language: 'zh', corpus: { text: 'hot words' } },
        turn_detection: { type: 'server_vad', threshold: 0, silence_duration_ms: 400 },
      }),
    );
    const { session } = await client.next('session.updated');
    assert.equal(at(session, 'sample_rate'), 8000);
    assert.equal(at(session, 'input_audio_transcription.language'), 'zh');
    assert.deepEqual(at(session, 'turn_detection'), {
      type: 'server_vad',
      threshold: 0,
      silence_duration_ms: 400,
      create_response: true,
      interrupt_response: true,
    });
  });

  it('keeps voice activity detection when turn_detection is left out, and turns it off for null', async () => {
    const client = await open();
    client.send(update({ modalities: ['text'] }));
    assert.equal(at(await client.next('session.updated'), 'session.turn_detection.type'), 'server_vad');
    client.send(MANUAL);
    assert.equal(at(await client.next('session.updated', 2), 'session.turn_detection'), null);
  });

  it('accepts what the official SDKs send beside the documented fields', async () => {
    const client = await open();
    client.send({
      type: 'session.update',
      session: {
        modalities: ['text'],
        voice: null,
        input_audio_format: 'pcm',
        output_audio_format: 'pcm16',
        input_audio_transcription: { model: null, language: 'zh', corpus: { text: 'hot words' } },
        turn_detection: {
          type: 'server_vad',
          threshold: 0.2,
          prefix_padding_ms: 300,
          silence_duration_ms: 800,
        },
        sample_rate: 16000,
      },
    });
    await client.next('session.updated');
  });

  const invalid: [Frame, string][] = [
    [{ input_audio_format: 'pcm16' }, 'session.input_audio_format'],
    [{ sample_rate: 44100 }, 'session.sample_rate'],
    [{ sample_rate: '16000' }, 'session.sample_rate'],
    [{ modalities: ['audio'] }, 'session.modalities'],
    [{ turn_detection: { threshold: 1.1 } }, 'session.turn_detection.threshold'],
    [{ turn_detection: { threshold: '0' } }, 'session.turn_detection.threshold'],
    [{ turn_detection: { silence_duration_ms: 199 } }, 'session.turn_detection.silence_duration_ms'],
    [{ turn_detection: { silence_duration_ms: 6001 } }, 'session.turn_detection.silence_duration_ms'],
    [{ turn_detection: { type: 'semantic_vad' } }, 'session.turn_detection.type'],
    [{ turn_detection: 'none' }, 'session.turn_detection'],
    ...['en-US', 'zh-CN', 'Chinese'].map((language): [Frame, string] => [
      { input_audio_transcription: { language } },
      'session.input_audio_transcription.language',
    ]),
    [{ audio: { input: { format: { type: 'pcm16' } } } }, 'session.audio.input.format.type'],
    [{ audio: { input: { format: { sample_rate: 44100 } } } }, 'session.audio.input.format.sample_rate'],
    [{ input_audio_transcription: { corpus: { text: 5 } } }, 'session.input_audio_transcription.corpus.text'],
  ];
  for (const [session, param] of invalid) {
    it(`refuses ${JSON.stringify(session)} with param ${param} and stays open`, async () => {
      const client = await open();
      const error = await errorFor(client, update(session));
      assert.equal(at(error, 'type'), 'invalid_request_error');
      assert.equal(at(error, 'code'), 'invalid_value');
      assert.equal(at(error, 'param'), param);
      assert.equal(at(error, 'event_id'), 'event_update');
    });
  }

  it('refuses a format in the words of the service', async () => {
    const error = await errorFor(await open(), update({ input_audio_format: 'pcm16' }));
    assert.equal(at(error, 'message'), "Invalid value: 'pcm16'. Supported values are: 'pcm', 'opus'.");
  });

  it('reads session.audio.input.format where the old fields are absent (protocol.md E 26)', async () => {
    const audio = { input: { format: { type: 'wav', sample_rate: 8000 } } };
    for (const [session, expected] of [
      [{ audio }, ['wav', 8000]],
      [{ audio, input_audio_format: null }, ['wav', 8000]],
      [{ audio, input_audio_format: 'pcm', sample_rate: 16000 }, ['pcm', 16000]],
      [{ audio, sample_rate: 24000 }, ['wav', 24000]],
      [{ audio: { input: null } }, ['pcm', 16000]],
    ] as const) {
      const client = await open();
      client.send(update(session));
      const { session: echo } = await client.next('session.updated');
      assert.deepEqual([at(echo, 'input_audio_format'), at(echo, 'sample_rate')], expected);
    }
  });

  it('accepts the frames of the Java SDK, with keys in any order and escaped padding (protocol.md E 24)', async () => {
    const client = await open();
    client.send(
      '{"session":{"output_audio_format":"pcm24","turn_detection":null,"voice":null,"input_audio_format":"pcm",' +
        '"modalities":["text"],"input_audio_transcription":{"model":null,"language":"en"}},' +
        '"type":"session.update","event_id":"event_1"}',
    );
    assert.equal(at(await client.next('session.updated'), 'session.turn_detection'), null);
    client.send('{"audio":"AAAAAA\\u003d\\u003d","type":"input_audio_buffer.append","event_id":"event_2"}');
    client.send(COMMIT);
    await client.next(COMPLETED);
    assert.equal(client.of('error').length, 0);
  });

  it('refuses the default format of the Java SDK and then keeps to server VAD (protocol.md E 24)', async () => {
    const client = await open();
    await errorFor(client, update({ input_audio_format: 'pcm16', turn_detection: null }));
    client.send(append(silence(100)));
    client.send(COMMIT);
    const { error } = await client.next('error', 2);
    assert.match(String(at(error, 'message')), /disabled while turn_detection is on/);
  });

  it('applies nothing of an update with a mistake', async () => {
    const client = await open();
    await errorFor(client, update({ sample_rate: 8000, turn_detection: { threshold: 3 } }));
    assert.equal(at(await client.next('session.updated'), 'session.sample_rate'), 16000);
  });

  for (const type of ['input_audio_buffer.clear', 'response.create', undefined]) {
    it(`answers an event of type ${String(type)} with invalid_value, param type`, async () => {
      const error = await errorFor(await open(), { event_id: 'event_7', type });
      assert.deepEqual(
        [at(error, 'code'), at(error, 'param'), at(error, 'event_id')],
        ['invalid_value', 'type', 'event_7'],
      );
    });
  }

  it('answers what is not a JSON object with an error', async () => {
    const client = await open();
    for (const text of ['hello', '[]', '"text"', '{"type":']) await errorFor(client, text);
  });

  it('answers a binary message with an error', async () => {
    const client = await open();
    client.sendBinary(silence(100));
    await client.next('error');
  });

  for (const audio of ['@@@@', 'AAA', 'AA AA', 'A===', 5, undefined]) {
    it(`refuses ${JSON.stringify(audio)} as audio`, async () => {
      const error = await errorFor(await open(), { type: 'input_audio_buffer.append', audio });
      assert.equal(at(error, 'param'), 'audio');
    });
  }

  it('closes 1007 for a session.update after audio', async () => {
    const client = await open();
    client.send(MANUAL);
    client.send(append(silence(100)));
    client.send(MANUAL);
    assert.equal((await client.untilClosed()).code, 1007);
  });

  it('closes 1007 when audio arrives faster than 2560 KB/s, and takes a burst of a minute', async () => {
    const client = await open();
    const chunk = append(silence(2_000));
    for (let second = 0; second < 60; second += 2) client.send(chunk);
    client.send(update({ bogus: true }));
    assert.equal((await client.untilClosed()).code, 1007, 'the update after audio closes, not the burst');
    const service = await bench.start();
    const faster = await bench.connect(service, REALTIME);
    for (let second = 0; second < 100; second += 2) faster.send(chunk);
    assert.match((await faster.untilClosed()).reason, /2560/);
    assert.ok(service.sessions[0]!.audioBytes <= 2_560_000);
  });

  it('takes a message of 262,144 bytes and closes 1009 for a longer one', async () => {
    const client = await open();
    const frame = (bytes: number): string => {
      const empty = '{"type":"input_audio_buffer.append","audio":""}';
      const room = bytes - empty.length;
      const audio = 'A'.repeat(room - (room % 4));
      return empty.replace('""', `"${audio}"`) + ' '.repeat(bytes - empty.length - audio.length);
    };
    client.send(frame(262_144));
    client.send({ type: 'nothing' });
    await client.next('error');
    client.send(frame(262_145));
    assert.equal((await client.untilClosed()).code, 1009);
  });

  it('refuses a commit of nothing and a commit in VAD mode', async () => {
    const manual = await open();
    manual.send(MANUAL);
    assert.equal(at(await errorFor(manual, COMMIT), 'code'), 'input_audio_buffer_commit_empty');
    const vad = await open();
    vad.send(append(silence(100)));
    vad.send(COMMIT);
    assert.equal(at(await vad.next('error'), 'error.event_id'), 'event_commit');
  });

  for (const language of ['auto', ['en', 'zh']]) {
    it(`accepts language ${JSON.stringify(language)} and fails at inference, without a final`, async () => {
      const client = await open({ utterances: ['Hello there.'] });
      client.send(update({ input_audio_transcription: { language }, turn_detection: null }));
      await client.next('session.updated');
      client.send(append(silence(2_000)));
      client.send(COMMIT);
      const error = await client.next('error');
      assert.equal(at(error, 'error.code'), 'COMMON_ERROR');
      assert.match(String(at(error, 'error.message')), /^<400> /);
      client.send(FINISH);
      await client.next('session.finished');
      assert.equal(client.of(COMPLETED).length, 0);
      assert.equal(client.of('error').length, 1);
    });
  }

  it('answers pings', async () => {
    const client = await open();
    client.socket.ping();
    await client.until(() => client.pongs === 1, 'the pong');
  });
});
