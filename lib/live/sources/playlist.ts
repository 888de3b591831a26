import type { AudioFormatHints } from '../../audio/format';
import { AsrError } from '../../vocabulary/errors';

const TYPES = /mpegurl|scpls/i;
const ENDINGS = /\.(m3u8?|pls)$/i;
const BEGINNINGS = /^\s*(#EXTM3U|\[playlist\])/i;

/** Whether the bytes are the playlist of a radio station instead of its audio. */
export function isPlaylist({ mimeType = '', fileName = '' }: AudioFormatHints, head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 64)).toString('latin1');
  if (BEGINNINGS.test(text) || TYPES.test(mimeType)) return true;
  // Some stations stream audio under the name of a playlist.
  return ENDINGS.test(fileName) && /^[\t\r\n\x20-\x7e]+$/.test(text);
}

/**
 * The first address of an M3U or PLS playlist, relative to that of the playlist.
 * @throws AsrError `BAD_AUDIO` for HLS and for playlists without an address.
 */
export function firstAddress(list: string, base: string): string {
  if (list.includes('#EXT-X-')) {
    throw new AsrError(
      'BAD_AUDIO',
      'The address is an HLS playlist. Choose the source FFmpeg, which plays it.',
    );
  }
  const isPls = /^\s*\[playlist\]/i.test(list);
  for (const line of list.split(/[\r\n]+/)) {
    const entry = isPls ? /^\s*File\d+\s*=\s*(\S+)/i.exec(line)?.[1] : line.trim();
    if (!entry || entry.startsWith('#')) continue;
    if (URL.canParse(entry, base)) return new URL(entry, base).href;
  }
  throw new AsrError('BAD_AUDIO', 'The address is a playlist in which there is no address of a stream.');
}
