import { bytesOf } from '../audio/format';
import type { AudioChunk, AudioFormatHints } from '../audio/format';
import { AudioIntake } from '../audio/intake';
import { AsrError, asAsrError } from '../errors';
import type { SessionConfig } from './config';

/** Passed-through audio is compressed; where an amount of it has to be guessed, it is 128 kbit/s. */
const ENCODED_BYTES_PER_MS = 16;

/** The audio of a session on its way in: understood and checked, or passed through as it is. */
export interface SessionIntake {
  /** For pace and limits. */
  bytesPerMs: number;
  /** Whether an amount of bytes tells a duration. */
  isMeasured: boolean;
  /** @throws AsrError `BAD_AUDIO` */
  read: (audio: AudioChunk, hints: AudioFormatHints | undefined) => Uint8Array;
}

export function createIntake({ wireFormat, sampleRateHz }: SessionConfig): SessionIntake {
  if (wireFormat !== 'pcm')
    return { bytesPerMs: ENCODED_BYTES_PER_MS, isMeasured: false, read: checkedBytes };
  const pcm = new AudioIntake(sampleRateHz);
  return {
    bytesPerMs: (sampleRateHz * 2) / 1000,
    isMeasured: true,
    read: (audio, hints) => {
      try {
        return pcm.write(checkedBytes(audio), hints);
      } catch (error) {
        throw asAsrError(error, 'BAD_AUDIO', 'The audio cannot be read');
      }
    },
  };
}

function checkedBytes(audio: AudioChunk): Uint8Array {
  const bytes = bytesOf(audio);
  if (bytes) return bytes;
  throw new AsrError(
    'BAD_AUDIO',
    `Expected audio as a Buffer, Int16Array or ArrayBuffer, got ${typeof audio}.`,
  );
}
