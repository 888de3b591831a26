import { asBuffer, hasText } from './bytes';
import { id3Length } from './decoders/mp3-frames';

/** This many bytes show whether a recording begins. */
export const BEGINNING_BYTES = 20;

/** The marks of documents and images that raw samples do not begin with. */
const FOREIGN_MARKS = ['\x89PNG', '%PDF-', 'GIF89a', 'PK\x03\x04', '<!DOCTYPE', '<html'];

const FTYP_F = 0x66;

/** Most chunks of audio begin with none of these bytes, and need no closer look. */
const FIRST_BYTES = new Set(
  ['RIFF', 'BW64', 'OggS', 'ID3', 'FORM', 'fLaC', '#!AMR', '\x1a', ...FOREIGN_MARKS].map((mark) =>
    mark.charCodeAt(0),
  ),
);

/**
 * Whether a recording begins with this chunk, with such certainty that it may also follow other audio. A mark of four
 * letters is not enough, because it also occurs in tags and pictures, so the bytes behind the mark are checked as
 * well.
 */
export function beginsRecording(chunk: Uint8Array): boolean {
  if (chunk.length < 12) return false;
  if (!FIRST_BYTES.has(chunk[0] ?? 0)) return isMp4(chunk);
  return (
    isWav(chunk) ||
    isFirstOggPage(chunk) ||
    isFlac(chunk) ||
    isTagged(chunk) ||
    isMp4(chunk) ||
    hasText(chunk, 0, '#!AMR') ||
    (hasText(chunk, 0, '\x1a\x45\xdf\xa3') && (chunk[4] ?? 0) !== 0) ||
    (hasText(chunk, 0, 'FORM') && (hasText(chunk, 8, 'AIFF') || hasText(chunk, 8, 'AIFC')))
  );
}

/** Whether this is a document or an image. It may come between raw samples, and is then refused by its name. */
export function beginsForeign(chunk: Uint8Array): boolean {
  if (chunk.length < 12 || !FIRST_BYTES.has(chunk[0] ?? 0)) return false;
  return FOREIGN_MARKS.some((mark) => hasText(chunk, 0, mark));
}

/** Whether raw samples end here because something else begins. */
export function interruptsSamples(chunk: Uint8Array): boolean {
  return beginsRecording(chunk) || beginsForeign(chunk);
}

function isWav(chunk: Uint8Array): boolean {
  const isRiff = hasText(chunk, 0, 'RIFF') || hasText(chunk, 0, 'RF64') || hasText(chunk, 0, 'BW64');
  return isRiff && hasText(chunk, 8, 'WAVE');
}

/** The first page of a stream, which contains the name of the codec (RFC 3533, 6). */
export function isFirstOggPage(chunk: Uint8Array): boolean {
  return hasText(chunk, 0, 'OggS\0') && ((chunk[5] ?? 0) & 2) !== 0;
}

/** The first block of metadata is STREAMINFO, of 34 bytes (RFC 9639, 8.2). */
function isFlac(chunk: Uint8Array): boolean {
  return (
    hasText(chunk, 0, 'fLaC') && ((chunk[4] ?? 1) & 0x7f) === 0 && asBuffer(chunk).readUIntBE(5, 3) === 34
  );
}

/** An ID3v2 tag: its header is followed by a frame, or by padding or audio where it has none. */
function isTagged(chunk: Uint8Array): boolean {
  const version = chunk[3] ?? 0;
  if (id3Length(chunk) === 0 || version < 2 || version > 4) return false;
  if (chunk[4] !== 0 || ((chunk[5] ?? 0) & 15) !== 0) return false;
  return /^(?:[A-Z][A-Z0-9]|\0\0|\xff[\xe0-\xff])/.test(asBuffer(chunk).toString('latin1', 10, 12));
}

/** The brand behind `ftyp` is four letters, digits or spaces (ISO 14496-12, 4.3). */
function isMp4(chunk: Uint8Array): boolean {
  // Only one comparison for each chunk of raw samples.
  if (chunk[4] !== FTYP_F || !hasText(chunk, 4, 'ftyp')) return false;
  return chunk[0] === 0 && chunk[1] === 0 && /^[\w ]{4}$/.test(asBuffer(chunk).toString('latin1', 8, 12));
}
