import { asBuffer, hasText } from './bytes';
import { id3Length } from './decoders/mp3-frames';

/** An APEv2 tag begins with a header of this size that gives the size of the rest. */
const APE_HEADER_BYTES = 32;
/** This many bytes show whether a tag begins. */
const TAG_MARK_BYTES = 12;
/** Tags are smaller than this, even with a picture. */
const MAX_TAG_BYTES = 64 * 1024 * 1024;

/**
 * The length of the tag that begins here, which players write behind the audio; `Infinity` for one up to the end, 0
 * when there is none. Zeros count as a tag, because disks and recorders pad with them.
 */
export function tagLength(bytes: Uint8Array): number {
  const id3 = id3Length(bytes);
  if (id3 > 0) return id3;
  if (hasText(bytes, 0, 'TAG')) return hasText(bytes, 0, 'TAG+') ? 227 : 128;
  if (hasText(bytes, 0, 'APETAGEX')) {
    if (bytes.length < 16) return APE_HEADER_BYTES;
    const size = asBuffer(bytes).readUInt32LE(12);
    // The size includes the footer and not the header.
    return APE_HEADER_BYTES + (size <= MAX_TAG_BYTES ? size : 0);
  }
  // Its size stands only at its end, before an ID3v1 tag.
  if (hasText(bytes, 0, 'LYRICSBEGIN')) return Infinity;
  return bytes.length >= 4 && bytes.subarray(0, TAG_MARK_BYTES).every((byte) => byte === 0) ? Infinity : 0;
}
