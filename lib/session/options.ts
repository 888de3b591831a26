import type { AudioChunk, AudioFormatHints } from '../audio/format';
import type { EventOf, FinalEvent, OpenedEvent, SessionEvent, SessionEventType, Statistics } from '../events';
import type { SessionMode } from '../models';
import type { EndpointOptions } from '../regions';
import type { Environment } from '../environment';

/** How to open a session. Everything has a default but the API key, which the cloud regions need. */
export interface SessionOptions extends EndpointOptions {
  /** Permanent (`sk-…`) or temporary (`st-…`) key of the region. Not needed for `local` and `custom`. */
  apiKey?: string;
  /** Default {@link DEFAULT_MODEL}. */
  model?: string;
  /** Who ends a sentence: the service at silence (`vad`, the default) or `commit()` (`manual`). */
  mode?: SessionMode;
  /** Voice activity detection of the service, mode `vad` only. */
  vad?: {
    /** -1 to 1, lower hears quieter speech. Default: the model's. */
    threshold?: number;
    /** Silence that ends a sentence, 200 to 6000. Default: the model's. */
    silenceMs?: number;
  };
  /** A code of the model's list, such as `zh` or `en`. Default: the service detects it. */
  language?: string;
  /** Names, terms or background that bias recognition, up to about 10,000 tokens. */
  corpusText?: string;
  /** Rate of the audio that goes to the service. Default: the model's first, 16000. */
  sampleRateHz?: number;
  /** Aborts the session, in whatever state it is. */
  signal?: AbortSignal;
  /** Bound on TCP, TLS, handshake and the service's greeting together. Default 10000. */
  connectTimeoutMs?: number;
  /** Bound on the service's answer to the configuration. Default 10000. */
  configureTimeoutMs?: number;
  /** Bound on the results of one commit, counted from when its audio has been sent. Default 20000. */
  commitTimeoutMs?: number;
  /** Bound on the service's last results after `finish()`, counted from when all audio has been sent. Default 20000. */
  finishTimeoutMs?: number;
  /** A ping goes out after this long; the same again without any sign of life ends the connection. Default 20000. */
  pingIntervalMs?: number;
  /** Audio that may wait for the connection before `append` makes its caller wait. Default 60000. */
  maxHeldAudioMs?: number;
  /** How far ahead of real time audio may be sent. */
  pace?: {
    /** Audio that may go out at once. Default 3000. */
    burstMs?: number;
    /** Multiple of real time after the burst. Default 20 (protocol.md A.8, "Pacing"). */
    multiple?: number;
  };
  /** Clock and sockets, replaced in tests. */
  environment?: Partial<Environment>;
}

/** What a commit gave. */
export interface CommitResult {
  /** The finals of the commit, joined. Empty when there was no speech. */
  text: string;
  /** The finals of the commit, in order. */
  finals: FinalEvent[];
}

export type SessionState = 'connecting' | 'open' | 'finishing' | 'closed';

/** One live recognition. Made by {@link openSession}. */
export interface Session {
  readonly state: SessionState;
  /** The model that was asked for. */
  readonly model: string;
  /** The service's id of the session, once `opened` was emitted. */
  readonly id: string | undefined;

  /** Resolves when the service has accepted the session; rejects with the error that ended it. */
  ready(): Promise<OpenedEvent>;

  /**
   * Gives audio to the session, at any time from `openSession` on. Resolves when the audio is accepted, which is at
   * once unless more than `maxHeldAudioMs` waits for the connection: await it for back-pressure. The bytes are read
   * before it returns or copied; the caller may use the buffer again after the promise resolved.
   *
   * Rejects with `SESSION_CLOSED` after `finish`, `abort` or the end, and with `BAD_AUDIO` when the bytes are no
   * audio of the session's format (nothing of them is sent, the session lives on).
   */
  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void>;

  /**
   * Ends the open sentence and resolves with the finals of all audio appended since the last commit.
   *
   * In mode `manual` the service commits. In mode `vad`, where it does not take a commit, the silence that ends the
   * open sentence is sent (design.md, "Messages in Node-RED"). Rejects with `COMMIT_EMPTY` (mode `manual`),
   * `COMMIT_FAILED`, `COMMIT_TIMEOUT` or `SESSION_CLOSED`; the session lives on after the first three.
   */
  commit(): Promise<CommitResult>;

  /**
   * Sends what is held, waits for the last finals and closes. A sentence that the service did not finish within
   * `finishTimeoutMs` comes as a final marked `truncated`. Resolves with the statistics; rejects with the error that
   * ended the session, if one did. May be called again: the same promise.
   */
  finish(): Promise<Statistics>;

  /** Closes at once, whatever the state; held audio and open sentences are gone. Idempotent. */
  abort(): void;

  statistics(): Statistics;

  /** Calls `listener` for every event of the type; `'event'` is every type. Returns what removes it. */
  on<T extends SessionEventType>(type: T, listener: (event: EventOf<T>) => void): () => void;
  on(type: 'event', listener: (event: SessionEvent) => void): () => void;

  /**
   * The events from now on, ending after `finished`; throws the error of `error`. A reader that falls behind finds
   * only the newest interim of a sentence, never loses a final.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<SessionEvent>;
}
