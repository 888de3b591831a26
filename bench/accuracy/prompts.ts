import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ffmpegPath } from '../../test/support/audio-fixtures';
import { wordsOf } from '../../test/support/word-error-rate';

/** Recorded human speech with its text. */
export interface Prompt {
  name: string;
  words: string[];
  /** 16-bit mono at 16 kHz. */
  pcm: Buffer;
}

/** Ignored by git: the prompts are CC-BY-SA and stay out of the repository. */
const CACHE = path.join(__dirname, '../../.cache/accuracy');
const SOUNDS = 'usr/share/asterisk/sounds/en_US_f_Allison';
const TRANSCRIPTS = 'usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz';
const LIBRIVOX = 'usr/share/pocketsphinx/test/data/librivox';
/** Shorter prompts say little about recognition. */
const LEAST_WORDS = 5;
/** Lists of single words and sounds, which contain no sentences. */
const NO_SENTENCE = /[[\]<>]/;

/** The telephone prompts of Debian's asterisk-core-sounds-en (CC-BY-SA 3.0), and the package's own list of what they say. */
export function telephonePrompts(): Prompt[] {
  return prompts((words) => words >= LEAST_WORDS);
}

/** Prompts of the same package with one or two words, such as a command to a device. */
export function shortPrompts(): Prompt[] {
  return prompts((words) => words === 1 || words === 2);
}

function prompts(isWanted: (words: number) => boolean): Prompt[] {
  const sounds = unpacked('asterisk-core-sounds-en-g722');
  const list = gunzipSync(readFileSync(path.join(unpacked('asterisk-core-sounds-en'), TRANSCRIPTS)));
  return list
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name = '', text = ''] = /^([\w-]+): (.+)$/.exec(line) ?? [];
      const file = path.join(sounds, SOUNDS, `${name}.g722`);
      const words = spokenWords(text);
      if (NO_SENTENCE.test(text) || !isWanted(words.length) || !existsSync(file)) return [];
      return [{ name, words, pcm: decoded(file, ['-f', 'g722']) }];
    });
}

/** Five sentences of a LibriVox reading (public domain) with their transcripts, from Debian's pocketsphinx-testdata. */
export function librivoxPrompts(): Prompt[] {
  const folder = path.join(unpacked('pocketsphinx-testdata'), LIBRIVOX);
  return readFileSync(path.join(folder, 'transcription'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, text = '', name = ''] = /^<s> (.+) <\/s> \((.+)\)$/.exec(line) ?? [];
      return name ? [{ name, words: spokenWords(text), pcm: decoded(path.join(folder, `${name}.wav`)) }] : [];
    });
}

const DIGITS = 'zero one two three four five six seven eight nine'.split(' ');

/** The form in which both texts are compared: digits as words, abbreviations spelled out, no punctuation. */
export function spokenWords(text: string): string[] {
  return wordsOf(
    text.replaceAll(/\bMr\.?(?= )/gi, 'mister').replaceAll(/\d/g, (digit) => ` ${DIGITS[Number(digit)]} `),
  );
}

function unpacked(name: string): string {
  const folder = path.join(CACHE, name);
  if (existsSync(folder)) return folder;
  const downloads = path.join(CACHE, 'downloads');
  mkdirSync(downloads, { recursive: true });
  execFileSync('apt-get', ['download', name], { cwd: downloads, stdio: ['ignore', 'ignore', 'pipe'] });
  const file = readdirSync(downloads).find((entry) => entry.startsWith(`${name}_`));
  if (!file) throw new Error(`apt-get downloaded no package ${name}.`);
  execFileSync('dpkg-deb', ['-x', path.join(downloads, file), folder]);
  return folder;
}

function decoded(file: string, format: string[] = []): Buffer {
  const args = ['-v', 'error', ...format, '-i', file, '-f', 's16le', '-ac', '1', '-ar', '16000', '-'];
  return execFileSync(ffmpegPath(), args, { maxBuffer: 64 * 1024 * 1024 });
}
