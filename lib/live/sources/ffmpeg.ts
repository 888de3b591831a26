import path from 'node:path';
import { FfmpegProcess, INSTALL_FFMPEG } from '../../audio/ffmpeg-process';
import { AsrError } from '../../vocabulary/errors';
import { publicName } from './address';
import type { AudioFeed, StreamSource } from './source';
import { watchStalls } from './stall-watch';

export interface FfmpegSourceOptions {
  /** Anything that ffmpeg opens: an address, a file, or with `format` a device. */
  input: string;
  /** ffmpeg's name of a device's format, such as `alsa`. Default: ffmpeg finds out. */
  format?: string;
  /** How an RTSP camera sends: `tcp` loses nothing on the way. */
  rtspTransport: 'tcp' | 'udp';
  /** Reads a file as fast as it was recorded and not as fast as it can be read. */
  inRealTime: boolean;
  /** The program. Default: `ffmpeg` on the PATH, or what FFMPEG_PATH names. */
  program?: string;
  rateHz: number;
  stallMs: number;
}

/** ffmpeg says goodbye to a camera before it ends, which cameras that serve few viewers need; but it must not hang. */
const GOODBYE_MS = 1000;
/** What an address may lead to: never from a server to the files of this machine. */
const NETWORK =
  'http,https,httpproxy,tcp,tls,udp,rtp,rtcp,rtsp,rtsps,srtp,rtmp,rtmps,rtmpt,srt,mmsh,mmst,crypto,hls';

/**
 * Everything that ffmpeg opens: RTSP cameras, HLS, sound cards, odd formats.
 * @throws AsrError `INVALID_OPTION`
 */
export function ffmpegSource(options: FfmpegSourceOptions): StreamSource {
  const { input, format = '', program = '' } = options;
  if (input.trim() === '') throw invalid('input', 'Say what FFmpeg is to open.');
  if (!/^[\w,]*$/.test(format))
    throw invalid('format', `There is no ffmpeg format ${JSON.stringify(format)}.`);
  // Who may edit a workflow may not thereby run any program of the machine.
  if (program && !/^ffmpeg[\w.-]*$/i.test(path.basename(program))) {
    throw invalid(
      'program',
      `The program is to be an ffmpeg, got ${JSON.stringify(path.basename(program))}.`,
    );
  }
  const name = nameOf(input);
  return { kind: 'stream', name, connect: (signal) => connect(options, name, signal) };
}

async function connect(options: FfmpegSourceOptions, name: string, signal: AbortSignal): Promise<AudioFeed> {
  signal.throwIfAborted();
  const run = new FfmpegRun(options, name);
  const stop = (): void => void run.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const head = await run.first();
    return {
      sender: name,
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

  constructor(options: FfmpegSourceOptions, name: string) {
    const { input, program, stallMs } = options;
    this.#name = name;
    this.#input = input;
    this.#ffmpeg = new FfmpegProcess({ args: argumentsOf(options), ...(program && { program }) });
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
    // Output that nobody reads would keep it from being over.
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

  /** Without the address, which may have a user and a password in it. */
  #lastMessage(): string {
    return this.#ffmpeg.reason
      .replaceAll(this.#input, this.#name)
      .replace(`${this.#name}: `, '')
      .replaceAll(/\/\/[^/\s]*@/g, '//')
      .replace(/[.\s]+$/, '');
  }
}

function argumentsOf({ input, format, rtspTransport, inRealTime, rateHz }: FfmpegSourceOptions): string[] {
  const isRtsp = /^rtsps?:/i.test(input);
  const isNetwork = /^[a-z][a-z0-9+.-]+:\/\//i.test(input) && !/^file:/i.test(input);
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
    ...(isNetwork ? ['-protocol_whitelist', NETWORK] : []),
    ...(isRtsp ? ['-rtsp_transport', rtspTransport] : []),
    ...(inRealTime ? ['-re'] : []),
    ...(format ? ['-f', format] : []),
    ...['-i', input],
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-ac', '1', '-ar', String(rateHz)],
    ...['-flush_packets', '1', '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1'],
  ];
}

function nameOf(input: string): string {
  return URL.canParse(input) && input.includes('://') ? publicName(new URL(input)) : input;
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
