import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { excerpt } from '../../base/excerpt';
import { AsrError } from '../../vocabulary/errors';
import { publicName } from './address';
import { ALSA_DEVICE, AVFOUNDATION_DEVICE, DSHOW_DEVICE, PULSE_DEVICE } from './device-names';

/**
 * ffmpeg opens far more than audio: `lavfi` filters read and write any file, raw formats give any file byte for byte,
 * `concat` and `subfile` lead to others. Somebody who may edit a workflow must not be able to do all of this, so the
 * input is one of three things: an address, a device, or a file in a folder that the operator has named.
 */
export interface FfmpegInput {
  /** The arguments of ffmpeg up to and including the input. */
  args: string[];
  /** The name for people, without the user and the password of an address. */
  name: string;
  /** Set where the input is an address. */
  address?: URL;
}

export interface FfmpegInputOptions {
  input: string;
  /** ffmpeg's name for a device format, such as `alsa`; empty for addresses and files. */
  format: string;
  /** How an RTSP camera sends. `tcp` loses nothing on the way. */
  rtspTransport: 'tcp' | 'udp';
  /** Folders whose files may be opened. */
  fileFolders: readonly string[];
}

const SCHEMES = /^(https?|rtsps?|rtmp|rtmps|rtmpt|rtmpts|rtp|srtp|srt|tcp|tls|udp|mmsh|mmst):\/\/[^/\s]/i;
/** Protocols that an address may lead to. None of them leads from a server to the files of this machine. */
const NETWORK_PROTOCOLS =
  'http,https,httpproxy,tcp,tls,udp,rtp,rtcp,rtsp,rtsps,srtp,rtmp,rtmps,rtmpt,rtmpts,srt,mmsh,mmst,crypto,hls';
/** Formats that contain their audio and cannot lead to another file. */
const CONTAINERS =
  'aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,matroska,webm,mov,mp4,mp3,mpeg,mpegts,ogg,tta,voc,w64,wav,wv';
const NETWORK_FORMATS = `${CONTAINERS},hls,applehttp,dash,rtsp,rtp,sdp`;

/** The devices, with the names that they may have. */
const DEVICES: Readonly<Record<string, { names: RegExp; example: string }>> = {
  alsa: { names: ALSA_DEVICE, example: 'default or plughw:1,0' },
  pulse: { names: PULSE_DEVICE, example: 'default' },
  jack: { names: /^[\w.@:+ -]+$/, example: 'ffmpeg' },
  sndio: { names: /^(default|snd\/\d+(\.\w+)?|rsnd\/\d+)$/, example: 'default' },
  avfoundation: { names: AVFOUNDATION_DEVICE, example: ':0' },
  dshow: { names: DSHOW_DEVICE, example: 'audio=Microphone' },
};

/**
 * Checks the input that a person gave for ffmpeg.
 * @throws AsrError `INVALID_OPTION` with `param` `format` or `input`.
 */
export function ffmpegInput(options: FfmpegInputOptions): FfmpegInput {
  const input = options.input.trim();
  if (input === '') throw invalid('input', 'Say what FFmpeg is to open.');
  const format = options.format.trim().toLowerCase();
  if (format !== '') return device(input, format);
  if (SCHEMES.test(input)) return address(input, options.rtspTransport);
  return file(input, options.fileFolders);
}

function device(input: string, format: string): FfmpegInput {
  const known = Object.hasOwn(DEVICES, format) ? DEVICES[format] : undefined;
  if (!known) {
    const names = Object.keys(DEVICES).join(', ');
    const message = `Expected the format of a device (${names}) or none, got ${excerpt(format)}.`;
    throw invalid('format', `${message} Addresses and files need no format.`);
  }
  if (!known.names.test(input)) {
    throw invalid(
      'input',
      `Expected a device of ${format}, such as ${known.example}, got ${excerpt(input)}.`,
    );
  }
  return { args: ['-f', format, '-i', input], name: input };
}

function address(input: string, rtspTransport: 'tcp' | 'udp'): FfmpegInput {
  const url = URL.canParse(input) ? new URL(input) : undefined;
  return {
    args: [
      ...['-protocol_whitelist', NETWORK_PROTOCOLS, '-format_whitelist', NETWORK_FORMATS],
      ...(/^rtsps?:/i.test(input) ? ['-rtsp_transport', rtspTransport] : []),
      ...['-i', input],
    ],
    name: url ? publicName(url) : 'the address',
    ...(url && { address: url }),
  };
}

function file(input: string, folders: readonly string[]): FfmpegInput {
  const refuse = (why: string): AsrError =>
    invalid(
      'input',
      `${why}, got ${excerpt(input)}. Besides, it may be an address such as rtsp://camera/stream, or a device with its format.`,
    );
  if (folders.length === 0) {
    throw refuse('Files are opened only in folders that the operator names in FLOW_ASR_FILE_FOLDERS');
  }
  let real: string;
  try {
    real = realpathSync(input);
  } catch (cause) {
    throw Object.assign(refuse('Expected a file that exists'), { cause });
  }
  const isInside = folders.some((folder) => isWithin(real, folder));
  // A pipe or a device would never end, or never begin.
  if (!isInside || !statSync(real).isFile()) {
    throw refuse('Expected a regular file in one of the folders that FLOW_ASR_FILE_FOLDERS names');
  }
  const whitelists = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS];
  return { args: [...whitelists, '-i', `file:${real}`], name: real };
}

function isWithin(file: string, folder: string): boolean {
  try {
    const relative = path.relative(realpathSync(folder), file);
    return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  } catch {
    return false;
  }
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
