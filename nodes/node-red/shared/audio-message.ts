import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import type { AudioFormatHints } from '../../../lib/audio/format';
import type { AudioSource } from '../../../lib/audio/source';
import { NodeError } from './errors';
import { readProperty } from './red';

/**
 * What the message says of its audio, in the properties that the palette's sox nodes use, and in those that `http in`,
 * `http request` and `file in` leave behind.
 */
export function formatHints(msg: NodeMessageInFlow): AudioFormatHints {
  const { encoding, endian, channel, filename, mimeType, headers } = msg as Record<string, unknown>;
  const mime = mimeType ?? (headers as Record<string, unknown> | null | undefined)?.['content-type'];
  return {
    ...numberHint('rate', msg.rate),
    ...numberHint('channels', msg.channels),
    ...numberHint('bits', msg.bits),
    ...(typeof encoding === 'string' && encoding !== '' && { encoding }),
    ...((endian === 'little' || endian === 'big') && { endian }),
    ...(typeof channel === 'number' && { channel }),
    ...(typeof filename === 'string' && { fileName: filename }),
    // A request's type may be that of a form; only one of audio says anything of the audio.
    ...(typeof mime === 'string' && /^(audio|video)\//i.test(mime) && { mimeType: mime }),
  };
}

/** MQTT and HTTP bring numbers as text. */
function numberHint(name: 'rate' | 'channels' | 'bits', value: unknown): AudioFormatHints {
  if (typeof value !== 'number' && typeof value !== 'string') return {};
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? { [name]: number } : {};
}

/**
 * The audio of a message. Its bytes are judged by the client; here only what can never be audio is refused.
 * @param complain the error's message for what was found instead
 * @throws NodeError `NO_AUDIO`
 */
export function audioSource(
  RED: NodeAPI,
  msg: NodeMessageInFlow,
  property: string,
  complain: (found: string) => string,
): AudioSource {
  const value = readProperty(RED, msg, property);
  if (typeof value === 'string' ? value !== '' : isBytes(value) || isStream(value))
    return value as AudioSource;
  throw new NodeError('NO_AUDIO', complain(kindOf(value)));
}

/** Whether the audio comes in the source's own time. */
export function isStream(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || 'getReader' in value)
  );
}

function isBytes(value: unknown): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** JavaScript's own words, which are the same in every language. */
function kindOf(value: unknown): string {
  if (value === '' || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? 'array' : typeof value;
}
