import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { AsrError, openSession } from '../../lib';
import type { SessionMode, SessionOptions } from '../../lib';
import { scaledClock } from '../support/clocks';
import { DOCUMENTED } from '../support/documented-frames';
import { leaveNothingOpen } from '../support/open-resources';
import { Random } from '../support/random';
import { frameOf } from '../support/run-task-protocol';
import { silence } from '../support/scripted-audio';
import { mutateBytes } from './mutate';
import { mutatedFrame } from './server-frames';
import type { ProtocolName } from './server-frames';
import { FUZZ_FRAMES, FUZZ_SEED } from './size';

/** The number of frames of one session. They come in bursts, between what the session sends. */
const FRAMES_PER_SESSION = 100;
const MAX_BURST = 25;
const SCALE = 200;

const MODELS: Record<ProtocolName, string> = {
  'qwen-realtime': 'qwen3-asr-flash-realtime',
  'run-task': 'fun-asr-realtime',
};

describe('a session with a service that sends malformed frames', () => {
  let server: WebSocketServer;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  leaveNothingOpen();

  for (const [index, name] of (Object.keys(MODELS) as ProtocolName[]).entries()) {
    it(`ends with finished or a typed error after ${FUZZ_FRAMES} frames of ${name}`, async function () {
      this.timeout(20_000 + FUZZ_FRAMES * 20);
      const random = new Random(FUZZ_SEED).part(10 + index);
      let said = 0;
      for (let session = 0; said < FUZZ_FRAMES; session++) {
        const part = random.part(session);
        const service = new MutatingService(server, name, part);
        try {
          await runSession(name, (server.address() as AddressInfo).port, part);
        } catch (cause) {
          throw new Error(
            `FUZZ_SEED=${FUZZ_SEED}, session ${session}; last frames:\n${service.lastFrames()}`,
            { cause },
          );
        } finally {
          service.stop();
        }
        said += service.said;
      }
    });
  }
});

/** A service that greets correctly, and then answers with malformed frames. */
class MutatingService {
  said = 0;
  readonly #server: WebSocketServer;
  readonly #name: ProtocolName;
  readonly #random: Random;
  readonly #frames: string[] = [];
  readonly #accept = (socket: WebSocket) => {
    this.#greet(socket);
  };

  constructor(server: WebSocketServer, name: ProtocolName, random: Random) {
    this.#server = server;
    this.#name = name;
    this.#random = random;
    server.on('connection', this.#accept);
  }

  stop(): void {
    this.#server.off('connection', this.#accept);
  }

  lastFrames(): string {
    return this.#frames.map((frame) => frame.slice(0, 300)).join('\n');
  }

  #greet(socket: WebSocket): void {
    if (this.#name === 'qwen-realtime') socket.send(DOCUMENTED.createdMeasured);
    let heard = 0;
    let taskId = '';
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, isBinary) => {
      heard += 1;
      // The first message is the configuration, and a task may follow another.
      const isTask = this.#name === 'run-task' && !isBinary && data.includes('run-task');
      if (isTask) taskId = (JSON.parse(data.toString()) as { header: { task_id: string } }).header.task_id;
      if (isTask) socket.send(frameOf('task-started', {}, {}, taskId));
      else if (heard === 1) socket.send(DOCUMENTED.updated);
      else this.#burst(socket, taskId);
    });
  }

  /** After its last frame it closes once, and sends nothing on any later connection. */
  #burst(socket: WebSocket, taskId: string): void {
    if (this.said === FRAMES_PER_SESSION) return;
    for (let count = this.#random.int(0, MAX_BURST); count > 0 && this.said < FRAMES_PER_SESSION; count--) {
      this.said += 1;
      const frame = mutatedFrame(this.#random, this.#name).replaceAll('task-1', taskId);
      this.#frames.push(frame);
      if (this.#frames.length > MAX_BURST) this.#frames.shift();
      socket.send(this.#random.chance(0.03) ? mutateBytes(this.#random, Buffer.from(frame)) : frame);
    }
    if (this.said === FRAMES_PER_SESSION) socket.close(this.#random.pick([1000, 1001, 1011, 4000]));
  }
}

/** Gives audio and commits until the session ends, and sees to it that it ends. */
async function runSession(name: ProtocolName, port: number, random: Random): Promise<void> {
  const mode: SessionMode = name === 'run-task' ? 'vad' : random.pick(['vad', 'manual']);
  const options: SessionOptions = {
    region: 'local',
    address: `ws://127.0.0.1:${port}`,
    model: MODELS[name],
    mode,
    // A service that never answers is asked again a few times, and the frames are what is tested here.
    finishTimeoutMs: 5000,
    reconnect: { maxAttempts: 3 },
    environment: { clock: scaledClock(SCALE) },
  };
  const session = openSession(options);
  const ends: string[] = [];
  session.on('event', (event) => {
    assert.equal(ends.length, 0, 'something came after the end');
    if (event.type === 'finished' || event.type === 'error') ends.push(event.type);
    if (event.type === 'final' || event.type === 'interim') assert.equal(typeof event.text, 'string');
  });
  const foreseen = (error: unknown) => {
    assert.ok(error instanceof AsrError, `not typed: ${String(error)}`);
  };
  const commits: Promise<unknown>[] = [];
  for (let chunk = 0; chunk < 20 && ends.length === 0; chunk++) {
    await session.append(silence(100)).catch(foreseen);
    if (random.chance(0.2)) commits.push(session.commit().catch(foreseen));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await session.finish().catch(foreseen);
  await Promise.all(commits);
  assert.equal(session.state, 'closed');
  assert.equal(ends.length, 1);
}
