import path from 'node:path';
import { FfmpegProcess, INSTALL_FFMPEG } from '../../audio/ffmpeg-process';
import { findFfmpeg } from '../../audio/find-ffmpeg';
import type { EgressGuard } from '../../transport/egress';
import { AsrError } from '../../vocabulary/errors';
import { ffmpegInput } from './ffmpeg-input';
import type { FfmpegInput } from './ffmpeg-input';
import type { AudioFeed, StreamSource } from './source';
import { watchStalls } from './stall-watch';

export interface FfmpegSourceOptions {
  /** An address; a device if `format` is set; or a file in one of `fileFolders`. */
  input: string;
  /** ffmpeg's name for a device format, such as `alsa`. */
  format?: string;
  /** Folders whose files the operator of this machine allows to be opened. Default: none. */
  fileFolders?: readonly string[];
  /** How an RTSP camera sends. `tcp` loses nothing on the way. */
  rtspTransport: 'tcp' | 'udp';
  /** Reads a file as fast as it was recorded, instead of as fast as possible. */
  inRealTime: boolean;
  /** The program to run. Default: see `findFfmpeg`. */
  program?: string;
  rateHz: number;
  /** The host's rules for connections. They are applied to the address itself, not to those that it leads to. */
  guard?: EgressGuard | undefined;
  stallMs: number;
}

/**
 * ffmpeg ends the session with a camera before it exits, which cameras with few viewers need; but it must not hang.
 */
const GOODBYE_MS = 1000;
/**
 * A source for whatever ffmpeg opens within the limits of {@link ffmpegInput}: RTSP cameras, HLS, sound cards, rare
 * formats.
 * @throws AsrError `INVALID_OPTION`
 */
export function ffmpegSource(options: FfmpegSourceOptions): StreamSource {
  const { input, format = '', rtspTransport, fileFolders = [], program = '' } = options;
  const opened = ffmpegInput({ input, format, rtspTransport, fileFolders });
  // Somebody who may edit a workflow must not be able to run any program of the machine.
  if (program && !/^ffmpeg[\w.-]*$/i.test(path.basename(program))) {
    throw invalid(
      'program',
      `The program is to be an ffmpeg, got ${JSON.stringify(path.basename(program))}.`,
    );
  }
  return { kind: 'stream', name: opened.name, connect: (signal) => connect(options, opened, signal) };
}

async function connect(
  options: FfmpegSourceOptions,
  opened: FfmpegInput,
  signal: AbortSignal,
): Promise<AudioFeed> {
  if (opened.address) await options.guard?.check(opened.address);
  signal.throwIfAborted();
  const program = options.program || (await findFfmpeg());
  signal.throwIfAborted();
  const run = new FfmpegRun({ ...options, program }, opened);
  const stop = (): void => void run.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const head = await run.first();
    return {
      sender: opened.name,
      hints: { rate: options.rateHz, channels: 1, encoding: 's16le' },
      chunks: run.from(head),
      close: () => run.close(),
    };
  } catch (error) {
    await run.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** One ffmpeg process, from its start to its end. */
class FfmpegRun {
  readonly #name: string;
  readonly #input: string;
  readonly #ffmpeg: FfmpegProcess;
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  #stalled = false;

  constructor(options: FfmpegSourceOptions & { program: string }, { args, name }: FfmpegInput) {
    const { input, program, stallMs } = options;
    this.#name = name;
    this.#input = input.trim();
    this.#ffmpeg = new FfmpegProcess({ args: argumentsOf(options, args), program });
    this.#chunks = watchStalls(this.#ffmpeg.stdout, stallMs, () => {
      this.#stalled = true;
      void this.close();
    });
  }

  async first(): Promise<Uint8Array> {
    const { done, value } = await this.#next();
    if (done) throw this.#reason();
    return value;
  }

  async *from(head: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    yield head;
    for (;;) {
      const { done, value } = await this.#next();
      if (done) return;
      yield value;
    }
  }

  async close(): Promise<void> {
    // Unread output would keep the process from being over.
    this.#ffmpeg.stdout.destroy();
    this.#ffmpeg.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#ffmpeg.kill('SIGKILL');
    }, GOODBYE_MS);
    await this.#ffmpeg.exited;
    clearTimeout(timer);
    await this.#chunks.return().catch(() => undefined);
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    const next = await this.#chunks.next().catch(() => undefined);
    if (next && !next.done) return next;
    await this.#ffmpeg.exited;
    if (!next || this.#stalled || this.#ffmpeg.hasFailed) throw this.#reason();
    return next;
  }

  #reason(): AsrError {
    const { failure: cause } = this.#ffmpeg;
    if (this.#ffmpeg.isMissing) return missing(cause);
    if (cause)
      return new AsrError('INVALID_OPTION', `ffmpeg cannot be started: ${cause.message}.`, { cause });
    const said = this.#stalled
      ? 'it has given no audio for too long'
      : this.#lastMessage() || 'it ended without audio';
    return new AsrError('CONNECTION_LOST', `ffmpeg cannot play ${this.#name}: ${said}.`, { retryable: true });
  }

  /** Leaves out the address, which may contain a user and a password. */
  #lastMessage(): string {
    return this.#ffmpeg.reason
      .replaceAll(this.#input, this.#name)
      .replace(`${this.#name}: `, '')
      .replaceAll(/\/\/[^/\s]*@/g, '//')
      .replace(/[.\s]+$/, '');
  }
}

function argumentsOf({ inRealTime, rateHz }: FfmpegSourceOptions, input: readonly string[]): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
    ...(inRealTime ? ['-re'] : []),
    ...input,
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-ac', '1', '-ar', String(rateHz)],
    ...['-flush_packets', '1', '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1'],
  ];
}

function missing(cause: unknown): AsrError {
  return new AsrError(
    'INVALID_OPTION',
    `There is no ffmpeg on this machine. ${INSTALL_FFMPEG}, or say where it is. ` +
      'The Docker images of n8n and Node-RED have none.',
    { cause },
  );
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
