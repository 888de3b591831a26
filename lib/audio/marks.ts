import type { AsrError } from '../vocabulary/errors';
import type { FfmpegInput } from './decoders/ffmpeg';

/** The format of audio by its first bytes and by the hints. */
export type Identity =
  /** More bytes are needed. */
  | { kind: 'unknown' }
  | { kind: 'opus-packets' | 'wav' | 'aiff' | 'au' | 'mp3' | 'flac' | 'silk' }
  | { kind: 'ogg-opus' | 'ogg-vorbis' | 'ogg-flac' | 'webm' | 'mp4' }
  /** Samples without a header. `isAssumed`: no hint names them or their rate. */
  | { kind: 'raw'; isAssumed: boolean }
  | { kind: 'ffmpeg'; input: FfmpegInput }
  /** No audio, or not its beginning. */
  | { kind: 'foreign'; what: string; advice?: string; isHeadless?: true }
  /** An unknown format of which nothing may be assumed. */
  | { kind: 'unidentified'; error: AsrError };

interface Mark {
  at?: number;
  bytes: string;
  found: Identity;
}

const SAY_IT_AS_AUDIO = 'Send the audio as WAV, MP3, FLAC or Opus.';
const UNPACK = 'Unpack it first.';

/** Formats with a mark. A mark has at least four bytes; three would occur by chance in loud audio. */
export const MARKS: readonly Mark[] = [
  { bytes: 'fLaC', found: { kind: 'flac' } },
  { bytes: '.snd', found: { kind: 'au' } },
  // WeChat and QQ write a byte before the mark.
  {
    bytes: '#!SILK_V3',
    found: { kind: 'silk' },
  },
  {
    bytes: '\x02#!SILK_V3',
    found: { kind: 'silk' },
  },
  { bytes: '#!AMR', found: ffmpeg('amr', 'AMR') },
  { bytes: 'caff\0\x01', found: ffmpeg('caf', 'CAF', true) },
  { bytes: 'riff\x2e\x91\xcf\x11', found: ffmpeg('w64', 'Wave64') },
  { bytes: 'FLV\x01', found: ffmpeg('flv', 'Flash video') },
  { bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', found: ffmpeg('asf', 'WMA or WMV') },
  { bytes: '\0\0\x01\xba', found: ffmpeg('mpeg', 'MPEG video') },
  { bytes: 'wvpk', found: ffmpeg('wv', 'WavPack') },
  { bytes: 'TTA1', found: ffmpeg('tta', 'True Audio') },
  { bytes: 'MAC \x96', found: ffmpeg('ape', "Monkey's Audio", true) },
  { bytes: 'MAC \xa0', found: ffmpeg('ape', "Monkey's Audio", true) },
  { bytes: 'MPCK', found: ffmpeg('mpc8', 'Musepack', true) },
  { bytes: 'MP+\x07', found: ffmpeg('mpc', 'Musepack', true) },
  { bytes: 'Creative Voice File\x1a', found: ffmpeg('voc', 'a Creative Voice file') },
  { bytes: 'tBaK', found: ffmpeg('tak', 'TAK', true) },
  { bytes: 'DSD \x1c', found: ffmpeg('dsf', 'DSF', true) },
  { bytes: 'NIST_1A\n', found: ffmpeg('nistsphere', 'NIST SPHERE') },
  { at: 4, bytes: 'moof', found: headless('a fragmented MP4') },
  { at: 4, bytes: 'styp', found: headless('a fragmented MP4') },
  { at: 4, bytes: 'sidx', found: headless('a fragmented MP4') },
  { bytes: '\x1f\x43\xb6\x75', found: headless('a WebM recording') },
  { bytes: '\x89PNG', found: foreign('a PNG image') },
  { bytes: '\xff\xd8\xff\xe0', found: foreign('a JPEG image') },
  { bytes: '\xff\xd8\xff\xe1', found: foreign('a JPEG image') },
  { bytes: '\xff\xd8\xff\xdb', found: foreign('a JPEG image') },
  { bytes: '\xff\xd8\xff\xee', found: foreign('a JPEG image') },
  { bytes: 'GIF8', found: foreign('a GIF image') },
  { bytes: 'II*\0', found: foreign('a TIFF image') },
  { bytes: 'MM\0*', found: foreign('a TIFF image') },
  { bytes: '8BPS\0\x01', found: foreign('a Photoshop image') },
  ...['heic', 'heix', 'mif1', 'msf1', 'avif'].map((brand) => ({
    at: 4,
    bytes: `ftyp${brand}`,
    found: foreign('a HEIF or AVIF image'),
  })),
  { bytes: '%PDF', found: foreign('a PDF document') },
  { bytes: '%!PS', found: foreign('a PostScript document') },
  { bytes: '{\\rtf', found: foreign('an RTF document') },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', found: foreign('an Office document') },
  { bytes: 'SQLite format 3\0', found: foreign('an SQLite database') },
  { bytes: 'PK\x03\x04', found: foreign('a ZIP archive', UNPACK) },
  { bytes: 'PK\x05\x06', found: foreign('an empty ZIP archive') },
  ...['\0', '\x04', '\x08', '\x0c', '\x10'].map((flags) => ({
    bytes: `\x1f\x8b\x08${flags}`,
    found: foreign('compressed with gzip', UNPACK),
  })),
  { bytes: '7z\xbc\xaf\x27\x1c', found: foreign('a 7z archive', UNPACK) },
  { bytes: 'Rar!\x1a\x07', found: foreign('a RAR archive', UNPACK) },
  { bytes: '\xfd7zXZ\0', found: foreign('compressed with xz', UNPACK) },
  { bytes: '\x28\xb5\x2f\xfd', found: foreign('compressed with zstd', UNPACK) },
  { at: 4, bytes: '1AY&SY', found: foreign('compressed with bzip2', UNPACK) },
  { at: 257, bytes: 'ustar', found: foreign('a tar archive', UNPACK) },
  { bytes: '\x7fELF', found: foreign('a program') },
  { bytes: '\0asm', found: foreign('a WebAssembly program') },
  { bytes: 'wOFF', found: foreign('a font') },
  { bytes: 'wOF2', found: foreign('a font') },
  { bytes: 'OTTO', found: foreign('a font') },
  { bytes: 'MThd\0\0\0\x06', found: foreign('a MIDI file, which has notes and no sound') },
  { bytes: '\xd4\xc3\xb2\xa1', found: foreign('a capture of network packets') },
  { bytes: '\x0a\x0d\x0d\x0a', found: foreign('a capture of network packets') },
  { bytes: 'Salted__', found: foreign('encrypted with OpenSSL', 'Decrypt it first.') },
  { bytes: '-----BEGIN PGP', found: foreign('encrypted with PGP', 'Decrypt it first.') },
  { bytes: '#EXTM3U', found: foreign('a playlist', 'Give the address of the audio that it lists.') },
];

/** Contents of RIFF and FORM (IFF) beside WAV and AIFF, by the four letters behind their size. */
export const RIFF_KINDS: Readonly<Record<string, Identity>> = {
  'AVI ': ffmpeg('avi', 'an AVI video', true),
  XWMA: ffmpeg('xwma', 'an XWMA'),
  '8SVX': ffmpeg('iff', 'an 8SVX', true),
  '16SV': ffmpeg('iff', 'a 16SV', true),
  WEBP: foreign('a WebP image, which is a RIFF file but no WAV'),
};

export const NO_WAV: Identity = foreign('a RIFF file but no WAV', SAY_IT_AS_AUDIO);

/**
 * Demuxers that ffmpeg may choose from for unknown bytes: audio formats with marks of their own. None of them opens
 * other files (playlists, concat, lavfi), and noise is taken for none of them.
 */
export const PROBED_FORMATS = [
  ...[
    'ac3',
    'eac3',
    'dts',
    'truehd',
    'loas',
    'ape',
    'mpc',
    'mpc8',
    'tak',
    'dsf',
    'sox',
    'nistsphere',
    'ircam',
    'avr',
  ],
  ...[
    'pvf',
    'epaf',
    'rso',
    'wve',
    'aea',
    'oma',
    'adx',
    'shn',
    'vqf',
    'xa',
    'qcp',
    'ilbc',
    'act',
    'mmf',
    'rm',
    'smjpeg',
  ],
].join(',');

/** Formats without a mark that ffmpeg reads when it is told which, by the ending of the file name. */
export const NAMED_FOR_FFMPEG: Readonly<Record<string, FfmpegInput>> = {
  gsm: { demuxer: 'gsm', name: 'GSM' },
  g722: { demuxer: 'g722', name: 'G.722' },
  g723: { demuxer: 'g723_1', name: 'G.723.1' },
  g729: { demuxer: 'g729', name: 'G.729' },
  ac3: { demuxer: 'ac3', name: 'AC-3' },
  eac3: { demuxer: 'eac3', name: 'E-AC-3' },
  dts: { demuxer: 'dts', name: 'DTS' },
  loas: { demuxer: 'loas', name: 'AAC in LOAS' },
  latm: { demuxer: 'loas', name: 'AAC in LOAS' },
  wv: { demuxer: 'wv', name: 'WavPack' },
  tta: { demuxer: 'tta', name: 'True Audio' },
  ape: { demuxer: 'ape', name: "Monkey's Audio", needsFile: true },
  mpc: { demuxer: 'mpc', name: 'Musepack', needsFile: true },
  voc: { demuxer: 'voc', name: 'a Creative Voice file' },
  '8svx': { demuxer: 'iff', name: 'an 8SVX', needsFile: true },
  sbc: { demuxer: 'sbc', name: 'SBC' },
  ts: { demuxer: 'mpegts', name: 'MPEG video' },
};

export function ffmpeg(demuxer: string, name: string, needsFile = false): Identity {
  return { kind: 'ffmpeg', input: { demuxer, name, ...(needsFile && { needsFile }) } };
}

export function foreign(what: string, advice?: string): Identity {
  return { kind: 'foreign', what, ...(advice !== undefined && { advice }) };
}

export function headless(what: string): Identity {
  return {
    kind: 'foreign',
    what: `${what} without its beginning`,
    advice:
      'Its first bytes say how to read the rest: send it from its beginning, in order, and nothing left out.',
    isHeadless: true,
  };
}
