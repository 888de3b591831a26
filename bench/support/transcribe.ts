/** Sends ten minutes of audio to a service as fast as it takes them: `{client, url}`; prints the time. */
import type * as Lib from '../../lib';
import { openBareTask } from '../clients/bare-task';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the build, not the sources that tsx translates
const { transcribe } = require('../../dist/lib') as typeof Lib;

export interface TranscribeInput {
  client: 'bare' | 'ours';
  url: string;
  audioBytes: number;
}

async function main(): Promise<void> {
  const { client, url, audioBytes } = JSON.parse(process.argv[2] ?? '') as TranscribeInput;
  const audio = Buffer.alloc(audioBytes, 1);
  const begunMs = performance.now();
  if (client === 'bare') await (await openBareTask(url))(audio);
  else
    await transcribe(audio, {
      address: url,
      model: 'fun-asr-realtime',
      hints: { encoding: 's16le', rate: 16_000 },
      pace: { multiple: 1000 },
    });
  const ms = performance.now() - begunMs;
  process.stdout.write(`${JSON.stringify({ ms })}\n`, () => process.exit(0));
}

void main();
