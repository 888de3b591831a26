import type { AudioFormatHints, AudioSource, ReadAudioOptions } from '../lib';

export interface AudioArgument {
  source: AudioSource;
  strings: NonNullable<ReadAudioOptions['strings']>;
}

/**
 * The source for a FILE argument: `-` is standard input, `http://` and `https://` begin an address, everything else
 * is a path.
 */
export function audioArgument(file: string): AudioArgument {
  if (file === '-') return { source: process.stdin, strings: 'file' };
  return { source: file, strings: /^https?:\/\//i.test(file) ? 'url' : 'file' };
}

/** The options that describe raw samples, for parseArgs. */
export const RAW_OPTIONS = {
  rate: { type: 'string' },
  channels: { type: 'string' },
  bits: { type: 'string' },
  encoding: { type: 'string' },
} as const;

/** These options in the usage text of a command. */
export const RAW_USAGE = `  --rate N          of raw samples: per second
  --channels N      of raw samples
  --bits N          of raw samples
  --encoding E      of raw samples, such as s16le, f32be, a-law, mu-law`;

type RawValues = Partial<Record<keyof typeof RAW_OPTIONS, string>>;

/** The hints from these options. The client reports what is no number. */
export function rawHints({ rate, channels, bits, encoding }: RawValues): AudioFormatHints {
  return {
    ...(rate !== undefined && { rate: Number(rate) }),
    ...(channels !== undefined && { channels: Number(channels) }),
    ...(bits !== undefined && { bits: Number(bits) }),
    ...(encoding !== undefined && { encoding }),
  };
}
