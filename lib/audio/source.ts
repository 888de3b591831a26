import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AsrError, asAsrError } from '../vocabulary/errors';
import { fetchAudio } from './fetch';
import { bytesOf, hintsOfChunk } from './format';
import type { AudioChunk, AudioFormatHints } from './format';

/**
 * Where audio may come from. A string is a data URL (`data:…`), an http or https address, a file path or `file:` URL, or
 * base64; see {@link ReadAudioOptions.strings}.
 */
export type AudioSource =
  AudioChunk | string | Readable | ReadableStream<Uint8Array> | AsyncIterable<AudioChunk>;

export interface ReadAudioOptions {
  /**
   * What a string that is no data URL means. `auto` (default): what begins with `http://` or `https://` is an address,
   * and what cannot be base64, because it has a dot or another character outside of that alphabet, is a path. Say
   * `base64` where strings come from people who must name neither.
   */
  strings?: 'auto' | 'base64' | 'file' | 'url';
  /** Of the request for an http address, such as `authorization`. */
  headers?: Readonly<Record<string, string>>;
  /** Told before the first bytes what the source says of them: MIME type, file name, kind of samples. */
  onHints?: (hints: AudioFormatHints) => void;
  /** Ends the reading with an `ABORTED` error. */
  signal?: AbortSignal;
}

/** Of trimmed text: white space at the end as well would make the pattern try every way to share it out. */
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}$/;
const DATA_URL = /^data:([^,]*?)(;base64)?,/i;
const WEB_ADDRESS = /^\s*https?:\/\//i;
const FILE_CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of a source, chunk after chunk, read only as fast as they are taken. Files and streams are closed when the
 * reader stops, however it stops.
 * @throws AsrError `BAD_AUDIO` for what is no source, no base64, empty or cannot be read (with the cause), `ABORTED`.
 */
export async function* readAudio(
  source: AudioSource,
  options: ReadAudioOptions = {},
): AsyncIterable<Uint8Array> {
  const { signal } = options;
  let isEmpty = true;
  for await (const chunk of open(source, options)) {
    if (signal?.aborted)
      throw new AsrError('ABORTED', 'Reading the audio was aborted.', { cause: signal.reason });
    if (chunk.length === 0) continue;
    isEmpty = false;
    yield chunk;
  }
  if (isEmpty) throw new AsrError('BAD_AUDIO', 'The audio is empty: it has no bytes at all.');
}

function open(source: AudioSource, options: ReadAudioOptions): AsyncIterable<Uint8Array> | Uint8Array[] {
  const { signal, onHints } = options;
  if (typeof source === 'string') return openString(source, options);
  const bytes = bytesOf(source);
  if (bytes) {
    onHints?.(hintsOfChunk(source));
    return [bytes];
  }
  if (isAsyncIterable(source)) {
    // A file's stream knows its name.
    const { path } = source as { path?: unknown };
    return readStream(source, signal, (chunk) =>
      onHints?.({ ...hintsOfChunk(chunk), ...(typeof path === 'string' && { fileName: path }) }),
    );
  }
  throw new AsrError(
    'BAD_AUDIO',
    `Expected audio as bytes, a stream, base64 or a file path, got ${describe(source)}.`,
  );
}

function openString(source: string, options: ReadAudioOptions): AsyncIterable<Uint8Array> | Uint8Array[] {
  const { strings = 'auto', signal, onHints } = options;
  if (/^data:/i.test(source)) {
    onHints?.({ mimeType: DATA_URL.exec(source)?.[1] ?? '' });
    return [fromDataUrl(source)];
  }
  if (strings === 'url' || (strings === 'auto' && WEB_ADDRESS.test(source))) {
    return readStream(fetchAudio(source.trim(), options), signal);
  }
  if (strings === 'file' || (strings === 'auto' && !BASE64.test(source.trim()))) {
    onHints?.({ fileName: source });
    return readFile(source, signal);
  }
  return [fromBase64(source)];
}

/** A caller in plain JavaScript may pass anything. */
function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function fromBase64(text: string): Uint8Array {
  if (!BASE64.test(text.trim())) {
    throw new AsrError('BAD_AUDIO', `The text of ${text.length} characters is no base64.`);
  }
  return Buffer.from(text, 'base64');
}

function fromDataUrl(url: string): Uint8Array {
  const match = DATA_URL.exec(url);
  if (!match) throw new AsrError('BAD_AUDIO', 'The data URL has no comma before its data.');
  // What is escaped is bytes, not text in UTF-8.
  const body = url
    .slice(match[0].length)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return match[2] ? fromBase64(body) : Buffer.from(body, 'latin1');
}

async function* readFile(pathOrUrl: string, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  try {
    const path = pathOrUrl.startsWith('file:') ? fileURLToPath(pathOrUrl) : pathOrUrl;
    yield* createReadStream(path, { highWaterMark: FILE_CHUNK_BYTES, signal }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if (signal?.aborted) throw new AsrError('ABORTED', 'Reading the audio file was aborted.', { cause });
    throw new AsrError('BAD_AUDIO', `Cannot read the audio file: ${reasonOf(cause, pathOrUrl)}`, { cause });
  }
}

function reasonOf(cause: unknown, path: string): string {
  const name = JSON.stringify(path);
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return `there is no file ${name} (ENOENT). A path that is not absolute counts from the folder that the program runs in.`;
    case 'EISDIR':
      return `${name} is a folder (EISDIR); name one recording in it.`;
    case 'EACCES':
    case 'EPERM':
      return `the program may not read ${name} (${String((cause as NodeJS.ErrnoException).code)}).`;
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Stops at the signal even while the stream gives nothing. */
async function* readStream(
  stream: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
  onFirst?: (chunk: unknown) => void,
): AsyncIterable<Uint8Array> {
  let isFirst = true;
  let iterator: AsyncIterator<unknown> | undefined;
  const stop = stopAt(signal, stream);
  try {
    iterator = iteratorOf(stream);
    for (;;) {
      const next = await stop.orAbort(iterator.next());
      if (next.done) return;
      const bytes = bytesOf(next.value);
      if (!bytes)
        throw new AsrError('BAD_AUDIO', `Expected a stream of bytes, got one of ${describe(next.value)}.`);
      if (isFirst) onFirst?.(next.value);
      isFirst = false;
      yield bytes;
    }
  } catch (error) {
    throw asAsrError(error, 'BAD_AUDIO', 'Cannot read the audio stream');
  } finally {
    stop.release();
    // Not awaited: an iterator that is stuck in `next` returns only after it.
    void iterator?.return?.().catch(() => undefined);
  }
}

/** Of a web stream by its reader, which can be cancelled while it waits; the stream's own iterator cannot. */
function iteratorOf(stream: AsyncIterable<unknown>): AsyncIterator<unknown> {
  if (!(stream instanceof ReadableStream)) return stream[Symbol.asyncIterator]();
  const reader = (stream as ReadableStream<unknown>).getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done, value: undefined } : { done, value };
    },
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

interface Stop {
  /** Settles as the promise does, or rejects at the signal, whichever comes first. */
  orAbort: <T>(promise: Promise<T>) => Promise<T>;
  /** Takes the listener off the signal. */
  release: () => void;
}

/**
 * Ends a wait at the signal, and destroys a Node stream then. `Promise.race` with one promise for the whole stream would
 * not do: that promise keeps a reaction for each race, and each reaction its chunk, until the stream ends.
 */
function stopAt(signal: AbortSignal | undefined, stream: object): Stop {
  let endWait: ((error: AsrError) => void) | undefined;
  const aborted = () => new AsrError('ABORTED', 'Reading the audio was aborted.', { cause: signal?.reason });
  const onAbort = () => {
    if (stream instanceof Readable) stream.destroy();
    endWait?.(aborted());
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  return {
    orAbort: (promise) =>
      new Promise((resolve, reject) => {
        endWait = reject;
        promise.then(resolve, reject);
        if (signal?.aborted) reject(aborted());
      }),
    release: () => {
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return 'an array';
  // An object may come without a prototype, and so without a constructor.
  const { constructor } = value as { constructor?: { name: string } };
  return constructor ? `an object (${constructor.name})` : 'an object';
}
