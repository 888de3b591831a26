import { asBuffer, hasText } from './bytes';
import { id3Length } from './decoders/mp3-frames';
import type { AudioFormatHints } from './format';
import { findFrames, identifyFrames, isAdts } from './frames';
import { ffmpeg, foreign, headless, MARKS, NO_WAV, RIFF_KINDS } from './marks';
import type { Identity } from './marks';
import { contradiction, identifyByName } from './names';
import { saysRaw, saysRate } from './pcm-format';
import { identifyText } from './text-content';
import { unidentified } from './unidentified';
import { isRawFormatCode, startsLikeWav, wavFormatCode } from './wav';

export type { Identity } from './marks';

/** Limit for the search of a container's content. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** Limit for a tag with a picture before the audio. */
const MAX_TAG_BYTES = 16 * 1024 * 1024;
/** The longest mark that identifies a container. */
const MARK_BYTES = 16;
/** How much is examined of a recording that begins like no known format. */
const RECORDING_HEAD_BYTES = 16 * 1024;

const UNKNOWN: Identity = { kind: 'unknown' };

/**
 * Identifies the format that begins with these bytes. Marks have priority; then the hints (a contradiction is
 * refused); then the likeness of the bytes. Samples without a header are only assumed for live audio: an unknown
 * recording goes to ffmpeg, and is refused where ffmpeg does not know it either.
 * @param isAll Whether no more bytes come before it must be known.
 * @throws AsrError `BAD_AUDIO` for the damaged header of a WAV.
 */
export function identify(head: Uint8Array, hints: AudioFormatHints, isAll = false): Identity {
  if (isOpusPackets(hints)) return { kind: 'opus-packets' };
  const marked = identifyMark(head, isAll);
  if (marked) return marked;
  if (head.length < MARK_BYTES && !isAll) return UNKNOWN;
  const isTold = saysRaw(hints);
  const refused = identifyText(head, isTold, isAll) ?? contradiction(hints);
  if (refused) return refused;
  // A live source without a hint has the rate of its session; a recording has a rate of its own.
  if (isTold) return { kind: 'raw', isAssumed: hints.isRecording === true && !saysRate(hints) };
  const guessed = identifyFrames(head, isAll) ?? identifyByName(hints);
  if (guessed) return guessed;
  if (hints.isRecording) return identifyRecording(head, hints, isAll);
  return findFrames(head) ?? { kind: 'raw', isAssumed: true };
}

function identifyRecording(head: Uint8Array, hints: AudioFormatHints, isAll: boolean): Identity {
  if (hasText(head, 0, '\xff\xd8\xff')) return foreign('a JPEG image');
  if (head.length < RECORDING_HEAD_BYTES && !isAll) return UNKNOWN;
  // Less than one sample is refused as such.
  if (head.length < 2) return { kind: 'raw', isAssumed: false };
  return findFrames(head) ?? unidentified(head, hints);
}

function identifyMark(head: Uint8Array, isAll: boolean): Identity | undefined {
  for (const { at = 0, bytes, found } of MARKS) {
    if (hasText(head, at, bytes)) return found;
  }
  if (startsLikeWav(head)) return identifyWav(head, isAll);
  if (hasText(head, 0, 'RIFF') && head.length >= 12) return identifyRiff(head);
  if (isAiff(head)) return { kind: 'aiff' };
  const iff = hasText(head, 0, 'FORM') ? RIFF_KINDS[asBuffer(head).toString('latin1', 8, 12)] : undefined;
  if (iff) return iff;
  if (hasText(head, 0, 'OggS')) return identifyOgg(head, isAll);
  if (hasText(head, 0, '\x1a\x45\xdf\xa3')) return identifyMatroska(head, isAll);
  if (hasText(head, 4, 'ftyp') || hasText(head, 4, 'moov') || hasText(head, 4, 'mdat')) {
    return { kind: 'mp4' };
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
  return RIFF_KINDS[asBuffer(head).toString('latin1', 8, 12)] ?? NO_WAV;
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
  if (hasText(head, bodyAt, '\x01vorbis')) return { kind: 'ogg-vorbis' };
  if (hasText(head, bodyAt, '\x7fFLAC')) return { kind: 'ogg-flac' };
  if (hasText(head, bodyAt, 'Speex')) return ffmpeg('ogg', 'Ogg Speex');
  return ffmpeg('ogg', 'Ogg with something other than Opus');
}

function identifyMatroska(head: Uint8Array, isAll: boolean): Identity {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, MAX_HEAD_BYTES));
  if (text.includes('A_OPUS', 0, 'latin1') || text.includes('A_VORBIS', 0, 'latin1')) return { kind: 'webm' };
  // The tracks stand before the first cluster.
  const isCluster = text.includes('\x1f\x43\xb6\x75', 0, 'latin1');
  if (!isCluster && !isAll && head.length < MAX_HEAD_BYTES) return UNKNOWN;
  return ffmpeg('matroska', 'WebM or Matroska without Opus or Vorbis');
}

/** An ID3v2 tag is usually followed by MP3, and sometimes by another format that somebody has tagged. */
function identifyTagged(head: Uint8Array, isAll: boolean): Identity {
  const behind = head.subarray(id3Length(head));
  if (behind.length === 0 && id3Length(head) > MAX_TAG_BYTES) return { kind: 'mp3' };
  if (behind.length < 4 && !isAll) return UNKNOWN;
  if (hasText(behind, 0, 'fLaC')) return { kind: 'flac' };
  if (isAdts(behind, 0)) return ffmpeg('aac', 'AAC');
  if (startsLikeWav(behind) || (hasText(behind, 0, 'RIF') && behind.length < 12)) {
    return behind.length < 12 && !isAll ? UNKNOWN : identifyWav(behind, isAll);
  }
  if (hasText(behind, 0, '\x0b\x77')) return ffmpeg('ac3', 'AC-3 behind an ID3 tag');
  return { kind: 'mp3' };
}

function isOpusPackets({ encoding }: AudioFormatHints): boolean {
  return encoding?.toLowerCase() === 'opus';
}
