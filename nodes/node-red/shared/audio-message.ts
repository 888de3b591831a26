import type { NodeAPI, NodeMessageInFlow } from 'node-red';
import { fieldsOf, isObject } from '../../../lib/hosts';
import type { AudioFormatHints, AudioSource, ReadAudioOptions } from '../../../lib';
import { NodeError } from './errors';
import { readProperty } from './red';

type TextKind = NonNullable<ReadAudioOptions['strings']>;

/** How a node reads text where its dialog says nothing: never as a path or an address. */
export const DEFAULT_TEXT: TextKind = 'base64';

/** Texts of the node's catalogue for messages without audio. */
export interface AudioTexts {
  noAudio: (found: string) => string;
  badHint: (property: string, found: string) => string;
  /** For text from outside that would be a path or an address. */
  textFromOutside: () => string;
  /** For a form that `http in` does not parse. */
  files: (count: number) => string;
}

/** The texts of this node type: `<type>.error.*`. */
export function audioTexts(RED: NodeAPI, type: string, property: string): AudioTexts {
  return {
    noAudio: (found) => RED._(`${type}.error.no-audio`, { property, found }),
    badHint: (hint, found) => RED._(`${type}.error.bad-hint`, { hint, found }),
    textFromOutside: () => RED._(`${type}.error.text-from-outside`),
    files: (count) => RED._(`${type}.error.files`, { count }),
  };
}

/** The audio of a message, and the hints about it. */
export interface MessageAudio {
  source: AudioSource;
  /** How a text is read. */
  strings: TextKind;
  hints: AudioFormatHints;
}

interface UploadedFile {
  buffer?: unknown;
  mimetype?: unknown;
  originalname?: unknown;
}

interface Request {
  headers?: Record<string, unknown>;
  files?: unknown;
}

/**
 * The audio of a message. The client examines its bytes; only what can never be audio is refused here.
 * @returns `undefined` for a message that is meant to have no audio: an empty Buffer, or the end of a `file in`
 * stream.
 * @throws NodeError `NO_AUDIO`, `BAD_HINT`
 */
export function messageAudio(
  RED: NodeAPI,
  msg: NodeMessageInFlow,
  { property, strings }: { property: string; strings: TextKind },
  texts: AudioTexts,
): MessageAudio | undefined {
  const value = readProperty(RED, msg, property);
  const hints = formatHints(msg, texts);
  const bytes = asBytes(value);
  if (bytes && !isEmpty(bytes)) return { source: bytes, strings, hints: { ...typeOfBytes(msg), ...hints } };
  const upload = uploadOf(msg, texts);
  if (upload) return { source: upload.source, strings, hints: { ...upload.hints, ...hints } };
  if (bytes ? !isWhole(msg) : isEndOfParts(msg, value)) return undefined;
  if (isStream(value))
    return { source: value as AudioSource, strings, hints: { ...typeOfBytes(msg), ...hints } };
  if (typeof value === 'string' && value !== '') {
    return { source: value, strings: textKind(value, msg, strings, texts), hints };
  }
  throw new NodeError('NO_AUDIO', texts.noAudio(kindOf(value)));
}

/** Whether the audio arrives in the source's own time. */
export function isStream(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || 'getReader' in value)
  );
}

/**
 * The hints in the message: the properties of the palette's sox nodes, and those that `http in`, `http request` and
 * `file in` set.
 * @throws NodeError `BAD_HINT` for an invalid number.
 */
function formatHints(msg: NodeMessageInFlow, texts: AudioTexts): AudioFormatHints {
  const { encoding, endian, channel, filename, mimeType } = msg;
  // Telephone gateways name the encoding by its MIME type.
  const isType = typeof encoding === 'string' && encoding.includes('/');
  return {
    ...numberHint('rate', msg.rate, texts),
    ...numberHint('channels', msg.channels, texts),
    ...numberHint('bits', msg.bits, texts),
    ...(typeof encoding === 'string' && encoding !== '' && !isType && { encoding }),
    ...((endian === 'little' || endian === 'big') && { endian }),
    ...(typeof channel === 'number' && { channel }),
    ...(typeof filename === 'string' && { fileName: filename }),
    ...(typeof mimeType === 'string' && mimeType !== '' && { mimeType }),
    ...(isType && { mimeType: encoding }),
    ...(isWhole(msg) && { isRecording: true }),
  };
}

/** The type of a body, which does not apply to text that was taken from it. */
function typeOfBytes(msg: NodeMessageInFlow): AudioFormatHints {
  const type = fieldsOf(msg.headers)['content-type'] ?? requestOf(msg)?.headers?.['content-type'];
  return typeof type === 'string' ? { mimeType: type } : {};
}

/** MQTT and HTTP carry numbers as text. */
function numberHint(name: 'rate' | 'channels' | 'bits', value: unknown, texts: AudioTexts): AudioFormatHints {
  if (value === undefined || value === null || value === '') return {};
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  if (Number.isFinite(number) && number > 0) return { [name]: number };
  throw new NodeError('BAD_HINT', texts.badHint(name, JSON.stringify(value).slice(0, 60)));
}

/** Properties that people set for the rate and similar values, and that no node reads. */
const UNREAD_HINTS: Readonly<Record<string, string>> = {
  sampleRate: 'rate',
  samplerate: 'rate',
  sample_rate: 'rate',
  sampleRateHertz: 'rate',
  rateHz: 'rate',
  bitDepth: 'bits',
  bitsPerSample: 'bits',
  numChannels: 'channels',
  channelCount: 'channels',
  format: 'encoding',
  codec: 'encoding',
  mimetype: 'mimeType',
};

/** Properties of the message that look like hints, each with the one that is read instead. */
export function unreadHints(msg: NodeMessageInFlow): [unread: string, read: string][] {
  return Object.entries(UNREAD_HINTS).filter(([unread, read]) => unread in msg && !(read in msg));
}

/** Whether the message has a whole recording: it is the body of a request, which has headers. */
function isWhole(msg: NodeMessageInFlow): boolean {
  return requestOf(msg)?.headers !== undefined;
}

/**
 * Whether the message comes from `http in`, `websocket in` or `tcp in`, so that anybody may have written its text.
 */
function isFromOutside(msg: NodeMessageInFlow): boolean {
  return requestOf(msg) !== undefined || '_session' in msg;
}

function requestOf(msg: NodeMessageInFlow): Request | undefined {
  return isObject(msg.req) ? msg.req : undefined;
}

/** Text from outside is never read as a path or an address "by its look", because strangers would choose which. */
function textKind(text: string, msg: NodeMessageInFlow, strings: TextKind, texts: AudioTexts): TextKind {
  if (strings !== 'auto' || !isFromOutside(msg)) return strings;
  const isPath =
    !/^data:/i.test(text) && !/^[A-Za-z0-9+/_\s-]*={0,2}$/.test(text.trim()) && !/[\0\ufffd]/.test(text);
  if (isPath) throw new NodeError('NO_AUDIO', texts.textFromOutside());
  return 'base64';
}

/** The only file of a form that `http in` has parsed. */
function uploadOf(
  msg: NodeMessageInFlow,
  texts: AudioTexts,
): { source: Uint8Array; hints: AudioFormatHints } | undefined {
  const files = requestOf(msg)?.files;
  if (!Array.isArray(files) || files.length === 0) return undefined;
  const [file] = files as UploadedFile[];
  if (files.length > 1 || !(file?.buffer instanceof Uint8Array)) {
    throw new NodeError('NO_AUDIO', texts.files(files.length));
  }
  const { buffer, mimetype, originalname } = file;
  return {
    source: buffer,
    hints: {
      ...(typeof mimetype === 'string' && { mimeType: mimetype }),
      ...(typeof originalname === 'string' && { fileName: originalname }),
      isRecording: true,
    },
  };
}

/** Bytes, also in their JSON forms: `{type: 'Buffer', data: […]}`, a list of bytes, a list of Buffers. */
function asBytes(value: unknown): Uint8Array | ArrayBuffer | undefined {
  if (ArrayBuffer.isView(value)) return value as Uint8Array;
  if (value instanceof ArrayBuffer) return value;
  const { type, data } = fieldsOf(value);
  const list: unknown = type === 'Buffer' ? data : value;
  if (!Array.isArray(list) || (list.length === 0 && type !== 'Buffer')) return undefined;
  if (list.every(isByte)) return Uint8Array.from(list);
  const parts = list.map((part) => (isByte(part) ? undefined : asBytes(part)));
  return parts.every((part) => part instanceof Uint8Array) ? Buffer.concat(parts) : undefined;
}

function isByte(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255;
}

function isEmpty(bytes: Uint8Array | ArrayBuffer): boolean {
  return bytes.byteLength === 0;
}

/**
 * `file in` ends a stream of Buffers with a message without payload where the size of the file is a whole number of
 * them.
 */
function isEndOfParts(msg: NodeMessageInFlow, value: unknown): boolean {
  const { type, count } = fieldsOf(msg.parts);
  return value === undefined && type === 'buffer' && count !== undefined;
}

/** JavaScript's own words, which are the same in every language. */
function kindOf(value: unknown): string {
  if (value === '' || value === null) return JSON.stringify(value);
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Aborts when the node closes, or when nobody waits for the answer to the message any more. */
export function signalOf(msg: NodeMessageInFlow, closing: AbortSignal): AbortSignal {
  const response = (msg as { res?: { _res?: unknown } }).res?._res as
    { once?: (event: 'close', listener: () => void) => void; destroyed?: boolean } | undefined;
  if (typeof response?.once !== 'function') return closing;
  const gone = new AbortController();
  const abort = (): void => {
    gone.abort(new Error('The one who asked has closed the connection.'));
  };
  if (response.destroyed) abort();
  else response.once('close', abort);
  return AbortSignal.any([closing, gone.signal]);
}
