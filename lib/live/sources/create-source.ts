import path from 'node:path';
import type { AudioFormatHints } from '../../audio/format';
import { excerpt } from '../../base/excerpt';
import type { Fetch } from '../../base/http-request';
import type { EgressGuard } from '../../transport/egress';
import { AsrError } from '../../vocabulary/errors';
import { DEFAULT_MODEL } from '../../vocabulary/models';
import { audioSocketSource } from './audiosocket';
import { callsSource } from './calls';
import { computerMicrophone } from './computer-microphone';
import { ffmpegSource } from './ffmpeg';
import { checkSourceValues } from './field-values';
import { httpSource } from './http';
import { isSourceKind, SOURCE_KINDS } from './kinds';
import type { SourceKindName, SourceValues } from './kinds';
import { satelliteSource } from './satellite';
import type { LiveSource } from './source';
import { tcpSource } from './tcp';
import type { PortSourceOptions } from './tcp';
import { udpSource } from './udp';
import { webSocketSource } from './websocket';
import { wyomingSource } from './wyoming';

/** Everything that a source gets from its host, beside its own fields. */
export interface SourceSurroundings {
  /** The rate of the recognition, which recording programs are asked for. */
  rateHz: number;
  /** The models that clients may ask for, where they can; the first is the one of the recognition. */
  models?: readonly string[];
  /** Used instead of the built-in fetch. */
  fetch?: Fetch;
  /** The host's rules for connections. Default: everything is allowed. */
  guard?: EgressGuard | undefined;
  /** Folders whose files ffmpeg may open. Default: those that the operator names, see {@link operatorFolders}. */
  fileFolders?: readonly string[];
}

type Create = (values: Readonly<Record<string, unknown>>, surroundings: SourceSurroundings) => LiveSource;

const CREATE: Readonly<Record<SourceKindName, Create>> = {
  http: checked('http', ({ streamUrl, user, password, stallSeconds }, { fetch }) =>
    httpSource({
      address: withLogin(streamUrl, user, password),
      stallMs: stallSeconds * 1000,
      ...(fetch && { fetch }),
    }),
  ),
  ffmpeg: checked('ffmpeg', (values, { rateHz, guard, fileFolders = operatorFolders() }) =>
    ffmpegSource({
      input: withLogin(values.ffmpegInput, values.user, values.password),
      format: values.ffmpegFormat,
      fileFolders,
      rtspTransport: values.rtspTransport,
      inRealTime: values.inRealTime,
      rateHz,
      guard,
      stallMs: values.stallSeconds * 1000,
    }),
  ),
  webSocket: checked('webSocket', (values, { guard }) =>
    webSocketSource({
      address: withLogin(values.webSocketUrl, values.user, values.password),
      subprotocol: values.subprotocol,
      hints: rawHints(values),
      guard,
    }),
  ),
  tcp: checked('tcp', (values) =>
    tcpSource({
      ...portOptions(values),
      token: values.token || operatorSecret('FLOW_ASR_TCP_TOKEN'),
    }),
  ),
  udp: checked('udp', (values) => udpSource(portOptions(values))),
  calls: checked('calls', (values) => {
    const { path: ofCalls, callToken, twilioAuthToken, publicUrl, callRate } = values;
    const authToken = twilioAuthToken || operatorSecret('FLOW_ASR_TWILIO_AUTH_TOKEN');
    if (authToken && !publicUrl && !callToken) throw withoutPublicUrl();
    return callsSource({
      ...listeningOptions(values),
      path: ofCalls,
      token: callToken || operatorSecret('FLOW_ASR_CALLS_TOKEN'),
      ...(authToken && publicUrl && { twilio: { authToken, publicUrl } }),
      binaryFormat: { encoding: 's16le', rateHz: callRate, channels: 1 },
    });
  }),
  audioSocket: checked('audioSocket', (values) => audioSocketSource(listeningOptions(values))),
  wyoming: checked('wyoming', (values, { models = [DEFAULT_MODEL] }) =>
    wyomingSource({ ...listeningOptions(values), models }),
  ),
  satellite: checked('satellite', ({ satelliteAddress }, { guard }) =>
    satelliteSource({ address: satelliteAddress, guard }),
  ),
  microphone: checked('microphone', ({ device, recorder }, { rateHz }) =>
    computerMicrophone({ device, recorder, rateHz }),
  ),
};

/**
 * Makes a live source of a kind in the table of kinds from the values of its fields. It opens nothing yet.
 * @param values Those of other kinds are ignored, so a host may pass all that it has stored.
 * @throws AsrError `INVALID_OPTION` with the field's name as `param`; never with an address, which may contain a
 * password.
 */
export function createSource(
  kind: string,
  values: Readonly<Record<string, unknown>>,
  surroundings: SourceSurroundings,
): LiveSource {
  if (!isSourceKind(kind)) {
    const names = Object.keys(SOURCE_KINDS).join(', ');
    throw new AsrError('INVALID_OPTION', `There is no source ${excerpt(kind)}. Expected one of ${names}.`, {
      param: 'source',
    });
  }
  return CREATE[kind](values, surroundings);
}

/** A function that makes a source of values that it checks. */
function checked<K extends SourceKindName>(
  kind: K,
  create: (values: SourceValues<K>, surroundings: SourceSurroundings) => LiveSource,
): Create {
  return (values, surroundings) => create(checkSourceValues(kind, values), surroundings);
}

/** The folders whose files ffmpeg may open: FLOW_ASR_FILE_FOLDERS, separated as in PATH. */
export function operatorFolders(): string[] {
  return process.env.FLOW_ASR_FILE_FOLDERS?.split(path.delimiter).filter(Boolean) ?? [];
}

/** The address with the user and the password in it; unchanged where it is none, or where there are none. */
function withLogin(address: string, user: string, password: string): string {
  if ((!user && !password) || !/^\w+:\/\//.test(address) || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = user;
  url.password = password;
  return url.href;
}

function portOptions(values: SourceValues<'udp'>): PortSourceOptions {
  return { ...listeningOptions(values), hints: rawHints(values) };
}

function listeningOptions(values: SourceValues<'audioSocket'>): Omit<PortSourceOptions, 'hints'> {
  const { host, port, maxSenders, idleSeconds, allowedSenders } = values;
  return { host: host || '127.0.0.1', port, maxSenders, idleMs: idleSeconds * 1000, allowedSenders };
}

/** A secret of the operator of this machine, for hosts whose flows are exported with their fields. */
function operatorSecret(name: string): string {
  return process.env[name]?.trim() ?? '';
}

function withoutPublicUrl(): AsrError {
  return new AsrError(
    'INVALID_OPTION',
    'Expected `publicUrl` beside the auth token of Twilio: its signature is of the address that Twilio connects to.',
    { param: 'publicUrl' },
  );
}

function rawHints(
  values: Pick<SourceValues<'udp'>, 'rawRate' | 'rawChannels' | 'rawEncoding'>,
): AudioFormatHints {
  const { rawRate, rawChannels, rawEncoding } = values;
  return {
    ...(rawRate !== undefined && { rate: rawRate }),
    ...(rawChannels !== undefined && { channels: rawChannels }),
    ...(rawEncoding !== undefined && { encoding: rawEncoding }),
  };
}
