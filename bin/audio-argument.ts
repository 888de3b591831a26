import type { AudioSource, ReadAudioOptions } from '../lib';

export interface AudioArgument {
  source: AudioSource;
  strings: NonNullable<ReadAudioOptions['strings']>;
}

/** What a person means by FILE: `-` is standard input, `http://` and `https://` begin addresses, all else is a path. */
export function audioArgument(file: string): AudioArgument {
  if (file === '-') return { source: process.stdin, strings: 'file' };
  return { source: file, strings: /^https?:\/\//i.test(file) ? 'url' : 'file' };
}
