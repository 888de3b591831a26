import { createPcmDecoder, type PcmDecoder } from '../../audio/decoder';
import type { ClientConnection } from '../../client-connection';
import type { EngineEvent, EngineSession, FinalHeard } from '../../engines/engine';
import type { HotWord } from '../../hot-words/list';
import type { HotWordLists } from '../../hot-words/lists';
import type { JsonObject } from '../../json';
import { billedSeconds } from '../billing';
import * as frames from './frames';
import type { TaskFailure, TaskRequest } from './request';

/** Without `heartbeat` the service ends the task after this much audio without speech (protocol.md B.5). */
const MAX_SILENT_AUDIO_MS = 60_000;

/**
 * With `heartbeat`, the audio without speech between two heartbeats. The interval is undocumented; this one is often
 * enough to be noticed.
 */
const HEARTBEAT_EVERY_MS = 10_000;

/** Measured on qwen-audio-3.1: tokens a second of audio, and about as many again for each sentence (protocol.md B.4). */
const TOKENS_PER_SECOND = 12.5;
const TOKENS_PER_SENTENCE = 62;

/** One running task: audio in, `result-generated` out. */
export class Task {
  readonly id: string;
  readonly #request: TaskRequest;
  readonly #connection: ClientConnection;
  readonly #failed: (failure: TaskFailure) => void;
  readonly #decoder: PcmDecoder;
  readonly #engine: EngineSession;
  #audioMs = 0;
  /** Where the current silence began; `undefined` while somebody speaks. */
  #silentSinceMs: number | undefined = 0;
  #nextHeartbeatMs = HEARTBEAT_EVERY_MS;
  #sentences = 0;
  #finals = 0;
  #characters = 0;
  #closed = false;

  /** @param failed Called when the task fails by itself. */
  constructor(connection: ClientConnection, request: TaskRequest, failed: (failure: TaskFailure) => void) {
    const { taskId, parameters } = request;
    this.id = taskId;
    this.#request = request;
    this.#connection = connection;
    this.#failed = failed;
    this.#decoder = createPcmDecoder(parameters.format, parameters.sampleRateHz);
    this.#engine = connection.engine.start(
      {
        mode: 'vad',
        sampleRateHz: parameters.sampleRateHz,
        // Both scales run from "everything is speech" to "hardly anything is".
        threshold: parameters.speechNoiseThreshold ?? 0.2,
        silenceMs: parameters.maxSentenceSilenceMs,
        hotWords: hotWordsOf(request, connection.hotWords),
      },
      (event) => {
        this.#heard(event);
      },
    );
  }

  audio(bytes: Buffer): void {
    const { pcm, durationMs } = this.#decoder.decode(bytes);
    this.#audioMs += durationMs;
    this.#connection.audioArrived(bytes, durationMs);
    if (pcm.length > 0) this.#engine.append(pcm);
    this.#watchSilence();
  }

  /** Completes open sentences. Resolves with the task's own failure, if there is one. */
  async finish(): Promise<TaskFailure | undefined> {
    await this.#engine.finish();
    return this.#sentences === 0
      ? { code: 'NO_VALID_AUDIO_ERROR', message: 'No valid audio was received.' }
      : undefined;
  }

  close(): void {
    this.#closed = true;
    this.#engine.close();
  }

  #heard(event: EngineEvent): void {
    if (this.#closed) return;
    // Sentences count from 1 (protocol.md B.4).
    const sentenceId = event.segment + 1;
    switch (event.type) {
      case 'speechStarted':
        this.#sentences += 1;
        this.#silentSinceMs = undefined;
        if (this.#tellsInterims()) this.#send(frames.sentenceBegan(this.id, sentenceId, event.atMs));
        return;
      case 'speechStopped':
        this.#silentSinceMs = this.#audioMs;
        this.#nextHeartbeatMs = this.#audioMs + HEARTBEAT_EVERY_MS;
        return;
      case 'interim': {
        const { beginMs, words, stable, draft } = event;
        if (this.#tellsInterims())
          this.#send(frames.interim(this.id, { sentenceId, beginMs, words, text: stable + draft }));
        return;
      }
      case 'final':
        this.#final(event, sentenceId);
        return;
      case 'failed':
      case 'inferenceError':
        // This protocol cannot fail a single sentence, so the task fails.
        this.#failed({ code: event.code, message: event.message });
        return;
    }
  }

  #final(heard: FinalHeard, sentenceId: number): void {
    const { beginMs, endMs, text, words } = heard;
    this.#finals += 1;
    this.#characters += text.length;
    const details = { endMs, usage: this.#usage(), emotion: this.#emotionOf(heard) };
    this.#send(frames.final(this.id, { sentenceId, beginMs, text, words }, details));
  }

  #tellsInterims(): boolean {
    return !this.#request.model.interimsOnRequest || this.#request.parameters.intermediateResults;
  }

  /** Cumulative over the task. */
  #usage(): JsonObject {
    const seconds = this.#audioMs / 1_000;
    const duration = billedSeconds(this.#audioMs);
    if (!this.#request.model.countsTokens) return { duration };
    const inputTokens = Math.round(seconds * TOKENS_PER_SECOND) + TOKENS_PER_SENTENCE * this.#finals;
    const outputTokens = Math.ceil(this.#characters / 3);
    return {
      duration,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    };
  }

  /** Only one model detects emotion, and only while voice activity ends the sentences (protocol.md B.4). */
  #emotionOf({ emotion, emotionConfidence }: FinalHeard): JsonObject {
    const { model, parameters } = this.#request;
    if (!model.tellsEmotion || parameters.semanticPunctuation || emotion === '') return {};
    return { emo_tag: tagOf(emotion), emo_confidence: emotionConfidence ?? 0.9 };
  }

  #watchSilence(): void {
    if (this.#closed || this.#silentSinceMs === undefined) return;
    if (!this.#request.parameters.heartbeat) {
      // Sent before the close, because the Java SDK takes a bare close for the end of all results (protocol.md E 25).
      if (this.#audioMs - this.#silentSinceMs > MAX_SILENT_AUDIO_MS)
        this.#failed({ code: 'NO_INPUT_AUDIO_ERROR', message: 'No speech in 60 seconds of audio.' });
      return;
    }
    while (this.#audioMs >= this.#nextHeartbeatMs) {
      this.#nextHeartbeatMs += HEARTBEAT_EVERY_MS;
      this.#send(frames.heartbeat(this.id));
    }
  }

  #send({ kind, event, frame }: frames.Frame): void {
    this.#connection.send(kind, event, frame);
  }
}

/** The words of the list that the task names, and its own (protocol.md B.2.1, E.2). */
function hotWordsOf({ modelName, parameters }: TaskRequest, lists: HotWordLists): HotWord[] {
  const { vocabularyId, vocabulary } = parameters;
  return [
    ...(vocabularyId === undefined ? [] : lists.wordsFor(modelName, vocabularyId)),
    ...Object.entries(vocabulary).map(([text, weight]) => ({ text, weight })),
  ];
}

/** The script's emotion in one of the three words of this protocol. */
function tagOf(emotion: string): string {
  switch (emotion) {
    case 'happy':
    case 'positive':
      return 'positive';
    case 'sad':
    case 'angry':
    case 'disgusted':
    case 'fearful':
    case 'negative':
      return 'negative';
    default:
      return 'neutral';
  }
}
