import type { AudioChunk, AudioFormatHints } from '../audio/format';
import type { OngoingAudio } from '../audio/ongoing';
import type {
  EventOf,
  FinalEvent,
  OpenedEvent,
  SessionEvent,
  SessionEventType,
  SessionState,
  Statistics,
} from '../vocabulary/events';
import type { SessionMode, WireFormat } from '../vocabulary/models';
import type { OtherSettings } from '../vocabulary/other-settings';
import type { ContextTurn, ModelParameters } from '../vocabulary/parameters';
import type { EndpointOptions } from '../vocabulary/regions';
import type { Environment } from '../transport/environment';
import type { SessionLog } from '../vocabulary/log';
import type { ConnectionPool } from '../transport/connection-pool';
import type { VoiceGateOptions } from './voice-gate-config';
import type { ProxyChoice } from '../base/proxy';
import type { TraceWriter } from '../transport/trace';

/** How a session is opened. Everything has a default except the API key, which the cloud regions need. */
export interface SessionOptions extends EndpointOptions {
  /** The permanent (`sk-…`) or temporary (`st-…`) API key of the region. `local` and `custom` need none. */
  apiKey?: string;
  /**
   * The proxy on the way to the service, such as `http://user:password@proxy:3128`, or `false` for none. By default
   * the environment decides with `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`; connections to this machine
   * never use a proxy. The proxy only learns the service's host, because the connection through it stays encrypted.
   */
  proxy?: ProxyChoice;
  /** The model to use. Default {@link DEFAULT_MODEL}. */
  model?: string;
  /** What ends a sentence: silence that the service detects (`vad`, the default) or `commit()` (`manual`). */
  mode?: SessionMode;
  /**
   * A language code from the model's list, such as `zh` or `en`, or several where the model takes several. By default
   * the service detects the language.
   */
  language?: string | readonly string[];
  /** Settings of the model. Each model's row in {@link MODELS} lists its settings with their ranges and defaults. */
  parameters?: ModelParameters;
  /**
   * Settings that {@link ModelParameters} does not have, by their names on the wire, as a JSON object of at most
   * 16384 bytes. They are sent as they are with each configuration, also after a reconnect or a commit: on
   * Qwen-ASR-Realtime in `session` of `session.update`, on run-task models in `payload.parameters` of `run-task`.
   * Objects are merged with what the session sends, and any other value replaces it. What would break the session is
   * refused with `INVALID_OPTION`: model, modalities or task, format and sample rate, and the type, threshold and
   * silence of turn detection, which have options of their own. The service ignores names that it does not know.
   */
  otherSettings?: OtherSettings;
  /**
   * The dialogue so far, oldest turn first, which biases recognition. The service keeps the last five turns. Only
   * some models take it.
   */
  context?: readonly ContextTurn[];
  /**
   * The format in which audio goes to the service. With `pcm`, the default, appended audio is decoded and checked
   * here. Any other format of the model passes the appended bytes through unchanged: one file from its beginning, and
   * a new file after each commit. Statistics in milliseconds then stay 0, since only the service knows the duration.
   * `opus` with Qwen-ASR-Realtime is unproved: the documentation names it, and Ogg is assumed (protocol.md E 17).
   */
  wireFormat?: WireFormat;
  /**
   * Sample rate of the audio that goes to the service. Default: the first rate of the model, which is 16000 or, for
   * 8k models, 8000.
   */
  sampleRateHz?: number;
  /** Aborts the session, whatever its state. */
  signal?: AbortSignal;
  /** How long TCP, TLS, handshake and the service's greeting may take together. Default 10000. */
  connectTimeoutMs?: number;
  /** How long the service may take to confirm the configuration. Default 10000. */
  configureTimeoutMs?: number;
  /** How long the results of a commit may take, counted from when its audio has been sent. Default 20000. */
  commitTimeoutMs?: number;
  /**
   * How long the last results may take after `finish()`, counted from when all audio has been sent, and again from
   * each result that comes. Default 20000.
   */
  finishTimeoutMs?: number;
  /** Interval between pings. Default 20000 (protocol.md A.8: 15 to 30 s). */
  pingIntervalMs?: number;
  /**
   * How long the service may stay silent after a ping before the connection counts as lost. A dead connection is
   * noticed within `pingIntervalMs` plus this time. Default 10000.
   */
  pongTimeoutMs?: number;
  /**
   * How long the service may be silent while it owes a result and still answers pings. Then the connection counts as
   * lost, with the warning `SERVICE_SILENT`. A result is owed for a commit, for ten seconds of audio in an open
   * sentence, and for ten seconds of audio that is loud enough to be speech. Because such audio may be noise, this
   * happens once, and again only after there was text. It is noticed at most a third later. Default 15000.
   */
  answerTimeoutMs?: number;
  /**
   * A connection older than this is replaced at the next pause in speech, before the service would end it. No audio
   * is lost and no text repeated. 0 = never. Default: 900000 on Qwen-ASR-Realtime; 0 on run-task models, which have
   * no limit.
   */
  maxAgeMs?: number;
  /**
   * How much audio may wait for the connection; {@link OverloadPolicy} says what happens beyond that. Default 60000.
   */
  maxHeldAudioMs?: number;
  /** What happens to more audio than `maxHeldAudioMs`. Default `wait`. */
  overload?: OverloadPolicy;
  /**
   * What happens when the connection is lost after the service has accepted the session. By default it is opened
   * again, and the audio since the end of the last final is sent again.
   *
   * Errors that will not pass by themselves end the session at once: key, payment, model, or a setting that the
   * service names. An unknown error does not, because the service accepted the same configuration before. A
   * connection that is lost while no result is owed and no audio comes is not opened again; the session sleeps until
   * there is audio. `firstConnectTimeoutMs` applies to the first connection.
   */
  reconnect?: {
    /**
     * How many attempts in a row may fail, 0 to 1000; with 0 a lost connection ends the session. Default 12, which
     * covers about 40 s without a network. The count starts anew once a connection has given finals or has lasted.
     */
    maxAttempts?: number;
    /**
     * The first attempt comes after a random part of this time, and each further one after a random part of twice as
     * much. Default 500.
     */
    baseDelayMs?: number;
    /** The upper bound of the growing delay. Default 10000. */
    maxDelayMs?: number;
  };
  /**
   * How long the first connection is tried again where that may help: no network, 429, 5xx, throttling, too many
   * connections of the account. A wrong key, region, model, setting or address ends the session at once. No attempt
   * begins later than this, and the last one may still take `connectTimeoutMs`. With 0 the first failure ends the
   * session. Default 0; 10000 in {@link transcribe} and in the nodes.
   */
  firstConnectTimeoutMs?: number;
  /** How much audio is kept to be sent again, however long a sentence is. Default 120000. */
  maxReplayAudioMs?: number;
  /** How far audio may be sent ahead of real time. */
  pace?: {
    /** How much audio may be sent at once. Default 3000. */
    burstMs?: number;
    /** The multiple of real time at which audio is sent after the burst. Default 20 (protocol.md A.8, "Pacing"). */
    multiple?: number;
  };
  /** What happens while no audio comes; see {@link IdlePolicy}. */
  idle?: {
    /** Default `reopen`. */
    policy?: IdlePolicy;
    /**
     * After how long without audio the policy applies. Default: 15000 on run-task models, 40000 on Qwen-ASR-Realtime.
     */
    afterMs?: number;
  };
  /**
   * For a microphone that is always on: only speech is sent, and so paid for. What is sent begins shortly before
   * somebody speaks and ends a while after. In between, `idle` applies as if no audio came, so that with the policy
   * `reopen` the session listens without a connection and speech wakes it. Times go on, and `Statistics.audioGatedMs`
   * says how much was not sent. Needs the wire format `pcm`. See docs/voice-gate.md.
   */
  voiceGate?: VoiceGateOptions;
  /** Interval between `statistics` events while the session lives. By default there are none. */
  statisticsIntervalMs?: number;
  /** Receives what happens to connections and commits, for finding faults. By default nothing is logged. */
  log?: SessionLog;
  /**
   * Receives every frame, for a bug report. It contains the recognised text, but neither the API key nor the audio;
   * see {@link traceToFile}. By default nothing is traced.
   */
  trace?: TraceWriter;
  /**
   * Decoder state that carries over from the previous session: give the same {@link OngoingAudio} to all sessions of
   * one source. By default a recording ends with its session.
   */
  ongoing?: OngoingAudio;
  /**
   * A pool of connections to be used again where the protocol allows it. By default every session has a connection of
   * its own.
   */
  pool?: ConnectionPool;
  /** Clock, sockets and random numbers, which tests replace. */
  environment?: Partial<Environment>;
}

/**
 * The service ends a session that gets no audio (23 s on run-task models, protocol.md B.5). To prevent that,
 * - `reopen` ends the connection in time, keeps the session asleep at no cost and connects again with the next audio;
 * - `keepAlive` sends 100 ms of silence each time, which the service bills, and stays ready;
 * - `close` finishes the session, and `finished` comes.
 */
export type IdlePolicy = 'reopen' | 'keepAlive' | 'close';

/**
 * What happens to audio for which there is no room, because it comes faster than it can be sent or the connection is
 * lost for long:
 * - `wait`: `append` resolves only when there is room again; nothing is lost;
 * - `dropOldest`: the oldest waiting audio is dropped, counted and reported in a warning, so that results never come
 * late;
 * - `fail`: `append` rejects with `HELD_AUDIO_LIMIT` and takes nothing until there is room again.
 */
export type OverloadPolicy = 'wait' | 'dropOldest' | 'fail';

/** The result of a commit. */
export interface CommitResult {
  /** The texts of the finals, joined. Empty when there was no speech. */
  text: string;
  /** The finals that belong to the commit, in order. */
  finals: FinalEvent[];
  /** The service's id of the session or task that answered. Absent where there was nothing to commit. */
  sessionId?: string;
}

/** One live recognition, opened by {@link openSession}. */
export interface Session {
  /** The state of the session, as in its last `state` event. */
  readonly state: SessionState;
  /** The model that was asked for. */
  readonly model: string;
  /** The service's id of the session; `undefined` before `opened`. */
  readonly id: string | undefined;

  /** Resolves when the service has accepted the session; rejects with the error that ended it. */
  ready(): Promise<OpenedEvent>;

  /**
   * Gives audio to the session, at any time after `openSession`. The promise resolves when the audio is accepted,
   * which is at once unless more than `maxHeldAudioMs` waits for the connection; await it for back-pressure. The
   * caller may use the buffer again after the promise has resolved.
   *
   * The promise rejects with `HELD_AUDIO_LIMIT`, and nothing is taken, where a hundred calls wait already, more than
   * 64 MiB are kept, or the overload policy is `fail`. It rejects with `SESSION_CLOSED` after `finish`, `abort` or
   * the end, and with `BAD_AUDIO` or `UNKNOWN_AUDIO` when the bytes are no audio of the session's format; then
   * nothing is sent, and the session lives on. Some recordings show only at their end that they cannot be read, which
   * the next commit tells.
   */
  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void>;

  /**
   * Ends the open sentence and resolves with the finals of all audio appended since the last commit.
   *
   * In mode `manual` the service commits. Where it has no commit command, the client uses what it has: silence that
   * ends the open sentence in mode `vad` of Qwen-ASR-Realtime, or the end of the task and a new task on run-task
   * models. The promise rejects with `COMMIT_EMPTY` (mode `manual`), `COMMIT_FAILED`, `COMMIT_TIMEOUT`, `BAD_AUDIO` or
   * `UNKNOWN_AUDIO` (nothing that was appended since the last commit could be read), or `SESSION_CLOSED`; the session
   * lives on after all but the last.
   */
  commit(): Promise<CommitResult>;

  /**
   * Gives the service a new dialogue context for the rest of the session.
   * @throws AsrError `INVALID_OPTION` when the model cannot change its context during a session.
   */
  updateContext(context: readonly ContextTurn[]): void;

  /**
   * Sends the audio that is held, waits for the last finals and closes. A sentence that the service does not finish
   * within `finishTimeoutMs` becomes a final marked `truncated`. Where the connection is lost before or meanwhile,
   * the remaining audio is sent again; if that cannot begin within `finishTimeoutMs`, the session ends with the
   * error. Resolves with the statistics, or rejects with the error that ended the session. Further calls return the
   * same promise.
   */
  finish(): Promise<Statistics>;

  /** Closes at once, whatever the state. Held audio and open sentences are lost. Further calls have no effect. */
  abort(): void;

  /** The counters so far. The final ones are in `finished` and `error`. */
  statistics(): Statistics;

  /** Audio that was accepted and not sent yet, in milliseconds. Reading it is cheap enough for every chunk. */
  readonly heldAudioMs: number;

  /**
   * Calls `listener` for every event of this type; `'event'` stands for every type. Returns a function that removes
   * the listener.
   */
  on<T extends SessionEventType>(type: T, listener: (event: EventOf<T>) => void): () => void;
  on(type: 'event', listener: (event: SessionEvent) => void): () => void;

  /**
   * Iterates over the events from now on. The iteration ends after `finished` and throws the error of `error`. A slow
   * reader gets only the newest interim of each sentence and the newest statistics, but every final.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<SessionEvent>;
}
