import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { openSession } from '../../../lib';
import { scaledClock } from '../../support/clocks';
import { RecordedSession } from '../../support/lib-rig';
import { leaveNothingOpen } from '../../support/open-resources';
import { CAP } from '../../support/connection-cap';
import { RAW } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const BYTES_PER_MS = 32;
/** A sentence takes 2 s of audio: 1.4 s of samples that are its number, and a pause. */
const SENTENCE_MS = 2000;
const SPEECH_MS = 1400;
const MINUTES = 30;
const SENTENCES = (MINUTES * 60_000) / SENTENCE_MS;
/** The clock runs 90 times as fast, so half an hour takes 20 s. */
const TIME_SCALE = 90;
/** Two seconds of this machine, which does not run faster. */
const PATIENCE_MS = 2000 * TIME_SCALE;
/** As much as a connection takes until it is broken off. */
const MAX_WAITING_MS = 60_000;

/** Audio that contains the number of its sentence, so that a service can recognise it from any position on. */
function speech(): Buffer {
  const samples = new Int16Array((SENTENCES * SENTENCE_MS * BYTES_PER_MS) / 2);
  for (let sentence = 0; sentence < SENTENCES; sentence += 1) {
    const from = (sentence * SENTENCE_MS * BYTES_PER_MS) / 2;
    samples.fill(1000 + sentence, from, from + (SPEECH_MS * BYTES_PER_MS) / 2);
  }
  return Buffer.from(samples.buffer);
}

/** Hears the numbers in the audio of one connection, in VAD mode. */
class Hearing {
  readonly #say: (frame: object) => void;
  #ms = 0;
  #open: { itemId: string; number: number } | undefined;
  #items = 0;

  constructor(say: (frame: object) => void) {
    this.#say = say;
  }

  get ms(): number {
    return this.#ms;
  }

  append(pcm: Buffer): void {
    for (let offset = 0; offset + 1 < pcm.length; offset += 20 * BYTES_PER_MS) {
      const value = pcm.readInt16LE(offset);
      if (this.#open && value !== this.#open.number) this.end();
      if (value !== 0 && !this.#open) this.#begin(value);
      this.#ms += Math.min(20, (pcm.length - offset) / BYTES_PER_MS);
    }
  }

  end(): void {
    if (!this.#open) return;
    const { itemId: item_id, number } = this.#open;
    this.#open = undefined;
    this.#say({ type: 'input_audio_buffer.speech_stopped', item_id, audio_end_ms: Math.round(this.#ms) });
    this.#say({ type: 'input_audio_buffer.committed', item_id });
    const type = 'conversation.item.input_audio_transcription.completed';
    this.#say({ type, item_id, transcript: `Sentence ${number - 1000}.` });
  }

  #begin(number: number): void {
    this.#items += 1;
    const item_id = `item_${this.#items}`;
    this.#open = { itemId: item_id, number };
    this.#say({ type: 'input_audio_buffer.speech_started', item_id, audio_start_ms: Math.round(this.#ms) });
    const type = 'conversation.item.input_audio_transcription.text';
    this.#say({ type, item_id, text: '', stash: `Sentence ${number - 1000}` });
  }
}

/** Accepts one connection of ten, and breaks it off after a minute of audio. */
function serve(socket: WebSocket, index: number): void {
  const say = (frame: object) => {
    socket.send(JSON.stringify(frame));
  };
  if (index % 10 !== 0) {
    say(CAP);
    socket.close(1000);
    return;
  }
  const session = { id: `sess_${index}`, model: 'qwen3-asr-flash-realtime' };
  const hearing = new Hearing(say);
  say({ type: 'session.created', session });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { type: string; audio?: string };
    if (frame.type === 'session.update') say({ type: 'session.updated', session });
    if (frame.audio !== undefined) hearing.append(Buffer.from(frame.audio, 'base64'));
    if (frame.type === 'session.finish') {
      hearing.end();
      say({ type: 'session.finished' });
    } else if (hearing.ms >= 60_000) socket.terminate();
  });
}

describe('half an hour of a service that refuses nine connections of ten, and breaks off the others', () => {
  let server: WebSocketServer;

  afterEach(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  });
  leaveNothingOpen();

  it('ends no session and loses no sentence: each comes once, and in order', async function () {
    this.timeout(600_000);
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    let connections = 0;
    server.on('connection', (socket) => {
      serve(socket, connections++);
    });
    const clock = scaledClock(TIME_SCALE);
    const session = openSession({
      region: 'custom',
      address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      environment: { clock },
      connectTimeoutMs: PATIENCE_MS,
      configureTimeoutMs: PATIENCE_MS,
      pingIntervalMs: PATIENCE_MS / 2,
      pongTimeoutMs: PATIENCE_MS,
      answerTimeoutMs: PATIENCE_MS,
      finishTimeoutMs: 5 * PATIENCE_MS,
      maxAgeMs: 0,
      // A second in which this machine does nothing is much audio, to be sent again with what follows it.
      maxReplayAudioMs: 5 * PATIENCE_MS,
      maxHeldAudioMs: 5 * PATIENCE_MS,
    });
    const recorded = new RecordedSession(session);
    const waitingMs = () => {
      const { audioInMs, audioSentMs } = session.statistics();
      return audioInMs - audioSentMs;
    };
    const pcm = speech();
    const beganAtMs = clock.now();
    const step = 500;
    for (let ms = 0; ms < MINUTES * 60_000; ms += step) {
      const waitMs = beganAtMs + ms + step - clock.now();
      if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      // Where this machine is too slow for the clock, the speaker waits for the service.
      await waitUntil(() => waitingMs() < MAX_WAITING_MS, 'audio to be sent');
      await session.append(pcm.subarray(ms * BYTES_PER_MS, (ms + step) * BYTES_PER_MS), RAW);
    }
    const statistics = await session.finish();
    const told = recorded.of('warning').map(({ code, message }) => `${code}: ${message}`);
    assert.deepEqual([statistics.audioLostMs, told], [0, []]);
    assert.deepEqual(
      recorded.finals,
      Array.from({ length: SENTENCES }, (_, sentence) => `Sentence ${sentence}.`),
    );
    assert.equal(statistics.audioInMs, MINUTES * 60_000);
    assert.ok(statistics.reconnects >= 15, `${statistics.reconnects} reconnects`);
    assert.ok(recorded.of('waiting').length >= 9 * statistics.reconnects);
    assert.ok(connections >= 10 * statistics.reconnects);
  });
});
