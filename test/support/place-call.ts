import type WebSocket from 'ws';
import { muLaw, telephonePieces } from './call-frames';
import type { CallScript } from './call-frames';
import { JFK_PCM, toTelephone } from './jfk';
import { paced } from './paced';

/** Messages that arrive at once, as providers bunch them. */
const BUNCH = 5;

/** The recording as the provider sends it. */
export function recordingFor({ encoding, rateHz }: CallScript): Buffer {
  const pcm = rateHz === 8000 ? toTelephone(JFK_PCM) : JFK_PCM;
  return encoding === 'mu-law' ? muLaw(pcm) : pcm;
}

/** One whole call over an open connection, with the other side silent where the provider has both. */
export async function placeCall(ws: WebSocket, script: CallScript): Promise<void> {
  for (const message of script.before) ws.send(message);
  const audio = recordingFor(script);
  const bytes = telephonePieces(audio, script)[0]!.length;
  let index = 0;
  for await (const chunk of paced(audio, bytes * BUNCH)) {
    for (const piece of telephonePieces(chunk, script)) {
      const message = script.media(piece, 'inbound', index);
      ws.send(message);
      const other = Buffer.alloc(piece.length, script.encoding === 'mu-law' ? 0xff : 0);
      if (typeof message === 'string') ws.send(script.media(other, 'outbound', index));
      index += 1;
    }
  }
  for (const message of script.after) ws.send(message);
  ws.close();
}
