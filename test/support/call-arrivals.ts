import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type WebSocket from 'ws';
import type { LocalService } from '../../local-service';
import type { CallScript } from './call-frames';
import { waitUntil } from './wait-until';

const PIECES = 20;
const PIECE_SECONDS = 0.02;
/** A resampler keeps some samples for itself. */
const MAX_MISSING_BYTES = 128;
/** Of a session at the rate of the call, or of the model. */
const EXPECTED_BYTES = [8000, 16_000].map((rateHz) => PIECES * PIECE_SECONDS * 2 * rateHz);
/** Bytes of a frame, so that base64 and numbers are cut, too. */
const FRAME_BYTES = 37;

/** The ways in which the messages of a call may arrive. */
export const CALL_ARRIVALS: Readonly<
  Record<string, (ws: WebSocket, messages: readonly (string | Buffer)[]) => void>
> = {
  'bunched in one packet of the network': (ws, messages) => {
    const { _socket: socket } = ws as unknown as { _socket: Socket };
    socket.cork();
    for (const message of messages) ws.send(message);
    socket.uncork();
  },
  'each split into frames': (ws, messages) => {
    for (const message of messages) {
      const bytes = typeof message === 'string' ? Buffer.from(message) : message;
      for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
        const fin = at + FRAME_BYTES >= bytes.length;
        ws.send(bytes.subarray(at, at + FRAME_BYTES), { fin, binary: typeof message !== 'string' });
      }
    }
  },
  'several in one text, as a relay may bunch them': (ws, messages) => {
    const texts = messages.filter((message) => typeof message === 'string');
    if (texts.length === messages.length) ws.send(texts.join(''));
    else for (const message of messages) ws.send(message);
  },
};

/** A short call. Both sides come by turns where a message names its side; their samples tell them apart. */
export function shortCall(script: CallScript): { messages: (string | Buffer)[]; sides: number } {
  const bytes = script.rateHz * PIECE_SECONDS * (script.encoding === 'mu-law' ? 1 : 2);
  const media = Array.from({ length: PIECES }, (_, index) => {
    const inbound = script.media(Buffer.alloc(bytes, 0x21), 'inbound', index);
    if (typeof inbound !== 'string') return [inbound];
    return [inbound, script.media(Buffer.alloc(bytes, 0xa1), 'outbound', index)];
  });
  return { messages: [...script.before, ...media.flat(), ...script.after], sides: media[0]!.length };
}

/** Waits until the service has heard both sides of the short call, each for itself and to its end. */
export async function heardWhole(sessions: () => LocalService['sessions'], sides: number): Promise<void> {
  const heard = () =>
    sessions()
      .map(({ audio }) => Buffer.concat(audio))
      .filter(({ length }) => length > 0);
  const isWhole = ({ length }: Buffer): boolean =>
    EXPECTED_BYTES.some((bytes) => Math.abs(length - bytes) <= MAX_MISSING_BYTES);
  await waitUntil(() => heard().length >= sides && heard().every(isWhole), 'both sides of the call');
  const signs = new Set(heard().map((audio) => Math.sign(audio.readInt16LE((audio.length >> 2) << 1))));
  assert.deepEqual([heard().length, signs.size], [sides, sides]);
}
