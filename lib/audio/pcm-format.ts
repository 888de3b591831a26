import { AsrError } from '../vocabulary/errors';
import { excerpt, shortened } from '../base/excerpt';
import type { PcmFormat } from '../base/kernel';
import type { AudioFormatHints } from './format';

export type { PcmFormat };

const NAMED = /^(?:pcm_)?([suf])(8|16|24|32|64)(le|be)?$/;
const KINDS: Readonly<Record<string, PcmFormat['kind']>> = {
  signed: 'signed',
  'signed-integer': 'signed',
  pcm: 'signed',
  lpcm: 'signed',
  linear: 'signed',
  linear16: 'signed',
  l16: 'signed',
  l24: 'signed',
  raw: 'signed',
  unsigned: 'unsigned',
  'unsigned-integer': 'unsigned',
  float: 'float',
  'floating-point': 'float',
  alaw: 'a-law',
  'a-law': 'a-law',
  pcma: 'a-law',
  g711a: 'a-law',
  pcm_alaw: 'a-law',
  mulaw: 'mu-law',
  'mu-law': 'mu-law',
  'u-law': 'mu-law',
  ulaw: 'mu-law',
  pcmu: 'mu-law',
  basic: 'mu-law',
  g711u: 'mu-law',
  pcm_mulaw: 'mu-law',
};
const KIND_BITS: Readonly<Record<PcmFormat['kind'], readonly number[]>> = {
  signed: [16, 8, 24, 32],
  unsigned: [8, 16, 24, 32],
  float: [32, 64],
  'a-law': [8],
  'mu-law': [8],
};
/** Endings of files without a header, with the rate where there is only one: telephones have 8 kHz. */
const ENDINGS: Readonly<Record<string, { encoding: string; rateHz?: number }>> = {
  raw: { encoding: 'signed-integer' },
  pcm: { encoding: 'signed-integer' },
  sw: { encoding: 's16' },
  uw: { encoding: 'u16' },
  sb: { encoding: 's8' },
  ub: { encoding: 'u8' },
  sln: { encoding: 's16', rateHz: 8000 },
  sln16: { encoding: 's16', rateHz: 16_000 },
};
/** The rate of G.711 without a hint (RFC 3551, 4.5.14). */
const TELEPHONE_RATE_HZ = 8000;

/** The format of raw samples by the hints: those of the caller first, then the MIME type, then the file name. */
export interface RawFormat {
  pcm: PcmFormat;
  /** `undefined` without a hint. */
  rateHz?: number;
  channels: number;
}

/** @throws AsrError `BAD_AUDIO` for an encoding, a size or a number that no audio has. */
export function rawFormat(hints: AudioFormatHints): RawFormat {
  const mime = parseMime(hints.mimeType);
  const named = rawEnding(hints.fileName);
  const told = hints.encoding ?? mime.encoding ?? named?.encoding ?? 'signed-integer';
  const pcm = pcmFormat(told.toLowerCase(), hints.bits ?? mime.bits, hints.endian ?? mime.endian);
  const isTelephone = pcm.kind === 'a-law' || pcm.kind === 'mu-law';
  const rateHz = hints.rate ?? mime.rate ?? named?.rateHz ?? (isTelephone ? TELEPHONE_RATE_HZ : undefined);
  const channels = hints.channels ?? mime.channels ?? 1;
  if (rateHz !== undefined && !isRate(rateHz)) {
    throw new AsrError(
      'BAD_AUDIO',
      `The audio is said to have a rate of ${asTold(rateHz)} Hz; expected 1000 to 768000.`,
    );
  }
  if (!isChannelCount(channels)) {
    throw new AsrError(
      'BAD_AUDIO',
      `The audio is said to have ${asTold(channels)} channels; expected 1 to 64.`,
    );
  }
  return { pcm, ...(rateHz !== undefined && { rateHz }), channels };
}

/** Whether the hints name raw samples, so that a chance resemblance to another format does not count. */
export function saysRaw({ rate, bits, encoding, mimeType, fileName }: AudioFormatHints): boolean {
  if (encoding !== undefined) return isRawEncoding(encoding);
  if (rate !== undefined || bits !== undefined) return true;
  return parseMime(mimeType).encoding !== undefined || rawEnding(fileName) !== undefined;
}

/** Whether hints that name raw samples also give their rate. */
export function saysRate(hints: AudioFormatHints): boolean {
  return rawFormat(hints).rateHz !== undefined;
}

function rawEnding(fileName: string | undefined): { encoding: string; rateHz?: number } | undefined {
  const ending = endingOf(fileName);
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending];
  // `l16` and `basic` are names of MIME types and not of files.
  const isNamed = NAMED.test(ending) || (KINDS[ending] !== undefined && /law$|^pcm[au]$/.test(ending));
  if (isNamed) return { encoding: ending };
  return ending === 'ul' || ending === 'al' ? { encoding: `${ending}aw` } : undefined;
}

export function isRawEncoding(encoding: string): boolean {
  const name = encoding.toLowerCase();
  return Object.hasOwn(KINDS, name) || NAMED.test(name);
}

export function isRate(rateHz: number): boolean {
  return Number.isFinite(rateHz) && rateHz >= 1000 && rateHz <= 768_000;
}

export function isChannelCount(channels: number): boolean {
  return Number.isInteger(channels) && channels >= 1 && channels <= 64;
}

/** ffmpeg's name: `pcm_s16le`, `pcm_u8`, `pcm_alaw`. */
export function pcmCodecName({ kind, bits, isBigEndian }: PcmFormat): string {
  if (kind === 'a-law') return 'pcm_alaw';
  if (kind === 'mu-law') return 'pcm_mulaw';
  return `pcm_${kind[0] ?? ''}${bits}${bits === 8 ? '' : isBigEndian ? 'be' : 'le'}`;
}

function pcmFormat(name: string, bits: number | undefined, endian: 'little' | 'big' | undefined): PcmFormat {
  const named = NAMED.exec(name);
  if (named) {
    const kind = named[1] === 's' ? 'signed' : named[1] === 'u' ? 'unsigned' : 'float';
    const isBigEndian = named[3] ? named[3] === 'be' : endian === 'big';
    return checked({ kind, bits: Number(named[2]), isBigEndian }, name);
  }
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind) {
    throw new AsrError(
      'BAD_AUDIO',
      `The audio is said to be encoded as ${excerpt(name)}, which is no encoding of raw samples that is known. ` +
        'Say for example "signed-integer", "floating-point", "a-law", "mu-law" or "opus", or leave it out.',
    );
  }
  const defaultBits = name === 'l24' ? 24 : (KIND_BITS[kind][0] ?? 16);
  return checked({ kind, bits: bits ?? defaultBits, isBigEndian: endian === 'big' }, name);
}

function checked(format: PcmFormat, name: string): PcmFormat {
  const sizes = KIND_BITS[format.kind];
  if (sizes.includes(format.bits)) return format;
  throw new AsrError(
    'BAD_AUDIO',
    `The audio is said to be ${name} of ${asTold(format.bits)} bits; expected ${[...sizes].sort((a, b) => a - b).join(', ')}.`,
  );
}

interface MimeHints {
  encoding?: string;
  rate?: number;
  channels?: number;
  bits?: number;
  endian?: 'little' | 'big';
}

/**
 * Reads a MIME type of raw samples: RFC 2586 and RFC 3551 (L16, L24, big-endian), PCMA, PCMU, basic, and `audio/pcm`.
 */
function parseMime(mimeType = ''): MimeHints {
  const [type = '', ...parameters] = mimeType.toLowerCase().split(';');
  const name = type.trim().replace(/^audio\/(x-)?/, '');
  if (!type.includes('/') || !isRawEncoding(name)) return {};
  // RFC 2586 and RFC 3551 send the upper byte first.
  const isNetworkOrder = name === 'l16' || name === 'l24';
  const hints: MimeHints = { encoding: name, ...(isNetworkOrder && { endian: 'big' as const }) };
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=').map((part) => part.trim().replaceAll('"', ''));
    const number = Number(value);
    if ((key === 'rate' || key === 'samplerate') && number > 0) hints.rate = number;
    else if (key === 'channels' && number > 0) hints.channels = number;
    else if ((key === 'bits' || key === 'bitdepth') && number > 0) hints.bits = number;
    else if (key === 'endian' || key === 'endianness')
      hints.endian = value.startsWith('big') ? 'big' : 'little';
  }
  return hints;
}

/** The letters behind the last dot, in lower case. */
export function endingOf(fileName = ''): string {
  return /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
}

/** Whoever calls from JavaScript may say anything in place of a number. */
function asTold(value: unknown): string {
  return shortened(String(value));
}
