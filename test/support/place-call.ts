import type WebSocket from 'ws';
import { audioSocketPacket } from './audiosocket-packets';
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

export const AUDIO_SOCKET_CALL_ID = '40325ec2-5efd-4bd3-805f-53576e581d13';
/** No multiple of a packet, so that packets are cut inside of their headers, too, and bunched. */
const CUT_BYTES = 1537;

/** The bytes of a whole call over Asterisk's AudioSocket, as TCP may cut them. */
export async function* audioSocketCall(): AsyncGenerator<Buffer> {
  const format = { encoding: 's16le', rateHz: 16_000 } as const;
  yield audioSocketPacket(0x01, Buffer.from(AUDIO_SOCKET_CALL_ID.replaceAll('-', ''), 'hex'));
  let rest = Buffer.alloc(0);
  for await (const chunk of paced(JFK_PCM, 3200)) {
    const packets = telephonePieces(chunk, format).map((piece) => audioSocketPacket(0x12, piece));
    rest = Buffer.concat([rest, ...packets]);
    for (; rest.length >= CUT_BYTES; rest = rest.subarray(CUT_BYTES)) yield rest.subarray(0, CUT_BYTES);
  }
  yield Buffer.concat([rest, audioSocketPacket(0x00, Buffer.alloc(0))]);
}
