import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RecogniserError, startLocalService, type LocalService } from '../../local-service';
import { cacheFolder } from '../../local-service/recogniser/cache';
import { DecodeQueue } from '../../local-service/recogniser/decode-queue';
import { PcmInput } from '../../local-service/recogniser/pcm-input';
import { StablePrefix } from '../../local-service/recogniser/stable-prefix';
import { cleanTranscript } from '../../local-service/recogniser/text';
import { JFK_PCM, JFK_TEXT, toTelephone } from '../support/jfk';
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
import { at, type Frame, type RawClient } from '../support/raw-client';
import { silence } from '../support/scripted-audio';
import { wordErrorRate } from '../support/word-error-rate';

const MAX_WORD_ERROR_RATE = 0.15;

/** As fast as a test may be while interims still have their turn. */
const SPEED = 8;

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
    for (let offset = 0; offset < pcm.length; offset += chunkBytes) {
      client.send(append(pcm.subarray(offset, offset + chunkBytes)));
      await new Promise((resolve) => setTimeout(resolve, 100 / SPEED));
    }
  }

  function transcript(client: RawClient): string {
    return client
      .of(COMPLETED)
      .map((frame) => frame.transcript)
      .join(' ');
  }

  function assertUnderstood(client: RawClient): void {
    const rate = wordErrorRate(JFK_TEXT, transcript(client));
    assert.ok(
      rate <= MAX_WORD_ERROR_RATE,
      `${Math.round(rate * 100)} % word errors in: ${transcript(client)}`,
    );
  }

  it('understands speech in VAD mode, with interims before the first final', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), {
      turn_detection: { threshold: 0, silence_duration_ms: 400 },
    });
    await speak(client, JFK_PCM);
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
    await speak(client, JFK_PCM);
    const interims = client.of(INTERIM).length;
    client.send(COMMIT);
    await client.next(COMPLETED);
    assertUnderstood(client);
    assert.ok(interims >= 3, `${interims} interims`);
    assert.equal(client.of('input_audio_buffer.speech_started').length, 0);
  });

  it('understands 8 kHz', async () => {
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
          assert.ok(wordErrorRate(JFK_TEXT, String(text)) <= MAX_WORD_ERROR_RATE, String(text));
        }
      }),
    );
  });

  it('cuts speech that never pauses into phrases and loses none of it', async () => {
    const client = await open(await bench.start({ engine: 'recogniser' }), { turn_detection: null });
    // The middle of the recording again and again: speech with pauses too short to end a phrase.
    const piece = JFK_PCM.subarray(5.3 * 32_000, 10.9 * 32_000);
    for (let round = 0; round < 6; round += 1) {
      client.send(append(piece.subarray(0, 89_600)));
      client.send(append(piece.subarray(89_600)));
    }
    client.send(FINISH);
    await client.untilClosed();
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

  it('hears nothing in silence, noise and tones', async () => {
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

  it('shows scripted faults with real speech', async () => {
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

describe('local service: fetching the recogniser', function () {
  this.timeout(180_000);
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(path.join(tmpdir(), 'flow-asr-test-'));
  });
  afterEach(() => rm(cache, { recursive: true, force: true }));

  it('finds the cache folder as the system keeps it', () => {
    assert.equal(cacheFolder({ FLOW_ASR_CACHE: '/a', XDG_CACHE_HOME: '/b' }), path.resolve('/a'));
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), path.join('/b', 'flow-asr'));
    assert.equal(cacheFolder({ LOCALAPPDATA: '/c' }, 'win32'), path.join('/c', 'flow-asr'));
    assert.match(cacheFolder({}, 'linux'), /\.cache.flow-asr$/);
  });

  it('says what to do when npm cannot fetch it, and leaves nothing half done', async () => {
    const registry = process.env.npm_config_registry;
    const npmCache = process.env.npm_config_cache;
    process.env.npm_config_registry = 'http://127.0.0.1:9/';
    process.env.npm_config_cache = path.join(cache, 'npm');
    try {
      await assert.rejects(startLocalService({ engine: 'recogniser', cache }), (error) => {
        assert.ok(error instanceof RecogniserError);
        assert.match(
          error.message,
          /could not be fetched: .*Connect this machine to the network once.*engine "script"/s,
        );
        return true;
      });
    } finally {
      restore('npm_config_registry', registry);
      restore('npm_config_cache', npmCache);
    }
    assert.deepEqual(
      (await readdir(cache)).filter((name) => name.startsWith('recogniser')),
      [],
    );
  });

  it('gives up when it is told to', async () => {
    const stop = new AbortController();
    const starting = startLocalService({ engine: 'recogniser', cache, signal: stop.signal });
    stop.abort();
    await assert.rejects(starting, { name: 'AbortError' });
    assert.deepEqual(await readdir(cache), []);
  });

  it('lets two processes fetch at the same time', async () => {
    const services = await Promise.all([1, 2].map(() => startLocalService({ engine: 'recogniser', cache })));
    const names = await readdir(cache);
    await Promise.all(services.map((service) => service.close()));
    assert.equal(names.length, 1);
    assert.ok(existsSync(path.join(cache, names[0]!, 'tokens.txt')));
  });

  function restore(name: string, value: string | undefined): void {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

describe('local service: what the recogniser is made of', () => {
  it('decodes sessions in turn, finals before interims, and gives up interims that were overtaken', async () => {
    const order: number[] = [];
    const queue = new DecodeQueue((samples) => {
      order.push(samples[0]!);
      return Promise.resolve('');
    });
    const [a, b] = [{}, {}];
    const first = queue.final(a, Float32Array.of(1));
    const overtaken = queue.interim(b, () => Float32Array.of(2));
    const jobs = [
      queue.interim(b, () => Float32Array.of(3)),
      queue.final(a, Float32Array.of(4)),
      queue.final(a, Float32Array.of(5)),
      queue.final(b, Float32Array.of(6)),
    ];
    await Promise.all([first, ...jobs]);
    assert.equal(await overtaken, undefined);
    assert.deepEqual(order, [1, 6, 4, 5, 3]);
  });

  it('decodes what is asked for in the moment in which the last decode ends', async () => {
    const decoded: number[] = [];
    const queue = new DecodeQueue((samples) => {
      decoded.push(samples[0]!);
      return samples[0] === 3 ? Promise.reject(new Error('out of memory')) : Promise.resolve('text');
    });
    const owner = {};
    await queue.final(owner, Float32Array.of(1));
    await queue.interim(owner, () => Float32Array.of(2));
    await assert.rejects(queue.final(owner, Float32Array.of(3)), /out of memory/);
    const throwing = queue.interim(owner, () => {
      throw new Error('no samples');
    });
    await assert.rejects(throwing, /no samples/);
    await queue.final(owner, Float32Array.of(4));
    await queue.idle();
    assert.deepEqual(decoded, [1, 2, 3, 4]);
  });

  it('cuts loops that vary, and nothing that people say twice', () => {
    assert.equal(
      cleanTranscript(
        'Press 1 to mute yourself. 5 to 10 to decrease your volume 5 to 10 to 10 to increase your volume 5 to 10 to ' +
          'decrease the volume 5 to 10 to 10 to decrease your volume 5 to 10 to increase your volume 5 to 10 to 10',
        10_000,
      ),
      'Press 1 to mute yourself. 5 to 10 to decrease your volume',
    );
    for (const text of [
      'Please leave your name and your number after the tone. Please leave your name and your number after the tone.',
      'Press 1 to record your unavailable message. Press 2 to record your busy message. Press 3 to record your name. ' +
        'Press 4 to record your temporary greeting. Press 5 to change your password.',
      'ask not what your country can do for you ask what you can do for your country my fellow citizens of the world ' +
        'ask not what America will do for you but what together we can do for the freedom of man',
      'Row, row, row your boat gently down the stream. Merrily, merrily, merrily, life is but a dream.',
    ])
      assert.equal(cleanTranscript(text, 12_000), text);
    const thrice = 'what your country can do for you ask what you can do for your country '.repeat(3).trim();
    assert.equal(cleanTranscript(thrice, 12_000), thrice);
  });

  it('cuts repetition loops and a rush of words', () => {
    assert.equal(
      cleanTranscript('ask what you ask what you ask what you ask what you can', 4_000),
      'ask what you ask what you can',
    );
    assert.equal(cleanTranscript('No, no, no!', 1_000), 'No, no, no!');
    assert.equal(cleanTranscript('a b c d e f g h i j k l m n o p', 1_000).split(' ').length, 9);
  });

  it('calls words stable when interims agree, and takes nothing back, not even in the final', () => {
    const prefix = new StablePrefix();
    const texts = [
      'and so my',
      'and so my fellow am',
      'and so my fellow Americans ask not',
      'and then my fellow Americans ask not',
    ];
    const interims = texts.map((text) => prefix.next(text));
    assert.deepEqual(
      interims.map(({ stable }) => stable),
      ['', '', 'and so my', 'and so my'],
    );
    assert.equal(interims[3]!.draft, ' fellow Americans ask not');
    assert.equal(prefix.settle('And, so my fellow Americans.'), 'and so my fellow Americans.');
    assert.equal(prefix.settle('so my fellow Americans.'), 'and so my fellow Americans.');
    assert.equal(prefix.settle(''), '');
  });

  it('turns 8 kHz into 16 kHz without a seam between chunks', () => {
    const ramp = Buffer.alloc(200);
    for (let index = 0; index < 100; index += 1) ramp.writeInt16LE(index * 100, index * 2);
    const whole = new PcmInput(8_000).read(ramp);
    const pieces = new PcmInput(8_000);
    const joined = [0, 33, 66, 99, 132, 165].flatMap((offset) =>
      Array.from(pieces.read(ramp.subarray(offset, offset + 33))),
    );
    joined.push(...pieces.read(ramp.subarray(198)));
    assert.deepEqual(joined, Array.from(whole));
    assert.equal(whole.length, 199);
    assert.ok(whole.every((value, index) => Math.abs(value * 32_768 - index * 50) < 0.01));
  });
});
