import { shortened } from '../base/excerpt';
import type { AudioFormatHints } from './format';
import { ffmpeg, foreign, headless, NAMED_FOR_FFMPEG } from './marks';
import type { Identity } from './marks';
import { endingOf, isRawEncoding, saysRaw } from './pcm-format';

/** Containers by file ending or subtype of a MIME type, for bytes that do not begin like one. */
const CONTAINERS: Readonly<Record<string, string>> = {
  ogg: 'an Ogg file',
  opus: 'an Ogg file',
  oga: 'an Ogg file',
  webm: 'a WebM recording',
  weba: 'a WebM recording',
  mkv: 'a Matroska file',
  wav: 'a WAV',
  wave: 'a WAV',
  flac: 'a FLAC file',
  aif: 'an AIFF',
  aiff: 'an AIFF',
  m4a: 'an MP4',
  mp4: 'an MP4',
  mov: 'a QuickTime film',
};

/** Endings of files that are no audio. */
const NO_AUDIO_ENDINGS: Readonly<Record<string, string>> = {
  enc: 'encrypted',
  crypt: 'encrypted',
  crypt14: 'encrypted',
  crypt15: 'encrypted',
  gpg: 'encrypted',
  pgp: 'encrypted',
  ...named('an image', 'jpg jpeg png gif bmp webp heic heif avif tif tiff ico svg psd'),
  ...named('a document', 'pdf doc docx xls xlsx ppt pptx odt ods rtf html htm xml json csv md'),
  ...named('an archive', 'zip gz tgz 7z rar tar bz2 xz zst'),
  ...named('a database', 'sqlite sqlite3 db mdb'),
  ...named('a program', 'exe dll so apk jar iso dmg'),
};

const NO_AUDIO_TYPES: readonly [type: RegExp, what: string][] = [
  [/^image\//, 'an image'],
  [/^font\//, 'a font'],
  [/^application\/(pdf|rtf|msword|postscript)$|^application\/vnd\.(ms-|openxmlformats|oasis)/, 'a document'],
  [
    /^application\/(x-)?(zip|gzip|7z-compressed|rar|rar-compressed|vnd\.rar|tar|bzip2?|xz|zstd)(-compressed)?$/,
    'an archive',
  ],
  [/^application\/(x-)?(vnd\.)?sqlite3?$/, 'a database'],
];

/** Types that a sender sets for its whole message, and that may say nothing about the audio in it. */
const ENVELOPES: readonly [type: RegExp, what: string][] = [
  [/^multipart\//, 'a form'],
  [/^application\/x-www-form-urlencoded$/, 'a form'],
  [/^application\/([\w.-]+\+)?(json|xml)$/, 'a document'],
  [/^text\/(?!plain$)/, 'a document'],
];

/** A refusal where a name or a type says that the bytes are no audio, and the bytes do not say otherwise. */
export function contradiction(hints: AudioFormatHints): Identity | undefined {
  const { fileName = '', mimeType = '' } = hints;
  const ending = endingOf(fileName);
  const byName = Object.hasOwn(NO_AUDIO_ENDINGS, ending) ? NO_AUDIO_ENDINGS[ending] : undefined;
  if (byName !== undefined) {
    const advice = byName === 'encrypted' ? ENCRYPTED_ADVICE : undefined;
    return foreign(`${byName}, by its name (.${ending})`, advice);
  }
  const type = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  const types = saysRaw({ ...hints, mimeType: '' }) ? NO_AUDIO_TYPES : [...NO_AUDIO_TYPES, ...ENVELOPES];
  const byType = types.find(([pattern]) => pattern.test(type));
  return byType && foreign(`${byType[1]}, by its type (${shortened(type)})`, TYPE_ADVICE);
}

const ENCRYPTED_ADVICE =
  'Media of WhatsApp are encrypted with a key that is in their message: let the gateway decrypt them, or download the decrypted file.';
const TYPE_ADVICE = 'If it is audio all the same, give it a type such as audio/wav, or none.';

/** Identifies the format by name or type, where the bytes do not tell. */
export function identifyByName(hints: AudioFormatHints): Identity | undefined {
  const name = nameOf(hints);
  if (name === 'mp3' || name === 'mpeg' || name === 'mp2') return { kind: 'mp3' };
  if (name === 'aac' || name === 'aacp') return ffmpeg('aac', 'AAC');
  const input = Object.hasOwn(NAMED_FOR_FFMPEG, name) ? NAMED_FOR_FFMPEG[name] : undefined;
  if (input) return { kind: 'ffmpeg', input };
  const container = Object.hasOwn(CONTAINERS, name) ? CONTAINERS[name] : undefined;
  return container === undefined ? undefined : headless(container);
}

/** The format that the MIME type or the file name gives, in letters. */
function nameOf({ mimeType = '', fileName, encoding = '' }: AudioFormatHints): string {
  const [, subtype] = /^(?:audio|video)\/(?:x-)?([a-z0-9]+)/i.exec(mimeType) ?? [];
  const told = encoding && !isRawEncoding(encoding) ? encoding : '';
  return told.toLowerCase() || subtype?.toLowerCase() || endingOf(fileName);
}

function named(what: string, endings: string): Record<string, string> {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, what]));
}
