import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type WebSocket from 'ws';
import { openSession } from '../../../lib';
import type { Session } from '../../../lib';
import { DOCUMENTED } from '../../support/documented-frames';
import { leaveNothingOpen } from '../../support/open-resources';
import { frameOf } from '../../support/run-task-protocol';
import { waitUntil } from '../../support/wait-until';
import { noise } from '../../support/wav-files';

const CHUNK_BYTES = 3200;

interface SlowConnection {
  ws: WebSocket;
  audio: Buffer[];
}

describe('sessions beside one whose connection is stalled', () => {
  let server: WebSocketServer;
  let connections: SlowConnection[];
  let sessions: Session[];

  beforeEach(async () => {
    connections = [];
    sessions = [];
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (ws, { url }) => {
      const audio: Buffer[] = [];
      connections.push({ ws, audio });
      if (url?.includes('/realtime')) ws.send(DOCUMENTED.createdMeasured);
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) audio.push(data);
        else receive(data.toString(), ws, audio);
      });
    });
    await new Promise((resolve) => server.once('listening', resolve));
  });

  afterEach(async () => {
    for (const session of sessions) session.abort();
    for (const { ws } of connections) ws.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  leaveNothingOpen();

  async function open(model: string): Promise<Session> {
    const { port } = server.address() as AddressInfo;
    const pace = { burstMs: 1e7 };
    // The least possible amount is kept for a replay, so that memory is given back as early as possible.
    const session = openSession({
      address: `ws://127.0.0.1:${port}`,
      model,
      maxReplayAudioMs: 1,
      pace,
    });
    sessions.push(session);
    await session.ready();
    return session;
  }

  for (const model of ['fun-asr-realtime', 'qwen3-asr-flash-realtime']) {
    it(`do not overwrite the audio that still waits for that connection, with ${model}`, async () => {
      const slow = await open(model);
      const [first] = connections;
      first!.ws.pause();
      const audio = noise(60 * 32_000);
      const appended: Promise<void>[] = [];
      let sent = 0;
      // Fills the buffers of the operating system, and then the socket's own buffer.
      while (slow.heldAudioMs === 0) {
        appended.push(slow.append(chunkOf(audio, sent)));
        sent += CHUNK_BYTES;
      }
      const quick = await open(model);
      for (let i = 0; i < 200; i += 1) await quick.append(Buffer.alloc(CHUNK_BYTES, i));
      await waitUntil(() => connections[1]!.audio.length === 200, 'all audio of the quick session');
      first!.ws.resume();
      await Promise.all(appended);
      await waitUntil(() => bytesOf(first!) === sent, 'all audio of the slow session');
      const got = Buffer.concat(first!.audio);
      for (let at = 0; at < sent; at += CHUNK_BYTES) {
        assert.ok(got.subarray(at, at + CHUNK_BYTES).equals(chunkOf(audio, at)), `other bytes at ${at}`);
      }
    });
  }
});

/** The recording in an endless loop. */
function chunkOf(audio: Buffer, at: number): Buffer {
  const from = at % audio.length;
  return audio.subarray(from, from + CHUNK_BYTES);
}

function bytesOf({ audio }: SlowConnection): number {
  return audio.reduce((sum, { length }) => sum + length, 0);
}

function receive(text: string, ws: WebSocket, audio: Buffer[]): void {
  const message = JSON.parse(text) as { type?: string; audio?: string; header?: { task_id: string } };
  if (message.audio !== undefined) audio.push(Buffer.from(message.audio, 'base64'));
  else if (message.type === 'session.update') ws.send(DOCUMENTED.updated);
  else if (message.header) ws.send(frameOf('task-started', {}, {}, message.header.task_id));
}
