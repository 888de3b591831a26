import type { AudioFormatHints } from '../audio/format';
import { readAudio } from '../audio/source';
import type { AudioSource, ReadAudioOptions } from '../audio/source';
import { readWavHeader, startsLikeWav } from '../audio/wav';
import { AsrError } from '../errors';
import type { FinalEvent, SessionEvent, Statistics } from '../events';
import { DEFAULT_MODEL, findModel } from '../models';
import { configure } from './config';
import type { Session, SessionOptions } from './options';
import { openSession } from './session';
import { joinTexts } from './text';

export interface TranscribeOptions extends SessionOptions, Pick<ReadAudioOptions, 'strings'> {
  /** What is known of the audio beside its bytes. */
  hints?: AudioFormatHints;
  /** Every event of the session, as it comes. */
  onEvent?: (event: SessionEvent) => void;
}

/** The text of a whole recording. */
export interface Transcript {
  text: string;
  sentences: FinalEvent[];
  /** The language of the first sentence that names one. */
  language?: string;
  /** The emotion that most of the text has, when the model tells any. */
  emotion?: string;
  statistics: Statistics;
}

/**
 * One recording in, its transcript out: opens a session, sends the audio, finishes.
 *
 * The session runs at the recording's own rate where the audio says it and the model takes it, unless `sampleRateHz`
 * is set. Without voice activity detection (mode `manual`) the whole recording is one sentence.
 * @throws AsrError Whatever the session or the source fails with; `ABORTED` after `signal`.
 */
export async function transcribe(audio: AudioSource, options: TranscribeOptions = {}): Promise<Transcript> {
  const { strings, hints, onEvent, signal } = options;
  if (signal?.aborted)
    throw new AsrError('ABORTED', 'The transcription was aborted.', { cause: signal.reason });
  // Before the first chunk, which a stream may never give.
  configure(options);
  // A failing session stops the reading, too, also where the source never gives anything again.
  const ended = new AbortController();
  const stopReading = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const sentences: FinalEvent[] = [];
  let session: Session | undefined;
  try {
    const chunks = readAudio(audio, { ...(strings && { strings }), signal: stopReading });
    for await (const chunk of withWholeHeader(chunks)) {
      session ??= start(chunk);
      await session.append(chunk, hints);
    }
    if (!session) throw new AsrError('BAD_AUDIO', 'The audio is empty.');
    const statistics = await session.finish();
    return summarise(sentences, statistics);
  } catch (error) {
    throw session ? await reasonOf(session, error) : error;
  } finally {
    session?.abort();
  }

  function start(firstChunk: Uint8Array): Session {
    const opened = openSession({ ...options, ...rateOf(firstChunk, options) });
    opened.on('final', (final) => sentences.push(final));
    opened.on('error', ({ error }) => {
      ended.abort(error);
    });
    if (onEvent) opened.on('event', onEvent);
    return opened;
  }
}

/** The chunks, with the header of a WAV whole in the first one: it says the rate of the session. */
async function* withWholeHeader(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (isHalfHeader(head)) continue;
    yield head;
    head = undefined;
  }
  if (head?.length) yield head;
}

function isHalfHeader(head: Uint8Array): boolean {
  if (head.length < 4) return 'RIFF'.startsWith(Buffer.from(head).toString('latin1'));
  return startsLikeWav(head) && !readWavHeader(head);
}

/** What ended the session explains more than the append that came too late for it. */
async function reasonOf(session: Session, error: unknown): Promise<unknown> {
  if (session.state !== 'closed') return error;
  return session.finish().then(
    () => error,
    (reason: unknown) => reason,
  );
}

function rateOf(firstChunk: Uint8Array, options: TranscribeOptions): Pick<SessionOptions, 'sampleRateHz'> {
  if (options.sampleRateHz !== undefined) return {};
  const wav = startsLikeWav(firstChunk) ? readWavHeader(firstChunk) : undefined;
  const rateHz = wav?.rateHz ?? options.hints?.rate;
  const { sampleRatesHz } = findModel(options.model || DEFAULT_MODEL);
  return rateHz !== undefined && sampleRatesHz.includes(rateHz) ? { sampleRateHz: rateHz } : {};
}

function summarise(sentences: FinalEvent[], statistics: Statistics): Transcript {
  const language = sentences.find((sentence) => sentence.language)?.language;
  const emotion = prevailingEmotion(sentences);
  return {
    text: joinTexts(sentences.map((sentence) => sentence.text)),
    sentences,
    ...(language && { language }),
    ...(emotion && { emotion }),
    statistics,
  };
}

function prevailingEmotion(sentences: readonly FinalEvent[]): string | undefined {
  const characters = new Map<string, number>();
  for (const { emotion, text } of sentences) {
    if (emotion) characters.set(emotion, (characters.get(emotion) ?? 0) + text.length);
  }
  return [...characters].sort((a, b) => b[1] - a[1])[0]?.[0];
}
