import { object, string } from '../../base/json';
import type { JsonObject } from '../../base/json';
import { callFormat } from './call-format';
import type { CallFormat, CallInfo, CallProvider } from './call-events';

export type { JsonObject };

/** Ids have some 40 characters, and Telnyx's call_control_id about 100. */
const MAX_ID_CHARACTERS = 256;
const MAX_PARAMETERS_CHARACTERS = 16 * 1024;

type JsonProvider = 'twilio' | 'telnyx' | 'plivo';

/** Where each provider with JSON messages puts the id of a stream. */
const STREAM_IDS: readonly [property: string, provider: JsonProvider][] = [
  ['streamSid', 'twilio'],
  ['stream_id', 'telnyx'],
  ['streamId', 'plivo'],
];

/** What each of them sends unless it was told otherwise. */
export const USUAL_FORMATS: Readonly<Record<JsonProvider, CallFormat>> = {
  twilio: { encoding: 'mu-law', rateHz: 8000, channels: 1 },
  telnyx: { encoding: 'mu-law', rateHz: 8000, channels: 1 },
  plivo: { encoding: 's16le', rateHz: 8000, channels: 1 },
};

/** The id of a stream, whose place says whose it is. */
export interface StreamName {
  id: string;
  provider: JsonProvider;
}

export function idOf(message: JsonObject): StreamName | undefined {
  const inner = object(message.start) ?? object(message.media) ?? object(message.stop) ?? {};
  for (const [property, provider] of STREAM_IDS) {
    const id = boundedId(message[property] ?? inner[property]);
    if (id !== undefined) return { id, provider };
  }
  return undefined;
}

/** A `start` message. */
export interface Start {
  name: StreamName;
  call: CallInfo;
  /** `undefined` where it cannot be read. */
  format: CallFormat | undefined;
  encoding: string;
  faults: string[];
}

/** @returns `undefined` unless it has a stream and the format of its audio. */
export function readStart(message: JsonObject): Start | undefined {
  const start = object(message.start);
  const name = idOf(message);
  const media = object(start?.mediaFormat) ?? object(start?.media_format);
  const encoding = string(media?.encoding);
  if (!start || !name || !media || encoding === undefined) return undefined;
  const given =
    start.customParameters ?? start.custom_parameters ?? message.extra_headers ?? start.extra_headers;
  const parameters = parametersOf(given);
  return {
    name,
    call: {
      provider: name.provider,
      streamId: name.id,
      ...idsOf(start),
      parameters: parameters ?? {},
    },
    format: callFormat(encoding, media.sampleRate ?? media.sample_rate, media.channels),
    encoding,
    faults: parameters
      ? []
      : [
          `The parameters of the call have more than ${MAX_PARAMETERS_CHARACTERS} characters and were left out.`,
        ],
  };
}

/** The text that stands before binary messages: Vonage's, jambonz', or metadata of FreeSWITCH in the same form. */
export function readBinaryStart(message: JsonObject): { call: CallInfo; format: CallFormat } | undefined {
  const { event, 'content-type': contentType, sampleRate, ...rest } = message;
  if (event === 'websocket:connected' && typeof contentType === 'string') {
    const format = callFormat(contentType);
    if (format?.encoding !== 's16le') return undefined;
    return { call: { provider: 'vonage', ...metadataOf(rest) }, format };
  }
  if (event !== undefined || typeof sampleRate !== 'number') return undefined;
  const { callId } = idsOf(message);
  const channels = rest.mixType === 'stereo' ? 2 : 1;
  const format = callFormat('l16', sampleRate, channels);
  if (callId === undefined || !format) return undefined;
  const provider: CallProvider = 'callSid' in message ? 'jambonz' : 'freeswitch';
  return { call: { provider, ...metadataOf(message) }, format };
}

/** The ids in metadata that the application itself may have chosen, and all of it as parameters. */
export function metadataOf(metadata: JsonObject): Omit<CallInfo, 'provider'> {
  return { ...idsOf(metadata), parameters: parametersOf(metadata) ?? {} };
}

export function mediaOf(
  message: JsonObject,
): { track: string; payload: string; timestampMs?: number } | undefined {
  const media = object(message.media);
  const payload = string(media?.payload);
  if (!media || payload === undefined) return undefined;
  const timestampMs = Number(media.timestamp ?? NaN);
  return {
    track: (string(media.track) ?? 'inbound').replace(/_track$/, '') || 'inbound',
    payload,
    ...(Number.isFinite(timestampMs) && { timestampMs }),
  };
}

function idsOf(start: JsonObject): Omit<CallInfo, 'provider' | 'parameters' | 'streamId'> {
  const callId = boundedId(
    start.callSid ?? start.call_sid ?? start.call_control_id ?? start.callId ?? start.call_uuid ?? start.uuid,
  );
  const accountId = boundedId(start.accountSid ?? start.account_sid ?? start.accountId);
  const from = boundedId(start.from);
  const to = boundedId(start.to);
  return {
    ...(callId !== undefined && { callId }),
    ...(accountId !== undefined && { accountId }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function boundedId(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_CHARACTERS ? value : undefined;
}

/** @returns `undefined` where they are too long. Plivo sends its extra headers as text. */
function parametersOf(given: unknown): Record<string, unknown> | undefined {
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? {});
  if (text.length > MAX_PARAMETERS_CHARACTERS) return undefined;
  if (typeof given !== 'string') return { ...object(given) };
  try {
    return { ...object(JSON.parse(given)) };
  } catch {
    return given === '' ? {} : { headers: given };
  }
}
