import { AsrError } from '../vocabulary/errors';
import { excerpt } from '../base/excerpt';
import type { AudioFormatHints } from './format';
import { PROBED_FORMATS } from './marks';
import type { Identity } from './marks';
import { looksLike } from './likeness';

/** How to name the format of raw samples, in each place where people can do so. */
export const SAY_RAW =
  'for raw samples tell rate and encoding (Node-RED: msg.rate and msg.encoding; n8n: "Raw Audio" in the options; ' +
  'command line: --rate and --encoding)';

/** Fewer bytes are not worth starting a program for. */
const FEWEST_BYTES = 16;

/**
 * A whole recording of unknown format. ffmpeg is tried; where there is none, or it does not know the format either,
 * the error says what the bytes look like.
 */
export function unidentified(head: Uint8Array, hints: AudioFormatHints): Identity {
  const error = unknownAudio(head, hints);
  if (head.length < FEWEST_BYTES) return { kind: 'unidentified', error };
  const input = {
    demuxer: '',
    formats: PROBED_FORMATS,
    name: 'of a kind that is not known',
    otherwise: error,
  };
  return { kind: 'ffmpeg', input };
}

function unknownAudio(head: Uint8Array, { fileName, mimeType }: AudioFormatHints): AsrError {
  const named = fileName ? ` is named ${excerpt(fileName.replace(/^.*[\\/]/, ''))},` : '';
  const typed = mimeType ? ` is said to be ${excerpt(mimeType)},` : '';
  return new AsrError(
    'UNKNOWN_AUDIO',
    `It is not known what audio this is: it${named}${typed} begins like no format that is known, and ` +
      `${looksLike(head) ?? 'looks like nothing in particular'}. Say what it is: ${SAY_RAW}; ` +
      'or convert it to WAV, MP3, FLAC or Ogg Opus, or install ffmpeg, which reads more.',
  );
}
