import path from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { AsrError } from '../../../lib';
import type { AudioFormatHints } from '../../../lib';
import { excerpt, ffmpegSource, httpSource, tcpSource, udpSource, webSocketSource } from '../../../lib/hosts';
import type { LiveSource } from '../../../lib/hosts';
import { egressGuard, hostFetch } from '../shared/egress';
import type { NetworkHelpers } from '../shared/egress';
import { rawHints } from '../shared/audio-input';

type Parameter = (name: string, fallback: unknown) => unknown;

/**
 * The source that the fields of source-properties.ts describe.
 * @param rateHz Rate of the session, which ffmpeg is asked for.
 * @param network n8n's rules for connections.
 * @throws AsrError `INVALID_OPTION`
 */
export function readSource(parameter: Parameter, rateHz: number, network: NetworkHelpers): LiveSource {
  const options = parameter('options', {}) as IDataObject;
  const text = (name: string): string => String(parameter(name, '')).trim();
  const option = (name: string): string => (typeof options[name] === 'string' ? options[name].trim() : '');
  const hints = rawHints(options);
  const stallMs = numberOf(options.stallSeconds, 30, 1, 3600) * 1000;
  const kind = text('source');
  switch (kind) {
    case 'http':
      return httpSource({ address: text('streamUrl'), stallMs, fetch: hostFetch(network) });
    case 'webSocket':
      return webSocketSource({
        address: text('webSocketUrl'),
        subprotocol: option('subprotocol'),
        guard: egressGuard(network),
        hints,
      });
    case 'ffmpeg':
      return ffmpegSource({
        input: text('ffmpegInput'),
        format: option('ffmpegFormat'),
        fileFolders: fileFolders(),
        rtspTransport: option('rtspTransport') === 'udp' ? 'udp' : 'tcp',
        inRealTime: options.inRealTime === true,
        rateHz,
        guard: egressGuard(network),
        stallMs,
      });
    case 'tcp':
      return tcpSource({ ...portOptions(parameter, options, hints), token: tcpToken() });
    case 'udp':
      return udpSource(portOptions(parameter, options, hints));
    default:
      throw invalid('source', `There is no source ${excerpt(kind)}.`);
  }
}

function portOptions(parameter: Parameter, options: IDataObject, hints: AudioFormatHints) {
  const port = Number(parameter('port', 0));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid('port', `Choose a port from 1 to 65535, got ${port}.`);
  }
  const senders = typeof options.allowedSenders === 'string' ? options.allowedSenders : '';
  return {
    host: String(parameter('host', '')).trim() || '127.0.0.1',
    port,
    maxSenders: numberOf(options.maxSenders, 10, 1, 100),
    idleMs: numberOf(options.idleSeconds, 30, 1, 86_400) * 1000,
    allowedSenders: senders.split(/[\s,;]+/).filter(Boolean),
    hints,
  };
}

/** The token of all TCP ports, which is the operator's and not in the workflow, because workflows are exported. */
function tcpToken(): string {
  return process.env.FLOW_ASR_TCP_TOKEN?.trim() ?? '';
}

/**
 * The folders whose files the operator allows to be opened: FLOW_ASR_FILE_FOLDERS, separated as in PATH, within n8n's
 * own N8N_RESTRICT_FILE_ACCESS_TO, separated by semicolons.
 */
function fileFolders(): string[] {
  const ours = process.env.FLOW_ASR_FILE_FOLDERS?.split(path.delimiter).filter(Boolean) ?? [];
  const n8n = process.env.N8N_RESTRICT_FILE_ACCESS_TO?.split(';').map((folder) => folder.trim());
  const allowed = n8n?.filter(Boolean) ?? [];
  if (allowed.length === 0) return ours;
  return ours.filter((folder) =>
    allowed.some((base) => !path.relative(path.resolve(base), path.resolve(folder)).startsWith('..')),
  );
}

/** A number within its bounds, because an expression may give anything. */
function numberOf(value: unknown, fallback: number, min: number, max: number): number {
  const number = value === undefined || value === '' ? fallback : Number(value);
  return Number.isNaN(number) ? fallback : Math.min(Math.max(number, min), max);
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
