import type { AudioSource, ReadAudioOptions } from '../lib';

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
