import path from 'node:path';
import { findFfmpeg, INSTALL_FFMPEG } from '../../audio/find-ffmpeg';
import type { EgressGuard } from '../../transport/egress';
import { AsrError } from '../../vocabulary/errors';
import { ffmpegInput } from './ffmpeg-input';
import type { FfmpegInput } from './ffmpeg-input';
import { programFeed } from './program-feed';
import type { ProgramEnd } from './program-feed';
import type { AudioFeed, StreamSource } from './source';

export interface FfmpegSourceOptions {
  /** An address; a device if `format` is set; or a file in one of `fileFolders`. */
  input: string;
  /** ffmpeg's name for a device format, such as `alsa`. */
  format?: string;
  /** Folders whose files the operator of this machine allows to be opened. Default: none. */
  fileFolders?: readonly string[];
  /** How an RTSP camera sends. `tcp` loses nothing on the way. */
  rtspTransport: 'tcp' | 'udp';
  /** Reads a file as fast as it was recorded, instead of as fast as possible. */
  inRealTime: boolean;
  /** The program to run. Default: see `findFfmpeg`. */
  program?: string;
  rateHz: number;
  /** The host's rules for connections. They are applied to the address itself, not to those that it leads to. */
  guard?: EgressGuard | undefined;
  stallMs: number;
}

/**
 * A source for whatever ffmpeg opens within the limits of {@link ffmpegInput}: RTSP cameras, HLS, sound cards, rare
 * formats.
 * @throws AsrError `INVALID_OPTION`
 */
export function ffmpegSource(options: FfmpegSourceOptions): StreamSource {
  const { input, format = '', rtspTransport, fileFolders = [], program = '' } = options;
  const opened = ffmpegInput({ input, format, rtspTransport, fileFolders });
  // Somebody who may edit a workflow must not be able to run any program of the machine.
  if (program && !/^ffmpeg[\w.-]*$/i.test(path.basename(program))) {
    throw invalid(
      'program',
      `The program is to be an ffmpeg, got ${JSON.stringify(path.basename(program))}.`,
    );
  }
  return { kind: 'stream', name: opened.name, connect: (signal) => connect(options, opened, signal) };
}

async function connect(
  options: FfmpegSourceOptions,
  opened: FfmpegInput,
  signal: AbortSignal,
): Promise<AudioFeed> {
  const { rateHz, stallMs } = options;
  if (opened.address) await options.guard?.check(opened.address);
  signal.throwIfAborted();
  const program = options.program || (await findFfmpeg());
  signal.throwIfAborted();
  return programFeed(
    {
      program,
      args: argumentsOf(options, opened.args),
      name: opened.name,
      rateHz,
      stallMs,
      reasonOf: (end) => reasonOf(options, opened.name, end),
    },
    signal,
  );
}

/** Why it has ended, without the address, which may contain a user and a password. */
function reasonOf({ input }: FfmpegSourceOptions, name: string, end: ProgramEnd): AsrError {
  const { failure: cause } = end;
  if (end.isMissing) return missing(cause);
  if (cause) return new AsrError('INVALID_OPTION', `ffmpeg cannot be started: ${cause.message}.`, { cause });
  const lastMessage = end.said
    .replaceAll(input.trim(), name)
    .replace(`${name}: `, '')
    .replaceAll(/\/\/[^/\s]*@/g, '//')
    .replace(/[.\s]+$/, '');
  const why = end.isStalled ? 'it has given no audio for too long' : lastMessage || 'it ended without audio';
  return new AsrError('CONNECTION_LOST', `ffmpeg cannot play ${name}: ${why}.`, { retryable: true });
}

function argumentsOf({ inRealTime, rateHz }: FfmpegSourceOptions, input: readonly string[]): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
    ...(inRealTime ? ['-re'] : []),
    ...input,
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-ac', '1', '-ar', String(rateHz)],
    ...['-flush_packets', '1', '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1'],
  ];
}

function missing(cause: unknown): AsrError {
  return new AsrError(
    'INVALID_OPTION',
    `There is no ffmpeg on this machine. ${INSTALL_FFMPEG}, or say where it is. ` +
      'The Docker images of n8n and Node-RED have none.',
    { cause },
  );
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
