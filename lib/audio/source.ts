import { Readable } from 'node:stream';
import { AsrError, asAsrError } from '../vocabulary/errors';
import {
  fromBase64,
  fromDataUrl,
  isDataUrl,
  maybeBase64,
  refuseBytesAsText,
  typeOfDataUrl,
} from './audio-text';
import { fetchAudio } from './fetch';
import type { FetchAudioOptions } from './fetch';
import { bytesOf, hintsOfChunk } from './format';
import type { AudioChunk, AudioFormatHints } from './format';
import { readFile } from './read-file';

/**
 * Where audio may come from. A string is a data URL (`data:…`), an http or https address, a file path or `file:` URL, or
 * base64; see {@link ReadAudioOptions.strings}.
 */
export type AudioSource =
  AudioChunk | string | Readable | ReadableStream<Uint8Array> | AsyncIterable<AudioChunk>;

export interface ReadAudioOptions extends Pick<FetchAudioOptions, 'proxy' | 'fetch'> {
  /**
   * What a string that is no data URL means. `auto` (default): what begins with `http://` or `https://` is an address,
   * and what cannot be base64, because it has a dot or another character outside of that alphabet, is a path. Say
   * `base64` where strings come from people who must name neither.
   */
  strings?: 'auto' | 'base64' | 'file' | 'url';
  /** What is known of the audio: short text is base64 only where something is said of it. */
  hints?: AudioFormatHints;
  /** Of the request for an http address, such as `authorization`. */
  headers?: Readonly<Record<string, string>>;
  /** Told before the first bytes what the source says of them: MIME type, file name, kind of samples. */
  onHints?: (hints: AudioFormatHints) => void;
  /** Ends the reading with an `ABORTED` error. */
  signal?: AbortSignal;
  /** Told each time a stream is waited for; what it returns is called once something has come. */
  onWait?: () => () => void;
}

const WEB_ADDRESS = /^\s*https?:\/\//i;
/** A server that sends nothing for so long has stopped. */
const FETCH_IDLE_MS = 60_000;
/** The longest recording. */
const FETCH_TOTAL_MS = 24 * 3_600_000;

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
  const { onHints } = options;
  if (typeof source === 'string') return openString(source, options);
  const bytes = bytesOf(source);
  if (bytes) {
    onHints?.(hintsOfChunk(source));
    return [bytes];
  }
  if (isAsyncIterable(source)) {
    // A file's stream knows its name.
    const { path } = source as { path?: unknown };
    return readStream(source, options, (chunk) =>
      onHints?.({ ...hintsOfChunk(chunk), ...(typeof path === 'string' && { fileName: path }) }),
    );
  }
  throw new AsrError(
    'BAD_AUDIO',
    `Expected audio as bytes, a stream, base64 or a file path, got ${describe(source)}.`,
  );
}

function openString(source: string, options: ReadAudioOptions): AsyncIterable<Uint8Array> | Uint8Array[] {
  const { strings = 'auto', signal, onHints, hints } = options;
  if (isDataUrl(source)) {
    onHints?.({ mimeType: typeOfDataUrl(source) });
    return [fromDataUrl(source)];
  }
  refuseBytesAsText(source);
  if (strings === 'url' || (strings === 'auto' && WEB_ADDRESS.test(source))) {
    return readStream(
      fetchAudio(source.trim(), { idleMs: FETCH_IDLE_MS, totalMs: FETCH_TOTAL_MS, ...options }),
      { ...(signal && { signal }) },
    );
  }
  if (strings === 'file' || (strings === 'auto' && !maybeBase64(source))) {
    onHints?.({ fileName: source, isRecording: true });
    return readFile(source, signal);
  }
  return [fromBase64(source, hints)];
}

/** A caller in plain JavaScript may pass anything. */
function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Stops at the signal even while the stream gives nothing. */
async function* readStream(
  stream: AsyncIterable<unknown>,
  { signal, onWait }: ReadAudioOptions,
  onFirst?: (chunk: unknown) => void,
): AsyncIterable<Uint8Array> {
  let isFirst = true;
  let iterator: AsyncIterator<unknown> | undefined;
  const stop = stopAt(signal, stream);
  try {
    iterator = iteratorOf(stream);
    for (;;) {
      const came = onWait?.();
      const next = await stop.orAbort(iterator.next());
      came?.();
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
