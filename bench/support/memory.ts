/**
 * Memory of one session: `{client, protocol, url, sessions, audioSeconds}`, in a process with `--expose-gc`. What the
 * JavaScript heap and the buffers outside of it grew by from before the sessions, divided by their number.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openBare } from '../clients/bare';
import type { Client, WireProtocol } from '../clients/client';
import { openOurs } from '../clients/ours';

export interface MemoryInput {
  client: 'bare' | 'ours';
  protocol: WireProtocol;
  url: string;
  sessions: number;
  audioSeconds: number;
}

export interface MemoryResult {
  bytesPerSession: number;
}

const CHUNK = Buffer.alloc(3200, 1);

async function main(): Promise<void> {
  const { client, protocol, url, sessions, audioSeconds } = JSON.parse(process.argv[2] ?? '') as MemoryInput;
  const open = { bare: openBare, ours: openOurs }[client];
  // Code and memory that the first session loads once are not a cost of each session.
  const first = await open(url, protocol);
  await stream([first], 1);
  const before = await usedBytes();
  const clients: Client[] = [];
  for (let i = 0; i < sessions; i += 1) clients.push(await open(url, protocol));
  await stream(clients, audioSeconds);
  const bytesPerSession = ((await usedBytes()) - before) / sessions;
  process.stdout.write(`${JSON.stringify({ bytesPerSession })}\n`, () => process.exit(0));
}

async function stream(clients: readonly Client[], seconds: number): Promise<void> {
  for (let i = 0; i < seconds * 10; i += 1) {
    for (const one of clients) one.send(CHUNK);
    await sleep(10);
  }
}

/** Waits until everything on its way has arrived and all garbage is collected. */
async function usedBytes(): Promise<number> {
  for (let i = 0; i < 4; i += 1) {
    await sleep(100);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

void main();
