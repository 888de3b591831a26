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
import type { ContextTurn, ModelParameters } from '../vocabulary/parameters';
import type { EndpointOptions } from '../vocabulary/regions';
import type { Environment } from '../transport/environment';
import type { SessionLog } from '../vocabulary/log';
import type { ConnectionPool } from '../transport/connection-pool';
import type { ProxyChoice } from '../base/proxy';
import type { TraceWriter } from '../transport/trace';

/** How to open a session. Everything has a default but the API key, which the cloud regions need. */
export interface SessionOptions extends EndpointOptions {
  /** Permanent (`sk-…`) or temporary (`st-…`) key of the region. Not needed for `local` and `custom`. */
  apiKey?: string;
  /**
   * The proxy on the way to the service, such as `http://user:password@proxy:3128`, or `false` for none. Default: what the
   * environment says in `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, except for this machine. It sees the
   * service's host and nothing else: the connection through it is encrypted as without one.
   */
  proxy?: ProxyChoice;
  /** Default {@link DEFAULT_MODEL}. */
  model?: string;
  /** Who ends a sentence: the service at silence (`vad`, the default) or `commit()` (`manual`). */
  mode?: SessionMode;
  /** A code of the model's list, such as `zh` or `en`, or several where it takes them. Default: the service detects it. */
  language?: string | readonly string[];
  /** Settings of the model; each model's row in {@link MODELS} says which, with ranges and defaults. */
  parameters?: ModelParameters;
  /** The dialogue before, as bias, oldest turn first; the service keeps the last five. Only where the model takes it. */
  context?: readonly ContextTurn[];
  /**
   * Format of the audio on its way to the service. Default `pcm`: what is appended is understood and checked here.
   * Any other of the model's formats passes the appended bytes through untouched: one file from its beginning, and a new
   * one after each commit. Statistics in milliseconds stay 0 then, since only the service knows the duration.
   */
  wireFormat?: WireFormat;
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
  /**
   * Bound on the service's last results after `finish()`, counted from when all audio has been sent and from each result
   * that still comes. Default 20000.
   */
  finishTimeoutMs?: number;
  /** A ping goes out this often. Default 20000 (protocol.md A.8: 15 to 30 s). */
  pingIntervalMs?: number;
  /**
   * Without any sign of life for this long after a ping, the connection counts as lost: a dead one is noticed within
   * `pingIntervalMs` and this. Default 10000.
   */
  pongTimeoutMs?: number;
  /**
   * A service that answers pings, owes a result and says nothing for this long counts as lost, with the warning
   * `SERVICE_SILENT`. It owes one for a commit, and for ten seconds of audio in an open sentence or of audio that is
   * loud enough to be speech. As noise may be that, it happens once, and again only after there was text. Noticed at most
   * a third later. Default 15000.
   */
  answerTimeoutMs?: number;
  /**
   * A connection that is older than this is replaced at the next pause in speech, before the service ends it; nothing
   * is lost or said twice. 0 = never. Default: 900000 on Qwen-ASR-Realtime, 0 on run-task models, which have no limit.
   */
  maxAgeMs?: number;
  /** Audio that may wait for the connection; see {@link OverloadPolicy} for what happens then. Default 60000. */
  maxHeldAudioMs?: number;
  /** What to do with more audio than `maxHeldAudioMs`. Default `wait`. */
  overload?: OverloadPolicy;
  /**
   * What to do when the connection is lost after the service has accepted the session: it is opened again, and the
   * audio since the end of the last final is sent again. Errors that time does not heal end the session at once (key,
   * payment, model, a setting that the service names); an unknown one is no proof, because the same configuration was
   * accepted before. A connection that is lost while nothing is owed and no audio comes is not opened again: the
   * session sleeps until there is audio. See `firstConnectTimeoutMs` for the first connection.
   */
  reconnect?: {
    /**
     * Attempts in a row that may fail, 0 to 1000; 0 = a lost connection ends the session. Default 12, which is about
     * 40 s without a network. They count anew once a connection has brought finals or lasted.
     */
    maxAttempts?: number;
    /** The first attempt comes after a random part of this, each further one of twice as much. Default 500. */
    baseDelayMs?: number;
    /** The most of that. Default 10000. */
    maxDelayMs?: number;
  };
  /**
   * How long the first connection is tried again where that may help: no network, 429, 5xx, throttling, too many
   * connections of the account. A wrong key, region, model, setting or address ends the session at once. No attempt
   * begins later than this, and the last one may still take `connectTimeoutMs`. 0 = the first failure ends the
   * session. Default 0; 10000 in {@link transcribe} and in the nodes.
   */
  firstConnectTimeoutMs?: number;
  /** Audio that is kept to be sent again, however long a sentence is. Default 120000. */
  maxReplayAudioMs?: number;
  /** How far ahead of real time audio may be sent. */
  pace?: {
    /** Audio that may go out at once. Default 3000. */
    burstMs?: number;
    /** Multiple of real time after the burst. Default 20 (protocol.md A.8, "Pacing"). */
    multiple?: number;
  };
  /** What to do while no audio comes; see {@link IdlePolicy}. */
  idle?: {
    /** Default `reopen`. */
    policy?: IdlePolicy;
    /** How long without audio. Default: 15000 on run-task models, 40000 on Qwen-ASR-Realtime. */
    afterMs?: number;
  };
  /** How often a `statistics` event comes while the session lives. Default: never. */
  statisticsIntervalMs?: number;
  /** Gets what happens to connections and commits, for whoever looks for a fault. Default: nobody. */
  log?: SessionLog;
  /**
   * Gets every frame, for a bug report: what was said is in it, the API key and the audio are not; see
   * {@link traceToFile}. Default: nobody.
   */
  trace?: TraceWriter;
  /**
   * Audio that goes on from the session before: give the same {@link OngoingAudio} to all sessions of one source. Default:
   * a recording ends with its session.
   */
  ongoing?: OngoingAudio;
  /** Connections to use again, where the protocol allows it. Default: every session has its own. */
  pool?: ConnectionPool;
  /** Clock, sockets and chance, replaced in tests. */
  environment?: Partial<Environment>;
}

/**
 * The service ends a session that gets no audio (23 s on run-task models, protocol.md B.5). Instead of that,
 * - `reopen` ends it in time, keeps the session asleep at no cost and opens it again with the next audio;
 * - `keepAlive` sends 100 ms of silence each time, which the service bills, and is ready at once;
 * - `close` finishes the session: `finished` comes.
 */
export type IdlePolicy = 'reopen' | 'keepAlive' | 'close';

/**
 * What happens to audio for which there is no room, because it comes faster than it goes out, or the connection is lost
 * for long:
 * - `wait`: `append` resolves only when there is room again; nothing is lost;
 * - `dropOldest`: the oldest audio that waits is given up, counted and warned of: what is heard is never late;
 * - `fail`: `append` rejects with `HELD_AUDIO_LIMIT` and takes nothing, until there is room again.
 */
export type OverloadPolicy = 'wait' | 'dropOldest' | 'fail';

/** What a commit gave. */
export interface CommitResult {
  /** The finals of the commit, joined. Empty when there was no speech. */
  text: string;
  /** The finals of the commit, in order. */
  finals: FinalEvent[];
  /** The service's id of the session or task that answered. Absent where there was nothing to commit. */
  sessionId?: string;
}

/** One live recognition. Made by {@link openSession}. */
export interface Session {
  /** What the session is at, as the last `state` event has told it. */
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
   * Rejects with `HELD_AUDIO_LIMIT` where a hundred calls wait already, more than 64 MiB are kept, or the policy is to
   * fail, and takes nothing; with `SESSION_CLOSED` after `finish`, `abort` or the end, and with `BAD_AUDIO` when the
   * bytes are no audio of the session's format (nothing of them is sent, the session lives on).
   */
  append(audio: AudioChunk, hints?: AudioFormatHints): Promise<void>;

  /**
   * Ends the open sentence and resolves with the finals of all audio appended since the last commit.
   *
   * In mode `manual` the service commits. Where it does not take a commit, it is made from what it does take: silence
   * that ends the open sentence in mode `vad` of Qwen-ASR-Realtime, the end of the task and a new one on run-task
   * models. Rejects with `COMMIT_EMPTY` (mode `manual`),
   * `COMMIT_FAILED`, `COMMIT_TIMEOUT` or `SESSION_CLOSED`; the session lives on after the first three.
   */
  commit(): Promise<CommitResult>;

  /**
   * Gives the service a new dialogue context, for the rest of the session.
   * @throws AsrError `INVALID_OPTION` when the model takes none in between.
   */
  updateContext(context: readonly ContextTurn[]): void;

  /**
   * Sends what is held, waits for the last finals and closes. A sentence that the service did not finish within
   * `finishTimeoutMs` comes as a final marked `truncated`. Where the connection is lost meanwhile, or was before, what
   * is left is sent again; if that cannot begin within `finishTimeoutMs`, the session ends with the error. Resolves with the statistics; rejects with the error that
   * ended the session, if one did. May be called again: the same promise.
   */
  finish(): Promise<Statistics>;

  /** Closes at once, whatever the state; held audio and open sentences are gone. Idempotent. */
  abort(): void;

  /** The counters so far; those of the end in `finished` and `error`. */
  statistics(): Statistics;

  /** Audio accepted and not sent yet, in milliseconds; cheap enough to be asked for with every chunk. */
  readonly heldAudioMs: number;

  /** Calls `listener` for every event of the type; `'event'` is every type. Returns what removes it. */
  on<T extends SessionEventType>(type: T, listener: (event: EventOf<T>) => void): () => void;
  on(type: 'event', listener: (event: SessionEvent) => void): () => void;

  /**
   * The events from now on, ending after `finished`; throws the error of `error`. A reader that falls behind finds
   * only the newest interim of a sentence and the newest statistics, never loses a final.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<SessionEvent>;
}
