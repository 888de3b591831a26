import type { AsrError, AsrErrorCode } from './errors';

/**
 * The one vocabulary of events. Every wire protocol decodes into it, and both hosts emit it.
 *
 * All times are milliseconds since the first audio sample of the session; they go on across reconnects and protocol
 * sessions. A `sentenceId` is an opaque string that stays the same for a sentence: a later interim with the same id
 * replaces an earlier one, and the final replaces the last interim.
 */

/** A recognised word with its time, from models that give timestamps. */
export interface Word {
  text: string;
  /** The punctuation behind the word in the sentence (`"，"`); empty where there is none. */
  punctuation: string;
  beginMs: number;
  endMs: number;
}

/**
 * The state of a session.
 * - `connecting`: the first connection, or the one after a sleep, is being made; audio is taken and held.
 * - `open`: the service has accepted the session.
 * - `reconnecting`: the connection was lost and is being opened again; audio is taken and held.
 * - `sleeping`: no result is owed, no audio comes and nothing is connected; the next audio wakes the session.
 * - `listening`: the same while audio comes in which nobody speaks (`voiceGate`); speech wakes the session.
 * - `finishing`: `finish()` was called and the last results are awaited; no audio is taken any more.
 * - `closed`: the session is over.
 */
export type SessionState =
  'connecting' | 'open' | 'reconnecting' | 'sleeping' | 'listening' | 'finishing' | 'closed';

/**
 * The state of the session has changed. Every change is emitted: after `opened` and `resumed`, which cause one, and
 * before `reconnecting`, `finished` and `error`, which have the details.
 */
export interface StateEvent {
  type: 'state';
  from: SessionState;
  to: SessionState;
  /** The reason of the change, in words for people. */
  reason: string;
}

/**
 * There is no room for another connection: the pool is full, or the service reports that the account has too many
 * connections (`THROTTLED`). The session waits for one, and audio is held. The wait is over with the next `state`,
 * `resumed` or `reconnecting`.
 */
export interface WaitingEvent {
  type: 'waiting';
  reason: string;
}

/** The service has accepted the session. Audio that was held is sent now. */
export interface OpenedEvent {
  type: 'opened';
  /** The service's id of the session, for support requests. */
  sessionId: string;
  model: string;
  /** The requested region, workspace or address, in words for people. */
  region: string;
}

/** Speech began. It only comes where the service detects voice activity (mode `vad`). */
export interface SpeechStartedEvent {
  type: 'speechStarted';
  sentenceId: string;
  atMs: number;
}

/** Speech ended. The final of this sentence follows. */
export interface SpeechStoppedEvent {
  type: 'speechStopped';
  sentenceId: string;
  atMs: number;
}

/** The text of the open sentence so far. It replaces the interim before it. */
export interface InterimEvent {
  type: 'interim';
  sentenceId: string;
  /** The whole sentence so far: `stableText` and the draft behind it. */
  text: string;
  /** The beginning of `text` that the service will not change any more. */
  stableText: string;
  language?: string;
  emotion?: string;
  beginMs?: number;
  words?: Word[];
}

/** The final text of a sentence. There is one for each `sentenceId`. */
export interface FinalEvent {
  type: 'final';
  sentenceId: string;
  text: string;
  language?: string;
  emotion?: string;
  /** 0 to 1, from models that give it. */
  emotionConfidence?: number;
  beginMs?: number;
  endMs?: number;
  words?: Word[];
  /** Time to this final from when the end of the sentence's speech, its commit or the finish was sent. */
  latencyMs?: number;
  /** Present and true when the session ended before the service's own final; `text` is then the last interim. */
  truncated?: true;
}

/** Comes with each final that has an emotion, and whenever the emotion changes within a sentence. */
export interface EmotionEvent {
  type: 'emotion';
  sentenceId: string;
  emotion: string;
  confidence?: number;
  /** The text that the emotion belongs to, as far as it is known. */
  text: string;
}

/** The connection was lost and is being opened again. Audio is kept meanwhile. */
export interface ReconnectingEvent {
  type: 'reconnecting';
  /** 1 for the first attempt after a loss. */
  attempt: number;
  reason: string;
  delayMs: number;
}

/**
 * Recognition goes on: after a reconnect, after a sleep, on a new connection in place of an old one, or with a new
 * task after a commit (run-task models).
 */
export interface ResumedEvent {
  type: 'resumed';
  /** The service's id of the session or task that goes on. */
  sessionId: string;
  /** Length of the audio that was sent again. */
  replayedMs: number;
  /** Length of the audio that had to be dropped; 0 unless a limit was reached. */
  lostMs: number;
}

/** Something that a person should know and that does not end the session. */
export interface WarningEvent {
  type: 'warning';
  code: WarningCode;
  message: string;
  sentenceId?: string;
  /** The service's ids of the session and of the request that the warning is about, for support requests. */
  sessionId?: string;
  requestId?: string;
}

export type WarningCode =
  | 'SENTENCE_FAILED'
  | 'SERVICE_WARNING'
  | 'GARBAGE_FRAME'
  | 'UNKNOWN_EVENT'
  | 'AUDIO_DROPPED'
  | 'LISTENER_FAILED'
  | 'FINISH_TIMEOUT'
  | 'LONG_COMMIT'
  /** The answer to a commit lacks its first sentences, because there were more than a session keeps. */
  | 'ANSWER_CUT'
  /** There was no audio for a while, so the session sleeps until there is some; see `IdlePolicy`. */
  | 'SLEEPING'
  /** The service takes audio and gives no result, so its connection is replaced. */
  | 'SERVICE_SILENT'
  /** The service detected no speech in the audio. */
  | 'NO_SPEECH'
  /** The audio is silent. */
  | 'AUDIO_SILENT'
  /** The loud parts of the audio are cut off at full scale. */
  | 'AUDIO_CLIPPED'
  /** The audio has another rate than the session, and part of the speech is missing or gets lost by that. */
  | 'AUDIO_RATE'
  /** Part of the audio is missing, or its end cannot be read. */
  | 'AUDIO_CUT'
  /**
   * Nothing names the format of the audio, so it is taken for raw samples. The message says of which kind, and what
   * speaks against it. Comes once a session.
   */
  | 'AUDIO_ASSUMED';

/**
 * Counters of one session. Latencies are `undefined` until there is something to measure. Their percentiles (nearest
 * rank) cover the newest 512 sentences, their maxima all of them.
 */
export interface Statistics {
  /** Length of the audio given to `append`. */
  audioInMs: number;
  /** Length of the audio handed to the connection, without what was sent again. */
  audioSentMs: number;
  /** Length of the audio sent again after a reconnect. */
  audioReplayedMs: number;
  /** Length of the audio that was taken and never sent, or that could not be sent again after a reconnect. */
  audioLostMs: number;
  /** Length of the audio that was not sent because nobody spoke in it; 0 without `voiceGate`. */
  audioGatedMs: number;
  /** Length of the audio that is accepted and not sent yet, at this moment. */
  audioHeldMs: number;
  /** Time from the first audio sent to the first result of any kind, as the vendor's SDK counts it. */
  firstPackageDelayMs?: number;
  /** Time from the last finish of a protocol session until the service had given all its results. */
  lastPackageDelayMs?: number;
  /** Time from the first audio sent to the first interim or final of the session. */
  firstInterimMs?: number;
  /**
   * Time from when the beginning of a sentence's speech was sent to its first text. Only measured where the service
   * reports the beginning of speech, so not in mode `manual`.
   */
  interimLatencyP50Ms?: number;
  interimLatencyP95Ms?: number;
  interimLatencyMaxMs?: number;
  /** Time from when the end of a sentence's speech, its commit or the finish was sent to its final. */
  finalLatencyP50Ms?: number;
  finalLatencyP95Ms?: number;
  finalLatencyMaxMs?: number;
  /** Number of connections that were lost and replaced. */
  reconnects: number;
  /** The number of reconnects for each error that ended a connection. */
  reconnectsByReason: Partial<Record<AsrErrorCode, number>>;
  finals: number;
  /** Number of characters in all finals. */
  characters: number;
  /** The audio that the service says it bills, in whole seconds, cumulative (protocol.md A.5.7). */
  billedSeconds?: number;
  /** The tokens that the service says it bills, from models that give them. */
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
}

/** The counters so far, every `statisticsIntervalMs` where that is set. */
export interface StatisticsEvent {
  type: 'statistics';
  statistics: Statistics;
}

/** The session is over and all its resources are released. It is the last event of a session that did not fail. */
export interface FinishedEvent {
  type: 'finished';
  /** True when `abort()` or the AbortSignal ended the session; text that was not final by then is lost. */
  aborted: boolean;
  statistics: Statistics;
}

/** The session has failed and all its resources are released. It is the last event of a session that failed. */
export interface ErrorEvent {
  type: 'error';
  error: AsrError;
  statistics: Statistics;
}

/** Every event of a session. Exactly one `finished` or `error` comes, and it comes last. */
export type SessionEvent =
  | StateEvent
  | WaitingEvent
  | OpenedEvent
  | SpeechStartedEvent
  | SpeechStoppedEvent
  | InterimEvent
  | FinalEvent
  | EmotionEvent
  | ReconnectingEvent
  | ResumedEvent
  | WarningEvent
  | StatisticsEvent
  | FinishedEvent
  | ErrorEvent;

export type SessionEventType = SessionEvent['type'];

/** The event of one type: `EventOf<'final'>` is `FinalEvent`. */
export type EventOf<T extends SessionEventType> = Extract<SessionEvent, { type: T }>;
