/** Ten minutes of audio to a service as fast as it takes it: `{client, url}`; prints the time. */
import type * as Lib from '../../lib';
import WebSocket from 'ws';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the build, not the sources that tsx translates
const { transcribe } = require('../../dist/lib') as typeof Lib;

export interface TranscribeInput {
  client: 'bare' | 'ours';
  url: string;
  audioBytes: number;
}

const MESSAGE_BYTES = 3200;
const HIGH_WATER_BYTES = 256 * 1024;

async function main(): Promise<void> {
  const { client, url, audioBytes } = JSON.parse(process.argv[2] ?? '') as TranscribeInput;
  const audio = Buffer.alloc(audioBytes, 1);
  const begunMs = performance.now();
  if (client === 'bare') await bare(url, audio);
  else await transcribe(audio, { address: url, model: 'fun-asr-realtime', pace: { multiple: 1000 } });
  const ms = performance.now() - begunMs;
  process.stdout.write(`${JSON.stringify({ ms })}\n`, () => process.exit(0));
}

function bare(url: string, audio: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`${url}/api-ws/v1/inference`, { perMessageDeflate: false });
    let offset = 0;
    const pump = (): void => {
      while (offset < audio.length && ws.bufferedAmount < HIGH_WATER_BYTES) {
        ws.send(audio.subarray(offset, (offset += MESSAGE_BYTES)));
      }
      if (offset < audio.length) setTimeout(pump, 1);
      else ws.send('{"header":{"action":"finish-task","task_id":"t"},"payload":{"input":{}}}');
    };
    ws.on('error', reject);
    ws.on('open', () => {
      ws.send('{"header":{"action":"run-task","task_id":"t"},"payload":{"input":{}}}');
    });
    ws.on('message', (data) => {
      if ((data as Buffer).includes('task-started')) pump();
      else if ((data as Buffer).includes('task-finished')) {
        ws.terminate();
        resolve();
      }
    });
  });
}

void main();
