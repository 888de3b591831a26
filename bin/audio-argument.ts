import type { AudioFormatHints, AudioSource, ReadAudioOptions } from '../lib';

export interface AudioArgument {
  source: AudioSource;
  strings: NonNullable<ReadAudioOptions['strings']>;
}

/** What a person means by FILE: `-` is standard input, `http://` and `https://` begin addresses, all else is a path. */
export function audioArgument(file: string): AudioArgument {
  if (file === '-') return { source: process.stdin, strings: 'file' };
  return { source: file, strings: /^https?:\/\//i.test(file) ? 'url' : 'file' };
}

/** The options that say what raw samples are, for parseArgs. */
export const RAW_OPTIONS = {
  rate: { type: 'string' },
  channels: { type: 'string' },
  bits: { type: 'string' },
  encoding: { type: 'string' },
} as const;

/** The same in the usage of a command. */
export const RAW_USAGE = `  --rate N          of raw samples: per second
  --channels N      of raw samples
  --bits N          of raw samples
  --encoding E      of raw samples, such as s16le, f32be, a-law, mu-law`;

type RawValues = Partial<Record<keyof typeof RAW_OPTIONS, string>>;

/** What the options say of the audio. What is no number is told by the client. */
export function rawHints({ rate, channels, bits, encoding }: RawValues): AudioFormatHints {
  return {
    ...(rate !== undefined && { rate: Number(rate) }),
    ...(channels !== undefined && { channels: Number(channels) }),
    ...(bits !== undefined && { bits: Number(bits) }),
    ...(encoding !== undefined && { encoding }),
  };
}
