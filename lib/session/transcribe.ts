import { SPEECH_RATE_HZ } from '../audio/format';
import type { AudioFormatHints, AudioInfo, SourceFormat } from '../audio/format';
import { checkEnough } from '../audio/doctor';
import type { AudioComplaint } from '../audio/doctor';
import { AudioIntake } from '../audio/intake';
import { piecesOf } from '../audio/pieces';
import type { Pcm } from '../audio/intake';
import { readAudio } from '../audio/source';
import type { AudioSource, ReadAudioOptions } from '../audio/source';
import { AsrError, asAsrError } from '../vocabulary/errors';
import type { FinalEvent, SessionEvent, Statistics } from '../vocabulary/events';
import { DEFAULT_MODEL, findModel } from '../vocabulary/models';
import { configure, FIRST_CONNECT_TIMEOUT_MS, firstRate } from './config';
import type { Session, SessionOptions } from './options';
import { openSession } from './session';
import { joinTexts } from '../vocabulary/join-texts';

export interface TranscribeOptions
  extends SessionOptions, Pick<ReadAudioOptions, 'strings' | 'headers' | 'fetch' | 'onWait'> {
  /** Hints about the format of the audio, beside its bytes. */
  hints?: AudioFormatHints;
  /** Called for every event of the session. */
  onEvent?: (event: SessionEvent) => void;
  /**
   * Whether the transcript has the text. With `false` its `text` and `sentences` are empty, and a stream that never
   * ends takes no more memory with each sentence; `onEvent` gets them all the same. Default true.
   */
  keepText?: boolean;
}

/** The transcript of a whole recording. */
export interface Transcript {
  text: string;
  sentences: FinalEvent[];
  /** The language of the first sentence that has one. */
  language?: string;
  /** The emotion of the largest part of the text, where the model detects emotions. */
  emotion?: string;
  /** The format of the audio. Absent where the bytes were passed through unchanged (`wireFormat`). */
  audio?: AudioInfo;
  /** The service's id of the session, for support requests. After a reconnect it is that of the last connection. */
  sessionId?: string;
  statistics: Statistics;
}

/**
 * Transcribes one recording: opens a session, sends the audio and finishes.
 *
 * Unless `sampleRateHz` is set, the session runs at the recording's own rate where the model takes it and it is at
 * most 16 kHz, else at 16 kHz or the model's rate. In mode `manual` the whole recording is one sentence.
 * @throws AsrError The error of the session or of the source; `ABORTED` after `signal`.
 */
export async function transcribe(audio: AudioSource, options: TranscribeOptions = {}): Promise<Transcript> {
  const { strings, headers, fetch, proxy, signal, onWait, wireFormat = 'pcm' } = options;
  if (signal?.aborted)
    throw new AsrError('ABORTED', 'The transcription was aborted.', { cause: signal.reason });
  // Checks the options before the first chunk, because a stream may never give one.
  configure(options);
  const run = new Transcription(options);
  // A failed session also stops the reading of a source that never gives anything again.
  const stopReading = signal ? AbortSignal.any([signal, run.ended]) : run.ended;
  let hints: AudioFormatHints = { ...options.hints, isRecording: true };
  const chunks = readAudio(audio, {
    ...(strings && { strings }),
    ...(headers && { headers }),
    ...(fetch && { fetch }),
    ...(proxy !== undefined && { proxy }),
    ...(options.hints && { hints: options.hints }),
    ...(onWait && { onWait }),
    signal: stopReading,
    onHints: (found) => {
      hints = { ...found, ...options.hints, isRecording: true };
    },
  });
  try {
    return wireFormat === 'pcm'
      ? await run.decode(chunks, () => hints, stopReading)
      : await run.passThrough(chunks);
  } catch (error) {
    throw await run.reasonOf(error);
  } finally {
    run.release();
  }
}

class Transcription {
  readonly #options: TranscribeOptions;
  readonly #ended = new AbortController();
  readonly #sentences: FinalEvent[] = [];
  readonly #intake: AudioIntake;
  readonly #warned = new Set<string>();
  #session: Session | undefined;
  #rateHz = SPEECH_RATE_HZ;

  constructor(options: TranscribeOptions) {
    this.#options = options;
    const model = findModel(options.model || DEFAULT_MODEL);
    const { sampleRateHz } = options;
    const chooseRate = (source: SourceFormat): number => {
      // A recording whose rate changes in its middle stays at the session's rate.
      if (!this.#session) this.#rateHz = sampleRateHz ?? usefulRate(source, model.sampleRatesHz);
      return this.#rateHz;
    };
    this.#intake = new AudioIntake(chooseRate, sampleRateHz ?? firstRate(model));
  }

  /** A signal that aborts when the session fails. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  async decode(
    chunks: AsyncIterable<Uint8Array>,
    hints: () => AudioFormatHints,
    signal: AbortSignal,
  ): Promise<Transcript> {
    let lateError: AsrError | undefined;
    try {
      await this.#read(chunks, hints, signal);
    } catch (error) {
      if (!this.#canFinish(error)) throw error;
      lateError = asAsrError(error, 'BAD_AUDIO', 'The rest of the audio cannot be read');
      const { message } = lateError;
      this.#warn({ code: 'AUDIO_CUT', message: `The rest of the audio was left out. ${message}` });
    }
    this.#complain(true);
    const transcript = await this.#finish();
    // An empty text would be no honest result of a recording that could not be read.
    if (lateError && transcript.statistics.characters === 0) throw lateError;
    return transcript;
  }

  async #read(
    chunks: AsyncIterable<Uint8Array>,
    hints: () => AudioFormatHints,
    signal: AbortSignal,
  ): Promise<void> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      await this.#appendAll(this.#intake.write(chunk, hints()), signal);
    }
    await this.#appendAll(this.#intake.end(), signal);
    checkEnough(this.#intake.info, bytes);
  }

  /** Whether the session still lives and has taken the recording up to the place where it cannot be read. */
  #canFinish(error: unknown): boolean {
    const isAborted = error instanceof AsrError && error.code === 'ABORTED';
    return !isAborted && this.#session !== undefined && this.#session.state !== 'closed';
  }

  async #appendAll(first: Pcm, signal: AbortSignal): Promise<void> {
    for await (const pcm of piecesOf(this.#intake, first, signal)) {
      await this.#append(pcm);
      this.#complain(false);
    }
  }

  async passThrough(chunks: AsyncIterable<Uint8Array>): Promise<Transcript> {
    for await (const chunk of chunks) {
      this.#session ??= this.#open({});
      await this.#session.append(chunk);
    }
    return this.#finish();
  }

  /** The error that ended the session explains more than the rejection of a late append. */
  async reasonOf(error: unknown): Promise<unknown> {
    if (this.#session?.state !== 'closed') return error;
    return this.#session.finish().then(
      () => error,
      (reason: unknown) => reason,
    );
  }

  release(): void {
    this.#intake.reset();
    this.#session?.abort();
  }

  async #append(pcm: Uint8Array): Promise<void> {
    if (pcm.length === 0) return;
    this.#session ??= this.#open({ sampleRateHz: this.#rateHz });
    await this.#session.append(pcm, { encoding: 's16le', isDecoded: true });
  }

  #open(rate: Pick<SessionOptions, 'sampleRateHz'>): Session {
    const { onEvent, keepText = true } = this.#options;
    const session = openSession({
      firstConnectTimeoutMs: FIRST_CONNECT_TIMEOUT_MS,
      ...this.#options,
      ...rate,
    });
    if (keepText) session.on('final', (final) => this.#sentences.push(final));
    session.on('error', ({ error }) => {
      this.#ended.abort(error);
    });
    if (onEvent) session.on('event', onEvent);
    return session;
  }

  /** Reports what is wrong with the recording. The session cannot do so, because it only gets decoded samples. */
  #complain(isEnd: boolean): void {
    for (const complaint of this.#intake.doctor?.complaints(this.#rateHz, isEnd) ?? []) {
      this.#warn(complaint);
    }
  }

  /** Warns once of each kind of fault, however many recordings the source contains. */
  #warn({ code, message }: AudioComplaint): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#options.onEvent?.({ type: 'warning', code, message });
  }

  async #finish(): Promise<Transcript> {
    if (!this.#session) throw new AsrError('BAD_AUDIO', 'The audio is empty.');
    const statistics = await this.#session.finish();
    const { wireFormat = 'pcm' } = this.#options;
    const audio = wireFormat === 'pcm' ? this.#intake.info : undefined;
    const { id } = this.#session;
    return {
      ...summarise(this.#sentences),
      ...(audio && { audio }),
      ...(id && { sessionId: id }),
      statistics,
    };
  }
}

/**
 * The session's rate for a source, among the rates of a model: the source's own rate up to 16 kHz, which is all that
 * speech needs; 16 kHz for more, which would only cost more to send; else the model's default.
 */
function usefulRate({ rateHz, originalRateHz }: SourceFormat, offered: readonly number[]): number {
  const original = originalRateHz ?? rateHz;
  if (original <= SPEECH_RATE_HZ && offered.includes(original)) return original;
  if (offered.includes(SPEECH_RATE_HZ)) return SPEECH_RATE_HZ;
  return offered[0] ?? SPEECH_RATE_HZ;
}

function summarise(sentences: FinalEvent[]): Pick<Transcript, 'text' | 'sentences' | 'language' | 'emotion'> {
  const language = sentences.find((sentence) => sentence.language)?.language;
  const emotion = prevailingEmotion(sentences);
  return {
    text: joinTexts(sentences.map((sentence) => sentence.text)),
    sentences,
    ...(language && { language }),
    ...(emotion && { emotion }),
  };
}

function prevailingEmotion(sentences: readonly FinalEvent[]): string | undefined {
  const characters = new Map<string, number>();
  for (const { emotion, text } of sentences) {
    if (emotion) characters.set(emotion, (characters.get(emotion) ?? 0) + text.length);
  }
  return [...characters].sort((a, b) => b[1] - a[1])[0]?.[0];
}
