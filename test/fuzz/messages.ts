import { JFK_PCM } from '../support/jfk';
import { makeOgg } from '../support/opus-containers';
import type { Random } from '../support/random';
import { silence, wav } from '../support/scripted-audio';
import { mutateValue } from './mutate';

/** A message of a flow, or what a host calls an item. */
export type Message = Record<string, unknown>;

const PCM = JFK_PCM.subarray(32_000, 32_000 + 9600);
const WAV = wav(PCM);
const RAW = { rate: 16_000, channels: 1, bits: 16, encoding: 'signed-integer', endian: 'little' };

/** Messages with audio as flows bring it. */
export const AUDIO_MESSAGES: readonly Message[] = [
  { payload: PCM, ...RAW },
  { payload: PCM, ...RAW, rate: 44_100, channels: 2, channel: 1 },
  { payload: silence(300), rate: '8000', bits: 16 },
  { payload: WAV },
  { payload: WAV, filename: 'speech.wav', headers: { 'content-type': 'audio/wav' } },
  { payload: WAV.toString('base64') },
  { payload: `data:audio/wav;base64,${WAV.toString('base64')}`, mimeType: 'audio/wav' },
  { payload: new Int16Array(4800), rate: 16_000 },
  { payload: new Uint8Array(PCM).buffer },
  { payload: makeOgg([Buffer.alloc(40, 0xfc), Buffer.alloc(40, 0xfc)]) },
  { payload: PCM, context: [{ user: 'Hello.', assistant: 'Good morning.' }] },
];

/** Messages that control a session. */
export const CONTROL_MESSAGES: readonly Message[] = [
  { action: 'start', topic: 'hall' },
  { action: 'start', topic: 'kitchen', context: 'We talk of the weather.' },
  { action: 'context', topic: 'hall', context: [{ user: 'And now?' }] },
  { action: 'finish', topic: 'hall' },
  { action: 'abort', topic: 'kitchen' },
  { action: 'start', topic: 7, _session: { type: 'websocket', id: 'a1' } },
];

/** A malformed message, and now and then a well-formed one. */
export function mutatedMessage(random: Random, from: readonly Message[]): Message {
  let message: unknown = { topic: random.pick(['hall', 'kitchen', 'attic']), ...random.pick(from) };
  for (let changes = random.int(0, 3); changes > 0; changes--) message = mutateValue(random, message);
  // What a host hands to a node is an object, whatever is in it.
  const isMessage = typeof message === 'object' && message !== null && !Array.isArray(message);
  return isMessage ? (message as Message) : { payload: message };
}
