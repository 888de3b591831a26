import { hasText } from './bytes';
import type { FfmpegInput } from './decoders/ffmpeg';
import { id3Length, readMp3Frame } from './decoders/mp3-frames';
import type { AudioFormatHints } from './format';
import { endingOf, isRawEncoding, saysRaw } from './pcm-format';
import { isRawFormatCode, startsLikeWav, wavFormatCode } from './wav';

/** What audio is, by its first bytes. */
export type Identity =
  /** More bytes are needed to tell. */
  | { kind: 'unknown' }
  | { kind: 'raw' | 'opus-packets' | 'wav' | 'aiff' | 'au' | 'ogg-opus' | 'webm-opus' | 'mp3' | 'flac' }
  | { kind: 'ffmpeg'; input: FfmpegInput }
  /** No audio, or no beginning of any. */
  | { kind: 'foreign'; what: string; advice?: string };

/** As much is looked at to find what is in a container. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** The longest mark that tells a container. */
const MARK_BYTES = 16;
/** Two frames of MPEG audio of the usual kinds. */
const FRAME_SEARCH_BYTES = 4096;
/** Less text than this could be samples by chance. */
const MIN_TEXT_BYTES = 32;

const UNKNOWN: Identity = { kind: 'unknown' };

interface Mark {
  at?: number;
  bytes: string;
  found: Identity;
}

/** What begins with bytes of its own. Four at least: three would turn up by chance in loud audio. */
const MARKS: readonly Mark[] = [
  { bytes: 'fLaC', found: { kind: 'flac' } },
  { bytes: '.snd', found: { kind: 'au' } },
  { bytes: '#!AMR', found: ffmpeg('amr', 'AMR') },
  { bytes: 'caff\0\x01', found: ffmpeg('caf', 'CAF', true) },
  { bytes: 'riff\x2e\x91\xcf\x11', found: ffmpeg('w64', 'Wave64') },
  { bytes: 'FLV\x01', found: ffmpeg('flv', 'Flash video') },
  { bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', found: ffmpeg('asf', 'WMA or WMV') },
  { bytes: '\0\0\x01\xba', found: ffmpeg('mpeg', 'MPEG video') },
  { at: 4, bytes: 'moof', found: headless('a fragmented MP4') },
  { at: 4, bytes: 'styp', found: headless('a fragmented MP4') },
  { at: 4, bytes: 'sidx', found: headless('a fragmented MP4') },
  { bytes: '\x1f\x43\xb6\x75', found: headless('a WebM recording') },
  { bytes: '\x89PNG', found: foreign('a PNG image') },
  { bytes: '\xff\xd8\xff\xe0', found: foreign('a JPEG image') },
  { bytes: '\xff\xd8\xff\xe1', found: foreign('a JPEG image') },
  { bytes: '\xff\xd8\xff\xdb', found: foreign('a JPEG image') },
  { bytes: 'GIF8', found: foreign('a GIF image') },
  { bytes: '%PDF', found: foreign('a PDF document') },
  { bytes: 'PK\x03\x04', found: foreign('a ZIP archive', 'Unpack it first.') },
  { bytes: '\x1f\x8b\x08\0', found: foreign('compressed with gzip', 'Unpack it first.') },
  { bytes: '#EXTM3U', found: foreign('a playlist', 'Give the address of the audio that it lists.') },
];

/** Containers by the ending of a file or the subtype of a MIME type, for bytes that do not begin like one. */
const NAMES: Readonly<Record<string, string>> = {
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

/**
 * Tells what begins with these bytes: by its content, and by what is known of it only where the content is silent.
 * @param isAll Whether no more bytes come before it must be known.
 * @throws AsrError `BAD_AUDIO` for the damaged header of a WAV.
 */
export function identify(head: Uint8Array, hints: AudioFormatHints, isAll = false): Identity {
  if (isOpusPackets(hints)) return { kind: 'opus-packets' };
  const marked = identifyMark(head, isAll);
  if (marked) return marked;
  if (head.length < MARK_BYTES && !isAll) return UNKNOWN;
  const text = identifyText(head);
  if (text) return text;
  if (!saysRaw(hints)) {
    const guessed = identifyWeakly(head, hints, isAll);
    if (guessed) return guessed;
  }
  return { kind: 'raw' };
}

function identifyMark(head: Uint8Array, isAll: boolean): Identity | undefined {
  for (const { at = 0, bytes, found } of MARKS) {
    if (hasText(head, at, bytes)) return found;
  }
  if (startsLikeWav(head)) return identifyWav(head, isAll);
  if (hasText(head, 0, 'RIFF') && head.length >= 12) return identifyRiff(head);
  if (isAiff(head)) return { kind: 'aiff' };
  if (hasText(head, 0, 'OggS')) return identifyOgg(head, isAll);
  if (hasText(head, 0, '\x1a\x45\xdf\xa3')) return identifyMatroska(head, isAll);
  if (hasText(head, 4, 'ftyp') || hasText(head, 4, 'moov') || hasText(head, 4, 'mdat')) {
    return identifyMp4(head, isAll);
  }
  if (id3Length(head) > 0) return identifyTagged(head, isAll);
  return undefined;
}

function identifyWav(head: Uint8Array, isAll: boolean): Identity {
  const code = wavFormatCode(head);
  if (code === undefined && !isAll && head.length < MAX_HEAD_BYTES) return UNKNOWN;
  if (code === undefined || isRawFormatCode(code)) return { kind: 'wav' };
  return ffmpeg('wav', `a WAV that is compressed (format code ${code})`);
}

function identifyRiff(head: Uint8Array): Identity {
  if (hasText(head, 8, 'AVI ')) return ffmpeg('avi', 'an AVI video', true);
  return foreign('a RIFF file but no WAV', 'Send the audio as WAV, MP3, FLAC or Opus.');
}

function isAiff(head: Uint8Array): boolean {
  return hasText(head, 0, 'FORM') && (hasText(head, 8, 'AIFF') || hasText(head, 8, 'AIFC'));
}

function identifyOgg(head: Uint8Array, isAll: boolean): Identity {
  const [segments = 0] = head.subarray(26);
  const bodyAt = 27 + segments;
  if (head.length < bodyAt + 8 && !isAll) return UNKNOWN;
  if (((head[5] ?? 0) & 2) === 0) return headless('an Ogg recording');
  if (hasText(head, bodyAt, 'OpusHead') || head.length < bodyAt + 8) return { kind: 'ogg-opus' };
  if (hasText(head, bodyAt, '\x01vorbis')) return ffmpeg('ogg', 'Ogg Vorbis');
  if (hasText(head, bodyAt, 'Speex')) return ffmpeg('ogg', 'Ogg Speex');
  return ffmpeg('ogg', 'Ogg with something other than Opus');
}

function identifyMatroska(head: Uint8Array, isAll: boolean): Identity {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, MAX_HEAD_BYTES));
  if (text.includes('A_OPUS', 0, 'latin1')) return { kind: 'webm-opus' };
  // The tracks stand in front of the first cluster.
  const isCluster = text.includes('\x1f\x43\xb6\x75', 0, 'latin1');
  if (!isCluster && !isAll && head.length < MAX_HEAD_BYTES) return UNKNOWN;
  return ffmpeg('matroska', 'WebM or Matroska without Opus');
}

/** An MP4 that has its table of contents behind its audio must be read out of order. */
function identifyMp4(head: Uint8Array, isAll: boolean): Identity {
  const view = Buffer.from(head.buffer, head.byteOffset, head.length);
  let at = 0;
  while (at + 8 <= view.length) {
    const type = view.toString('latin1', at + 4, at + 8);
    if (type === 'moov') return ffmpeg('mov', 'MP4 or M4A');
    const size = view.readUInt32BE(at);
    if (type === 'mdat' || size < 8) return ffmpeg('mov', 'MP4 or M4A', true);
    at += size;
  }
  return isAll || at > MAX_HEAD_BYTES ? ffmpeg('mov', 'MP4 or M4A', true) : UNKNOWN;
}

/** Behind an ID3v2 tag is MP3 as a rule, and now and then something else that somebody put a tag on. */
function identifyTagged(head: Uint8Array, isAll: boolean): Identity {
  const behind = head.subarray(id3Length(head));
  if (behind.length === 0 && id3Length(head) > MAX_HEAD_BYTES) return { kind: 'mp3' };
  if (behind.length < 4 && !isAll) return UNKNOWN;
  if (hasText(behind, 0, 'fLaC')) return { kind: 'flac' };
  if (isAdts(behind, 0)) return ffmpeg('aac', 'AAC');
  return { kind: 'mp3' };
}

/** What could be samples by chance. */
function identifyWeakly(head: Uint8Array, hints: AudioFormatHints, isAll: boolean): Identity | undefined {
  const name = nameOf(hints);
  const frame = identifyFrames(head, isAll);
  if (frame) return frame;
  if (head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47) return ffmpeg('mpegts', 'MPEG video');
  if (name === 'mp3' || name === 'mpeg') return { kind: 'mp3' };
  if (name === 'aac' || name === 'aacp') return ffmpeg('aac', 'AAC');
  const container = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  return container === undefined ? undefined : headless(container);
}

/** Frames of MPEG audio or AAC, of which one must be where the other says that it ends. */
function identifyFrames(head: Uint8Array, isAll: boolean): Identity | undefined {
  const isFrame = head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0;
  if (!isFrame) return undefined;
  const mp3 = readMp3Frame(head, 0);
  if (mp3) {
    if (head.length < mp3.bytes + 4) return isAll || head.length > FRAME_SEARCH_BYTES ? undefined : UNKNOWN;
    const next = readMp3Frame(head, mp3.bytes);
    if (next?.rateHz === mp3.rateHz && next.layer === mp3.layer) return { kind: 'mp3' };
  }
  if (isAdts(head, 0)) {
    const length = adtsLength(head);
    if (head.length < length + 2) return isAll || head.length > 2 * FRAME_SEARCH_BYTES ? undefined : UNKNOWN;
    if (length > 7 && isAdts(head, length)) return ffmpeg('aac', 'AAC');
  }
  return undefined;
}

function isAdts(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xf6) === 0xf0;
}

function adtsLength(bytes: Uint8Array): number {
  return (((bytes[3] ?? 0) & 3) << 11) | ((bytes[4] ?? 0) << 3) | ((bytes[5] ?? 0) >> 5);
}

function identifyText(head: Uint8Array): Identity | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 512)).toString('latin1');
  const trimmed = text.replace(/^(\xef\xbb\xbf)?\s+/, '').toLowerCase();
  if (/^(<!doctype html|<html|<head|<body)/.test(trimmed)) {
    return foreign(
      'an HTML page',
      'The address gave a web page, perhaps a login or an error, and not the audio itself.',
    );
  }
  if (trimmed.startsWith('<?xml')) return foreign('an XML document');
  if (text.length < MIN_TEXT_BYTES || !/^[\t\n\r\x20-\x7e]+$/.test(text)) return undefined;
  if (/^[[{]/.test(trimmed)) return foreign('JSON text', 'Send the audio that is in it, or that it names.');
  if (/^[A-Za-z0-9+/=\s]+$/.test(text)) {
    return foreign('text that looks like base64', 'Send it as a string, or decode it to a Buffer first.');
  }
  return foreign('text', 'Send the bytes of a recording.');
}

function isOpusPackets({ encoding }: AudioFormatHints): boolean {
  return encoding?.toLowerCase() === 'opus';
}

/** The format that the MIME type or the file's name names, in letters. */
function nameOf({ mimeType = '', fileName, encoding = '' }: AudioFormatHints): string {
  const [, subtype] = /^(?:audio|video)\/(?:x-)?([a-z0-9]+)/i.exec(mimeType) ?? [];
  const told = encoding && !isRawEncoding(encoding) ? encoding : '';
  return told.toLowerCase() || subtype?.toLowerCase() || endingOf(fileName);
}

function ffmpeg(demuxer: string, name: string, needsFile = false): Identity {
  return { kind: 'ffmpeg', input: { demuxer, name, ...(needsFile && { needsFile }) } };
}

function foreign(what: string, advice?: string): Identity {
  return { kind: 'foreign', what, ...(advice !== undefined && { advice }) };
}

function headless(what: string): Identity {
  return foreign(
    `${what} without its beginning`,
    'Its first bytes say how to read the rest: send it from its beginning, in order, and nothing left out.',
  );
}
