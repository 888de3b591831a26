import { ChildProgram } from '../../base/child-program';
import { isThere } from '../../base/find-program';
import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import { findFfmpeg, INSTALL_FFMPEG } from '../find-ffmpeg';
import type { SourceFormat } from '../format';
import { removeStaleFiles, TemporaryFile } from '../temporary-file';
import { WAV } from '../wav';
import type { Decoder, DecoderOutput } from './decoder';
import { HeadedPcmDecoder } from './headed-pcm';

/** The format to be decoded, by its names in ffmpeg and for people. */
export interface FfmpegInput {
  /** Name of ffmpeg's demuxer. Always told, so that a file that looks like a playlist cannot make it open others. */
  demuxer: string;
  /** The demuxers that ffmpeg may choose from, separated by commas, where the right one is unknown. */
  formats?: string;
  name: string;
  /** The error that is thrown where ffmpeg does not know the format either, or is missing. */
  otherwise?: AsrError;
  /** Whether it has to be read from a file, because it must be read out of order. */
  needsFile?: boolean;
}

/** Containers that may have FLAC in them, whose mark stands in their header. */
const HOLD_FLAC = new Set(['ogg', 'matroska', 'mov']);
/** Decoded bytes that wait here before ffmpeg has to wait. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** ffmpeg decodes hundreds of times faster than real time: one that gives nothing for so long hangs. */
const STALLED_MS = 60_000;

/** Everything that the other decoders do not know, by the ffmpeg that {@link findFfmpeg} finds. */
export class FfmpegDecoder implements Decoder {
  /** ffmpeg gives its last samples only at the end of its input. */
  readonly endsAtPause = true;
  readonly #input: FfmpegInput;
  readonly #output: DecoderOutput;
  readonly #wav: HeadedPcmDecoder;
  #process: ChildProgram | undefined;
  #file: TemporaryFile | undefined;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #hasStalled = false;
  #isFreed = false;
  #format: SourceFormat | undefined;
  #onProgress: () => void = () => undefined;
  /** Tells whether `write` or `end` is done. */
  #goal: ((ffmpeg: ChildProgram) => boolean) | undefined;
  #isAtEnd = false;

  constructor(input: FfmpegInput, output: DecoderOutput) {
    this.#input = input;
    this.#output = output;
    output.useFfmpeg();
    this.#wav = new HeadedPcmDecoder(WAV, {
      ...output,
      describe: (format) => {
        this.#format = { ...format, container: input.demuxer || 'ffmpeg' };
        this.#describe();
      },
    });
  }

  get isPending(): boolean {
    return this.#goal !== undefined;
  }

  /** Containers hold each other, and tags stand in the middle of streams. */
  owns(chunk: Uint8Array): boolean {
    if (hasText(chunk, 0, 'ID3')) return true;
    if (hasText(chunk, 0, 'OggS')) return this.#input.demuxer === 'ogg';
    return hasText(chunk, 0, 'fLaC') && HOLD_FLAC.has(this.#input.demuxer);
  }

  async write(bytes: Uint8Array): Promise<void> {
    const kept = Uint8Array.from(bytes);
    if (this.#input.needsFile) {
      await this.#keep(kept);
      return;
    }
    const ffmpeg = await this.#start('pipe:0');
    ffmpeg.stdin?.write(kept);
    this.#goal = ({ stdin }) => !stdin?.writableNeedDrain;
    await this.read();
  }

  async end(): Promise<void> {
    this.#isAtEnd = true;
    await this.#file?.close();
    const ffmpeg = await this.#start(this.#file ? `file:${this.#file.path}` : 'pipe:0');
    ffmpeg.stdin?.end();
    this.#goal = () => false;
    await this.read();
  }

  /** Gives what was decoded, until enough has come out, the goal is reached or ffmpeg has ended. */
  async read(): Promise<void> {
    const ffmpeg = this.#process;
    while (ffmpeg && this.#goal) {
      while (this.#waiting.length > 0 && !this.#output.isFull()) this.#give();
      if (this.#waiting.length > 0) return;
      if (ffmpeg.hasExited || this.#isFreed || this.#goal(ffmpeg)) this.#goal = undefined;
      else await this.#progress();
    }
    // It may have ended before its input, for example because it cannot read it.
    if (ffmpeg?.hasExited) this.#checkEnd(ffmpeg);
    if (this.#isAtEnd) this.free();
  }

  #give(): void {
    const bytes = this.#waiting.shift();
    if (!bytes) return;
    this.#waitingBytes -= bytes.length;
    // Its output is no compressed WAV, so that nothing is to be waited for.
    void this.#wav.write(bytes);
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#process?.stdout.resume();
  }

  free(): void {
    this.#isFreed = true;
    this.#process?.kill('SIGKILL');
    void this.#file?.remove().catch(() => undefined);
    this.#file = undefined;
    this.#onProgress();
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    this.#file ??= await this.#createFile();
    if (this.#isFreed) this.free();
    else await this.#file.write(bytes);
  }

  /** Nothing is written where nobody would read it. */
  async #createFile(): Promise<TemporaryFile> {
    await this.#find();
    await removeStaleFiles();
    return TemporaryFile.create();
  }

  /** To start a program in vain would hold up the event loop, the longer the more memory the host has. */
  async #find(): Promise<string> {
    const program = await findFfmpeg();
    if (await isThere(program)) return program;
    throw this.#input.otherwise ?? this.#missing(undefined);
  }

  /** Waits until it runs, or it is known that it does not. */
  async #start(input: string): Promise<ChildProgram> {
    if (this.#process) return this.#process;
    const protocol = input.slice(0, input.indexOf(':'));
    const args = [
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'info'],
      ...['-protocol_whitelist', protocol, ...this.#demuxer(), '-i', input],
      ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-f', 'wav', '-c:a', 'pcm_f32le', 'pipe:1'],
    ];
    const program = await this.#find();
    if (this.#isFreed) throw this.#refusal('reading it was given up');
    const ffmpeg = new ChildProgram({
      program,
      args,
      readsInput: protocol === 'pipe',
      onChange: () => {
        this.#describe();
        this.#onProgress();
      },
    });
    this.#process = ffmpeg;
    ffmpeg.stdin?.on('drain', () => {
      this.#onProgress();
    });
    ffmpeg.stdout.on('data', (bytes: Buffer) => {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.length;
      if (this.#waitingBytes > MAX_WAITING_BYTES) ffmpeg.stdout.pause();
      this.#onProgress();
    });
    await ffmpeg.started;
    return ffmpeg;
  }

  #demuxer(): string[] {
    const { demuxer, formats } = this.#input;
    return formats === undefined ? ['-f', demuxer] : ['-format_whitelist', formats];
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#hasStalled = true;
        this.#process?.kill('SIGKILL');
      }, STALLED_MS);
      this.#onProgress = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The codec's name stands in ffmpeg's messages, which may come before its samples or after them. */
  #describe(): void {
    if (!this.#format) return;
    const codec =
      /Stream #0:\d+[^\n]*?: Audio: (\w+)/.exec(this.#process?.messages ?? '')?.[1] ?? this.#format.codec;
    const { container, rateHz, channels } = this.#format;
    this.#output.describe({ container, codec, rateHz, channels });
  }

  #checkEnd(ffmpeg: ChildProgram): void {
    if (this.#isFreed || !ffmpeg.hasFailed) return;
    const { failure, messages, reason } = ffmpeg;
    const { otherwise } = this.#input;
    if (otherwise && !this.#format) throw otherwise;
    if (ffmpeg.isMissing) throw this.#missing(failure);
    if (messages.includes('matches no streams')) throw this.#refusal('there is no sound in it');
    if (this.#format) this.#output.cut();
    else if (this.#hasStalled) throw this.#refusal(`it gave nothing for ${STALLED_MS / 1000} s`);
    // Names of files on this machine are nobody's business.
    else
      throw this.#refusal(
        failure?.message ?? (reason.replace(/^(pipe:0|file:\S+): /, '') || 'it gave no reason'),
      );
  }

  #missing(cause: unknown): AsrError {
    return new AsrError(
      'BAD_AUDIO',
      `The audio is ${this.#input.name}, which is decoded by ffmpeg, and there is no ffmpeg. ` +
        `${INSTALL_FFMPEG}, set FFMPEG_PATH to where it is, or send WAV, MP3, FLAC, Ogg Opus or WebM Opus instead.`,
      { cause },
    );
  }

  #refusal(why: string): AsrError {
    return new AsrError('BAD_AUDIO', `The audio is ${this.#input.name}, and ffmpeg cannot read it: ${why}.`, {
      cause: this.#process?.failure,
    });
  }
}
