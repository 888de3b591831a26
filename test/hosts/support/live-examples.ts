import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import WebSocket from 'ws';
import { CALL_SCRIPTS } from '../../support/call-frames';
import { JFK_PCM } from '../../support/jfk';
import { placeCall } from '../../support/place-call';
import { WyomingClient } from '../../support/wyoming-client';
import { ROOT } from './packed';

/** A workflow of examples/n8n whose trigger opens a port. */
export interface LiveExample {
  title: string;
  /** The node that has every sentence, as `text`. */
  node: string;
  /** Says the words of the recording to the port. */
  speak: (port: number) => Promise<void>;
}

/** The rest of these examples depends on the words. */
const TRIGGER = 'Live Speech Trigger';

export const LIVE_EXAMPLES: readonly LiveExample[] = [
  {
    title: 'Live stream to transcripts',
    node: 'Transcript',
    speak: (port) => {
      connect(port, '127.0.0.1').end(readFileSync(path.join(ROOT, 'test/fixtures/jfk.wav')));
      return Promise.resolve();
    },
  },
  {
    title: 'Call to ticket while it is spoken',
    node: TRIGGER,
    speak: async (port) => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}/calls`);
      await new Promise((resolve, reject) => {
        ws.once('open', resolve).once('error', reject);
      });
      await placeCall(ws, CALL_SCRIPTS[0]!);
    },
  },
  {
    title: 'Assist command to workflow',
    node: TRIGGER,
    speak: async (port) => {
      const client = new WyomingClient(port);
      client.send('transcribe', { language: 'en' });
      client.speak(JFK_PCM);
      await client.wait('transcript', 1, 120_000);
      client.socket.destroy();
    },
  },
];
