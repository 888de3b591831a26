/**
 * Audio that goes out again after a lost connection: `{client, url, audioSeconds}`; prints messages a second, and by how
 * much the memory of buffers grew meanwhile. The bare client sends the same messages, from a buffer that it has.
 */
import type * as Lib from '../../lib';
import { MESSAGE_BYTES, openBareTask } from '../clients/bare-task';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the build, not the sources that tsx translates
const { openSession } = require('../../dist/lib') as typeof Lib;

export interface ReplayInput {
  client: 'bare' | 'ours';
  url: string;
  audioSeconds: number;
}

export interface ReplayResult {
  messagesPerSecond: number;
  extraBytes: number;
}

const MESSAGES_PER_SECOND_OF_AUDIO = 10;
const SAMPLE_EVERY_MS = 1;

async function main(): Promise<void> {
  const { client, url, audioSeconds } = JSON.parse(process.argv[2] ?? '') as ReplayInput;
  const audio = Buffer.alloc(audioSeconds * MESSAGES_PER_SECOND_OF_AUDIO * MESSAGE_BYTES, 1);
  const { ms, extraBytes } = await (client === 'ours' ? ours : bare)(url, audio);
  const messagesPerSecond = (audio.length / MESSAGE_BYTES / ms) * 1000;
  process.stdout.write(`${JSON.stringify({ messagesPerSecond, extraBytes })}\n`, () => process.exit(0));
}

async function ours(url: string, audio: Buffer): Promise<{ ms: number; extraBytes: number }> {
  // The audio is sent as fast as the connection takes it. Usually a replay keeps to the pace that the service asks
  // for.
  const pace = { burstMs: 3_600_000, multiple: 1000 };
  const session = openSession({ address: url, model: 'fun-asr-realtime', pace, maxReplayAudioMs: 600_000 });
  await session.ready();
  for (let at = 0; at < audio.length; at += MESSAGE_BYTES) {
    await session.append(audio.subarray(at, at + MESSAGE_BYTES));
  }
  while (session.heldAudioMs > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const resumed = new Promise<void>((resolve) => {
    session.on('resumed', () => {
      resolve();
    });
  });
  await fetch(`${url.replace('ws:', 'http:')}/drop`);
  await resumed;
  return measured(async () => {
    await session.finish();
  });
}

async function bare(url: string, audio: Buffer): Promise<{ ms: number; extraBytes: number }> {
  const sendAll = await openBareTask(url);
  return measured(() => sendAll(audio));
}

async function measured(work: () => Promise<void>): Promise<{ ms: number; extraBytes: number }> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, SAMPLE_EVERY_MS);
  const begunMs = performance.now();
  await work();
  const ms = performance.now() - begunMs;
  clearInterval(sampler);
  return { ms, extraBytes: Math.max(most, process.memoryUsage().arrayBuffers) - before };
}

void main();
