import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { ConnectSocket, SocketHandlers } from '../../../lib/transport/socket';
import { textOf } from '../../../lib/vocabulary/frame';
import { ManualClock } from '../../support/clocks';
import { collectGarbage } from '../../support/collect-garbage';
import { CHUNK_MS, LivingRoom, RATE_HZ, WordFinder } from '../../support/living-room';
import { leaveNothingOpen } from '../../support/open-resources';
import { RAW } from '../../support/scripted-audio';

const HOUR_MS = 3_600_000;
const SEED = 5;
/** A service ends a sentence after this long without a word. */
const SILENCE_MS = 1300;

/** A run-task service that hears marked words, and writes each sentence of them. */
class Hearing {
  #finder = new WordFinder();
  #taskId = '';
  #words: { text: string; atMs: number }[] = [];
  readonly #handlers: SocketHandlers;

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }

  received(text: string): void {
    const { header } = JSON.parse(text) as { header: { action: string; task_id: string } };
    this.#taskId = header.task_id;
    if (header.action === 'run-task') this.#say('task-started');
    if (header.action !== 'finish-task') return;
    this.#endSentence();
    this.#say('task-finished');
  }

  audio(pcm: Uint8Array): void {
    for (const { text, at } of this.#finder.heard(pcm)) {
      this.#words.push({ text, atMs: at / (RATE_HZ / 1000) });
      this.#tell(false);
    }
    const last = this.#words.at(-1);
    if (last && (1000 * this.#finder.samples) / RATE_HZ - last.atMs > SILENCE_MS) this.#endSentence();
  }

  #endSentence(): void {
    if (this.#words.length > 0) this.#tell(true);
    this.#words = [];
  }

  #tell(isEnd: boolean): void {
    const [first] = this.#words;
    const sentence = {
      begin_time: Math.round(first?.atMs ?? 0),
      end_time: isEnd ? Math.round(this.#words.at(-1)?.atMs ?? 0) + 100 : null,
      text: this.#words.map(({ text }) => text).join(' '),
      sentence_end: isEnd,
      words: [],
    };
    this.#say('result-generated', { output: { sentence } });
  }

  #say(event: string, payload: object = {}): void {
    const frame = JSON.stringify({ header: { task_id: this.#taskId, event, attributes: {} }, payload });
    queueMicrotask(() => {
      this.#handlers.onText(frame);
    });
  }
}

describe('a day of a microphone in a living room', function () {
  this.timeout(300_000);
  leaveNothingOpen();

  it('costs only what was said, loses no word, keeps all times and no memory', async () => {
    const clock = new ManualClock();
    const connect: ConnectSocket = (_, handlers) => {
      const hearing = new Hearing(handlers);
      queueMicrotask(() => {
        handlers.onOpen();
      });
      return {
        bufferedBytes: 0,
        send: (frame, onFlushed) => {
          if (frame instanceof Uint8Array) hearing.audio(frame);
          else hearing.received(textOf(frame));
          onFlushed?.();
        },
        ping: () => {
          handlers.onPong();
        },
        release: () => false,
        close: () => {
          queueMicrotask(() => {
            handlers.onEnd({ kind: 'closed', closeCode: 1000, reason: '' });
          });
        },
        destroy: () => undefined,
      };
    };
    const session = openSession({
      region: 'local',
      model: 'fun-asr-realtime',
      voiceGate: { send: 'speech' },
      environment: { clock, connect },
    });
    const heard: string[] = [];
    const wrongTimes: string[] = [];
    const warnings = new Map<string, number>();
    const room = new LivingRoom(SEED);
    session.on('final', ({ text, beginMs }) => {
      const [first = ''] = text.split(' ');
      const saidAtMs = room.said[Number(first)]?.atMs;
      if (saidAtMs !== beginMs) wrongTimes.push(`${first}: ${beginMs} for ${saidAtMs}`);
      heard.push(...text.split(' '));
    });
    session.on('warning', ({ code }) => warnings.set(code, (warnings.get(code) ?? 0) + 1));
    let afterAnHour = 0;
    let givenMs = 0;
    for (const chunk of room.chunks(24 * HOUR_MS)) {
      await session.append(chunk, RAW);
      clock.advance(CHUNK_MS);
      givenMs += CHUNK_MS;
      if (givenMs === HOUR_MS) afterAnHour = await memoryBytes();
    }
    const grownBytes = (await memoryBytes()) - afterAnHour;
    const statistics = await session.finish();
    assert.deepEqual(
      heard,
      room.said.map(({ text }) => text),
    );
    assert.deepEqual(wrongTimes, []);
    const { audioInMs, audioSentMs, audioGatedMs, audioLostMs, reconnects } = statistics;
    assert.equal(audioInMs, 24 * HOUR_MS);
    assert.equal(audioSentMs + audioGatedMs, audioInMs);
    assert.equal(audioLostMs, 0);
    // Speech takes 42 minutes of the day, and music 25.
    assert.ok(audioSentMs < 100 * 60_000, `${audioSentMs} ms of audio were sent`);
    // A service that gives no result for music is taken for silent once after each text.
    assert.ok(reconnects <= 10, `${reconnects} reconnects`);
    assert.deepEqual(statistics.reconnectsByReason, { CONNECTION_LOST: warnings.get('SERVICE_SILENT') });
    assert.ok(grownBytes < 4 * 1024 * 1024, `${grownBytes} bytes`);
  });
});

async function memoryBytes(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
