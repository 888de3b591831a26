import { AsrError } from '../errors';
import type { AudioFormatHints } from './format';
import { nameOfForeignFormat } from './sniff';
import { MAX_WAV_HEADER_BYTES, readWavHeader, startsLikeWav } from './wav';

const BYTES_PER_SAMPLE = 2;
const EMPTY = new Uint8Array(0);
const PCM_ENCODINGS = new Set(['signed-integer', 'signed', 'pcm', 'pcm_s16le', 's16le', 'linear16', 'lpcm']);

/**
 * Bytes as they arrive -> 16-bit little-endian mono PCM at one rate, an even number of bytes each time.
 *
 * Takes raw PCM and WAV of it, in chunks of any size, one after the other. Raw PCM passes through without a copy.
 */
export class AudioIntake {
  readonly #rateHz: number;
  /** The first byte of a sample whose second has not come yet. */
  #oddByte: number | undefined;
  /** A WAV header that has not come whole yet. */
  #header: Uint8Array | undefined;
  /** Bytes of the WAV's audio still to come; `undefined` outside of a WAV. */
  #wavBytesLeft: number | undefined;
  /** Bytes behind the WAV's audio that are not audio. */
  #trailingBytes = 0;

  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /**
   * The PCM in `bytes`. It may share memory with them.
   * @throws AsrError `BAD_AUDIO`; nothing of `bytes` is taken then, and the next call starts afresh.
   */
  write(bytes: Uint8Array, hints: AudioFormatHints = {}): Uint8Array {
    try {
      return this.#write(bytes, hints);
    } catch (error) {
      this.flush();
      throw error;
    }
  }

  /** Forgets what was begun: half a sample, half a header. The next bytes start a new recording. */
  flush(): void {
    this.#oddByte = undefined;
    this.#header = undefined;
    this.#wavBytesLeft = undefined;
    this.#trailingBytes = 0;
  }

  #write(bytes: Uint8Array, hints: AudioFormatHints): Uint8Array {
    if (bytes.length === 0) return EMPTY;
    if (this.#header) return this.#readHeader(concat(this.#header, bytes), hints);
    // A WAV may follow a WAV or raw audio at any chunk's beginning. Half of `RIFF` is waited for.
    if (startsLikeWav(bytes)) return this.#readHeader(bytes, hints);
    if (this.#wavBytesLeft !== undefined) return this.#readWav(bytes, hints);
    if (this.#trailingBytes > 0) return this.#skipTrailing(bytes, hints);
    if (this.#oddByte === undefined) {
      if (bytes.length < 4 && startsLikeWav(concat(bytes, RIFF.subarray(bytes.length)))) {
        this.#header = Uint8Array.from(bytes);
        return EMPTY;
      }
      const foreign = nameOfForeignFormat(bytes);
      if (foreign) throw this.#refusal(foreign);
    }
    this.#checkHints(hints);
    return this.#align(bytes);
  }

  #readHeader(bytes: Uint8Array, hints: AudioFormatHints): Uint8Array {
    this.#header = undefined;
    if (bytes.length >= 4 && !startsLikeWav(bytes)) return this.#write(bytes, hints);
    const wav = readWavHeader(bytes);
    if (!wav) {
      if (bytes.length > MAX_WAV_HEADER_BYTES) throw this.#refusal('a WAV with a damaged header');
      this.#header = Uint8Array.from(bytes);
      return EMPTY;
    }
    if (wav.formatCode !== 1 || wav.bits !== 16 || wav.channels !== 1 || wav.rateHz !== this.#rateHz) {
      const kind = wav.formatCode === 1 ? 'PCM' : `format code ${wav.formatCode}`;
      throw this.#refusal(`a WAV of ${wav.rateHz} Hz, ${wav.channels} channel(s), ${wav.bits} bit, ${kind}`);
    }
    this.#oddByte = undefined;
    this.#wavBytesLeft = wav.dataBytes;
    this.#trailingBytes = wav.trailingBytes;
    return this.#readWav(bytes.subarray(wav.dataOffset), hints);
  }

  #readWav(bytes: Uint8Array, hints: AudioFormatHints): Uint8Array {
    const left = this.#wavBytesLeft ?? 0;
    if (bytes.length < left) {
      this.#wavBytesLeft = left - bytes.length;
      return this.#align(bytes);
    }
    const audio = this.#align(bytes.subarray(0, left));
    this.#oddByte = undefined;
    this.#wavBytesLeft = undefined;
    const rest = bytes.subarray(left);
    return rest.length === 0 ? audio : concat(audio, this.#skipTrailing(rest, hints));
  }

  /** What follows a WAV's audio is tags, in this chunk or in the next ones; behind them may come another file. */
  #skipTrailing(bytes: Uint8Array, hints: AudioFormatHints): Uint8Array {
    const rest = bytes.subarray(this.#trailingBytes);
    this.#trailingBytes = Math.max(0, this.#trailingBytes - bytes.length);
    return startsLikeWav(rest) ? this.#write(rest, hints) : EMPTY;
  }

  /** Whole samples: the odd byte is carried over to the next chunk. */
  #align(bytes: Uint8Array): Uint8Array {
    const carried = this.#oddByte;
    let whole = bytes;
    if (carried !== undefined) {
      whole = new Uint8Array(bytes.length + 1);
      whole[0] = carried;
      whole.set(bytes, 1);
    }
    const evenLength = whole.length - (whole.length % BYTES_PER_SAMPLE);
    this.#oddByte = evenLength < whole.length ? whole[evenLength] : undefined;
    return whole.subarray(0, evenLength);
  }

  #checkHints({ rate, channels, bits, encoding }: AudioFormatHints): void {
    const fits =
      (rate === undefined || rate === this.#rateHz) &&
      (channels === undefined || channels === 1) &&
      (bits === undefined || bits === 16) &&
      (encoding === undefined || PCM_ENCODINGS.has(encoding.toLowerCase()));
    if (fits) return;
    const told = Object.entries({ rate, channels, bits, encoding }).filter(
      ([, value]) => value !== undefined,
    );
    throw this.#refusal(`raw audio of ${told.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`);
  }

  #refusal(what: string): AsrError {
    return new AsrError(
      'BAD_AUDIO',
      `The audio is ${what}; this session takes 16-bit mono PCM at ${this.#rateHz} Hz, raw or as WAV. ` +
        'Convert it first, or set the session to its rate if that is 8000 or 16000.',
    );
  }
}

const RIFF = Uint8Array.of(0x52, 0x49, 0x46, 0x46);

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
