import type { AudioFormatHints } from '../../lib';
import type { Arguments } from '../cli/arguments';
import type { Topic } from '../cli/command';
import { flagsOfTable, optionsOf } from './option-flag';
import type { OptionRow } from './option-flag';

/** What people can know of audio. The rest of the hints is known to the command itself. */
type ToldHint = Exclude<keyof AudioFormatHints, 'fileName' | 'isDecoded' | 'isRecording'>;

const TABLE: Readonly<Record<ToldHint, OptionRow>> = {
  rate: { kind: 'number', help: 'Of raw samples: per second.' },
  channels: { kind: 'number', help: 'Of raw samples.' },
  bits: { kind: 'number', help: 'Of raw samples.' },
  encoding: {
    kind: 'text',
    value: 'E',
    help: 'Of raw samples, such as s16le, f32be, a-law, mu-law.',
    choices: ['s16le', 's16be', 's24le', 's32le', 'u8', 'f32le', 'f32be', 'a-law', 'mu-law'],
  },
  endian: {
    kind: 'text',
    value: 'ORDER',
    help: 'The byte order of raw samples. Default little.',
    choices: ['little', 'big'],
  },
  channel: { kind: 'number', help: 'The one channel to take, counted from 0. Default: the mean of all.' },
  mimeType: {
    kind: 'text',
    value: 'TYPE',
    help: 'The MIME type, such as audio/L16;rate=8000.',
  },
};

export const AUDIO_TOPIC: Topic = {
  name: 'audio',
  summary: 'what raw samples are: rate, channels, encoding',
  about:
    'Files say by themselves what they are: WAV, MP3, FLAC, AIFF, AU, Ogg, WebM, MP4, SILK, and with ffmpeg installed everything else. Raw samples do not, so say their rate and encoding.',
  flags: flagsOfTable(TABLE),
};

/** The hints that were given. The library says what is wrong with them. */
export function audioHints(given: Arguments): AudioFormatHints {
  return optionsOf(TABLE, given);
}
