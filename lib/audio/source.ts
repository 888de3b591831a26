import { Readable } from 'node:stream';
import { shortened } from '../base/excerpt';
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
 * A source of audio. A string is a data URL (`data:…`), an http or https address, a file path or `file:` URL, or
 * base64; see {@link ReadAudioOptions.strings}.
 */
export type AudioSource =
  AudioChunk | string | Readable | ReadableStream<Uint8Array> | AsyncIterable<AudioChunk>;

export interface ReadAudioOptions extends Pick<FetchAudioOptions, 'proxy' | 'fetch'> {
  /**
   * How a string is read that is no data URL. With `auto` (default), a string that begins with `http://` or
   * `https://` is an address, and one that cannot be base64, because of a dot or another character outside of that
   * alphabet, is a path. Use `base64` where strings come from people who must not name files or addresses.
   */
  strings?: 'auto' | 'base64' | 'file' | 'url';
  /** Hints about the audio. Short text is only base64 where there are hints. */
  hints?: AudioFormatHints;
  /** Headers of the request for an http address, such as `authorization`. */
  headers?: Readonly<Record<string, string>>;
  /** Called before the first bytes with the source's own hints: MIME type, file name, kind of samples. */
  onHints?: (hints: AudioFormatHints) => void;
  /** Ends the reading with an `ABORTED` error. */
  signal?: AbortSignal;
  /**
   * Called each time the reader waits for a stream; the function that it returns is called once something has come.
   */
  onWait?: () => () => void;
}

const WEB_ADDRESS = /^\s*https?:\/\//i;
/** A server that sends nothing for this long has stopped. */
const FETCH_IDLE_MS = 60_000;
/** Duration of the longest recording. */
const FETCH_TOTAL_MS = 24 * 3_600_000;

/**
 * The bytes of a source, chunk by chunk, read only as fast as they are taken. Files and streams are closed when the
 * reader stops, for whatever reason.
 * @throws AsrError `BAD_AUDIO` for an invalid source, invalid base64, an empty source or one that cannot be read
 * (with the cause); `ABORTED`.
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
    // The stream of a file knows its name.
    const path = 'path' in source ? source.path : undefined;
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
    // Not awaited, because an iterator that is stuck in `next` returns only after it.
    void iterator?.return?.().catch(() => undefined);
  }
}

/**
 * Iterates over a web stream by a reader, which can be cancelled while it waits; the stream's own iterator cannot.
 */
function iteratorOf(stream: AsyncIterable<unknown>): AsyncIterator<unknown> {
  if (!(stream instanceof ReadableStream)) return stream[Symbol.asyncIterator]();
  const reader: ReadableStreamDefaultReader<unknown> = stream.getReader();
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
  /** Settles with the promise, or rejects at the signal, whichever comes first. */
  orAbort: <T>(promise: Promise<T>) => Promise<T>;
  /** Removes the listener from the signal. */
  release: () => void;
}

/**
 * Ends a wait at the signal, and then destroys a Node stream. `Promise.race` with one promise for the whole stream
 * would not do: that promise keeps a reaction for each race, and each reaction its chunk, until the stream ends.
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
  // An object may have no prototype, and JSON may call anything its constructor.
  const constructor: unknown = 'constructor' in value ? value.constructor : undefined;
  return typeof constructor === 'function' ? `an object (${shortened(constructor.name)})` : 'an object';
}
