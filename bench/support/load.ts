/** A load of one kind of client, in a process of its own; see `LoadInput`. Prints its `LoadResult`. */
import { openBare } from '../clients/bare';
import type { Client, OpenClient } from '../clients/client';
import { openOurs } from '../clients/ours';
import { openDeepgram, openOpenAi } from '../clients/peers';
import { measure } from './measure';
import type { LoadInput } from './measure';

const CLIENTS: Record<LoadInput['client'], OpenClient> = {
  bare: openBare,
  ours: openOurs,
  openai: openOpenAi,
  deepgram: openDeepgram,
};
const OPENED_AT_ONCE = 50;

async function main(): Promise<void> {
  const input = JSON.parse(process.argv[2] ?? '') as LoadInput;
  const { client, protocol, url, sessions } = input;
  const clients: Client[] = [];
  while (clients.length < sessions) {
    const count = Math.min(OPENED_AT_ONCE, sessions - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: count }, () => CLIENTS[client](url, protocol)))));
  }
  const result = await measure(clients, input);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

void main();
