import assert from 'node:assert/strict';
import { type LocalService } from '../../local-service';
import { JFK_PCM, assertSaysJfk, toTelephone } from '../support/jfk';
import {
  append,
  COMMIT,
  COMPLETED,
  FINISH,
  INTERIM,
  MANUAL,
  REALTIME,
  ServiceBench,
  update,
} from '../support/local-service';
import { paced } from '../support/paced';
import { at, type Frame, type RawClient } from '../support/raw-client';
import { silence } from '../support/scripted-audio';

/** They end before the speaker's first pause. */
const FIRST_WORDS_MS = 1500;
/** Moments within words. */
const IN_SPEECH_MS = [FIRST_WORDS_MS, 5000, 8500];

describe('local service: recogniser', function () {
  // Fetches about 70 MB at first use.
  this.timeout(180_000);
  const bench = new ServiceBench();

  async function open(service: LocalService, session: Frame): Promise<RawClient> {
    const client = await bench.connect(service, REALTIME);
    client.send(update(session));
    await client.next('session.updated');
    return client;
  }

  async function speak(client: RawClient, pcm: Buffer, sampleRateHz = 16_000): Promise<void> {
    const chunkBytes = sampleRateHz / 5;
    for await (const chunk of paced(pcm, chunkBytes)) client.send(append(chunk));
  }

  function transcript(client: RawClient): string {
    return client
      .of(COMPLETED)
      .map((frame) => frame.transcript)
      .join(' ');
  }

  function assertUnderstood(client: RawClient): void {
    assertSaysJfk(transcript(client));
  }

  it('understands speech in VAD mode, with interims before the first final', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), {
      turn_detection: { threshold: 0, silence_duration_ms: 400 },
    });
    const beginning = FIRST_WORDS_MS * 32;
    await speak(client, JFK_PCM.subarray(0, beginning));
    // A busy machine takes its time.
    await client.next(INTERIM);
    await speak(client, JFK_PCM.subarray(beginning));
    client.send(FINISH);
    await client.untilClosed();
    assertUnderstood(client);
    assert.ok(client.names.indexOf(INTERIM) < client.names.indexOf(COMPLETED), client.names.join(' '));
    for (const completed of client.of(COMPLETED)) {
      const interims = client.of(INTERIM).filter((frame) => frame.item_id === completed.item_id);
      for (const { text } of interims)
        assert.ok(String(completed.transcript).startsWith(String(text)), String(text));
    }
    const began = Number(at(client.of('input_audio_buffer.speech_started')[0], 'audio_start_ms'));
    assert.ok(began > 100 && began < 600, `speech begins at ${began} ms`);
    const { language, emotion } = client.of(COMPLETED)[0]!;
    assert.deepEqual([language, emotion], ['en', '']);
  });

  it('understands speech in Manual mode as one item, with interims while it arrives', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), { turn_detection: null });
    let spoken = 0;
    // A busy machine takes its time, and leaves out what the next decode overtakes.
    for (const [count, untilMs] of IN_SPEECH_MS.entries()) {
      await speak(client, JFK_PCM.subarray(spoken, untilMs * 32));
      spoken = untilMs * 32;
      await client.next(INTERIM, count + 1);
    }
    await speak(client, JFK_PCM.subarray(spoken));
    client.send(COMMIT);
    await client.next(COMPLETED);
    assertUnderstood(client);
    assert.equal(client.of('input_audio_buffer.speech_started').length, 0);
  });

  it('understands speech at 8 kHz', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), {
      sample_rate: 8_000,
      turn_detection: null,
    });
    await speak(client, toTelephone(JFK_PCM), 8_000);
    client.send(FINISH);
    await client.untilClosed();
    assertUnderstood(client);
  });

  it('understands two sessions at once, and several commits in each', async () => {
    const service = await bench.start({ engine: 'recogniser' });
    const clients = await Promise.all([
      open(service, { turn_detection: null }),
      open(service, { turn_detection: null }),
    ]);
    await Promise.all(
      clients.map(async (client) => {
        for (let commit = 1; commit <= 2; commit += 1) {
          await speak(client, JFK_PCM);
          client.send(COMMIT);
          const { transcript: text } = await client.next(COMPLETED, commit);
          assertSaysJfk(String(text));
        }
      }),
    );
  });

  it('cuts speech that never pauses into phrases and loses none of it', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), { turn_detection: null });
    // The middle of the recording in a loop: speech whose pauses are too short to end a phrase.
    const piece = JFK_PCM.subarray(5.3 * 32_000, 10.9 * 32_000);
    for (let round = 0; round < 6; round += 1) {
      client.send(append(piece.subarray(0, 89_600)));
      client.send(append(piece.subarray(89_600)));
    }
    client.send(FINISH);
    await client.until(() => client.closed !== undefined, 'the close', 150_000);
    const countries = String(client.of(COMPLETED)[0]?.transcript).match(/country/gi)?.length ?? 0;
    assert.ok(countries >= 10, transcript(client));
  });

  it('understands both sides of a long pause in Manual mode as one item', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), { turn_detection: null });
    const ask = JFK_PCM.subarray(8 * 32_000);
    for (const audio of [ask.subarray(0, 96_000), silence(5_000), ask.subarray(0, 96_000), silence(1_000)])
      client.send(append(audio));
    client.send(COMMIT);
    await client.next(COMPLETED);
    assert.equal(
      transcript(client).match(/what you can do for your country/gi)?.length,
      2,
      transcript(client),
    );
  });

  it('gives no text for silence, noise and tones', async () => {
    const service = await bench.start({ engine: 'recogniser' });
    const tone = Buffer.alloc(64_000);
    for (let index = 0; index < tone.length / 2; index += 1)
      tone.writeInt16LE(Math.round(8_000 * Math.sin(index / 5)), index * 2);
    const noise = Buffer.alloc(64_000);
    for (let index = 0; index < noise.length / 2; index += 1)
      noise.writeInt16LE(Math.round(600 * (Math.random() - 0.5)), index * 2);
    for (const audio of [silence(2_000), noise, tone]) {
      const client = await open(service, { turn_detection: null });
      client.send(append(audio));
      client.send(COMMIT);
      const { transcript, language, emotion } = await client.next(COMPLETED);
      assert.deepEqual([transcript, language, emotion], ['', '', '']);
      const vad = await open(service, {});
      vad.send(append(audio));
      vad.send(FINISH);
      await vad.untilClosed();
      assert.deepEqual(vad.names, ['session.created', 'session.updated', 'session.finished']);
    }
  });

  it('reports audio that it cannot decode', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), { input_audio_format: 'opus' });
    client.send(append(silence(100)));
    client.send(append(silence(100)));
    const error = await client.next('error');
    assert.equal(at(error, 'error.code'), 'COMMON_ERROR');
    assert.match(String(at(error, 'error.message')), /only pcm and wav, not 'opus'/);
    client.send(FINISH);
    await client.untilClosed();
    assert.equal(client.of('error').length, 1);
  });

  it('plays scripted faults with real speech', async () => {
    const service = await bench.start({
      engine: 'recogniser',
      script: { faults: [{ on: 'final', do: 'edit', remove: ['usage'] }] },
    });
    const client = await open(service, MANUAL.session as Frame);
    client.send(append(JFK_PCM.subarray(0, 64_000)));
    client.send(COMMIT);
    assert.equal((await client.next(COMPLETED)).usage, undefined);
  });

  it('drops a session that is closed in the middle', async () => {
    const service = await bench.start({ engine: 'recogniser' });
    const client = await open(service, {});
    await speak(client, JFK_PCM.subarray(0, 96_000));
    client.socket.terminate();
    await client.untilClosed();
    await service.close();
  });
});
