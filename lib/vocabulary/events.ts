import type { AsrError, AsrErrorCode } from './errors';

/**
 * The one vocabulary of events: every wire protocol decodes into it and both hosts emit it.
 *
 * All times are milliseconds from the first audio sample that the session was given; they go on across
 * reconnects and across protocol sessions. A `sentenceId` is an opaque string, stable for the sentence: a later
 * interim with the same id replaces an earlier one, and the final replaces the last interim.
 */

/** A recognised word with its time, from models that give timestamps. */
export interface Word {
  text: string;
  /** What follows the word in the sentence (`"，"`), empty when nothing does. */
  punctuation: string;
  beginMs: number;
  endMs: number;
}

/**
 * What a session is at.
 * - `connecting`: the first connection is being made, or another one after a sleep; audio is taken and held.
 * - `open`: the service has accepted the session.
 * - `reconnecting`: the connection was lost and is being opened again; audio is taken and held.
 * - `sleeping`: nothing is owed, no audio comes and nothing is connected; the next audio wakes the session.
 * - `finishing`: `finish()` was called and the last results are awaited; no audio is taken any more.
 * - `closed`: the session is over.
 */
export type SessionState = 'connecting' | 'open' | 'reconnecting' | 'sleeping' | 'finishing' | 'closed';

/**
 * The session is at something else. Every change is told: behind `opened` and `resumed`, which bring it about, and before
 * `reconnecting`, `finished` and `error`, which have the details.
 */
export interface StateEvent {
  type: 'state';
  from: SessionState;
  to: SessionState;
  /** Why, in words for people. */
  reason: string;
}

/**
 * There is no room for another connection: the pool has as many as it may, or the service says that the account has
 * (`THROTTLED`). The session waits for one; audio is held. It is over with the next `state`, `resumed` or `reconnecting`.
 */
export interface WaitingEvent {
  type: 'waiting';
  reason: string;
}

/** The service has accepted the session; audio that was held goes out now. */
export interface OpenedEvent {
  type: 'opened';
  /** The service's id of the session, for support requests. */
  sessionId: string;
  model: string;
  /** The region, workspace or address that was asked, in words for people. */
  region: string;
}

/** Voice activity began. Only where the service does the voice activity detection (mode `vad`). */
export interface SpeechStartedEvent {
  type: 'speechStarted';
  sentenceId: string;
  atMs: number;
}

/** Voice activity ended; the final of this sentence follows. */
export interface SpeechStoppedEvent {
  type: 'speechStopped';
  sentenceId: string;
  atMs: number;
}

/** The sentence so far. Replaces the interim before it. */
export interface InterimEvent {
  type: 'interim';
  sentenceId: string;
  /** The whole sentence so far: `stableText` and the draft behind it. */
  text: string;
  /** The prefix of `text` that the service will not change any more. */
  stableText: string;
  language?: string;
  emotion?: string;
  beginMs?: number;
  words?: Word[];
}

/** The sentence as the service will keep it. One per `sentenceId`. */
export interface FinalEvent {
  type: 'final';
  sentenceId: string;
  text: string;
  language?: string;
  emotion?: string;
  /** 0 to 1, from models that tell. */
  emotionConfidence?: number;
  beginMs?: number;
  endMs?: number;
  words?: Word[];
  /** From when the end of the sentence's speech was sent, or its commit or finish, to this final. */
  latencyMs?: number;
  /** Present and true when the session ended before the service's own final: `text` is the last interim. */
  truncated?: true;
}

/** One per final that has an emotion, and one whenever it changes within a sentence. */
export interface EmotionEvent {
  type: 'emotion';
  sentenceId: string;
  emotion: string;
  confidence?: number;
  /** The text the emotion belongs to, as far as it is known. */
  text: string;
}

/** The connection was lost and is being opened again; audio is kept meanwhile. */
export interface ReconnectingEvent {
  type: 'reconnecting';
  /** 1 for the first attempt after a loss. */
  attempt: number;
  reason: string;
  delayMs: number;
}

/**
 * Recognition goes on after a reconnect, after a sleep, on a new connection in the place of an old one, or with another
 * task behind a commit (run-task models).
 */
export interface ResumedEvent {
  type: 'resumed';
  /** The service's id of the session or task that goes on with it. */
  sessionId: string;
  /** Audio that was sent again. */
  replayedMs: number;
  /** Audio that had to be given up, 0 unless a limit was met. */
  lostMs: number;
}

/** Something a person should know that does not end the session. */
export interface WarningEvent {
  type: 'warning';
  code: WarningCode;
  message: string;
  sentenceId?: string;
  /** Of what the service said: its ids of the session and of what it speaks of, for support requests. */
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
  /** The answer to a commit lacks its first sentences: there were more of them than a session keeps. */
  | 'ANSWER_CUT'
  /** No audio for a while: the session sleeps until there is some, see `IdlePolicy`. */
  | 'SLEEPING'
  /** The service takes audio and says nothing: its connection is replaced. */
  | 'SERVICE_SILENT'
  /** The service heard no speech in what it was given. */
  | 'NO_SPEECH'
  /** There is nothing to hear in the audio. */
  | 'AUDIO_SILENT'
  /** The loud parts of the audio are cut off at full scale. */
  | 'AUDIO_CLIPPED'
  /** The audio has another rate than the session, and something of speech is missing or is lost by that. */
  | 'AUDIO_RATE'
  /** Something is missing in the audio, or its end cannot be read. */
  | 'AUDIO_CUT'
  /**
   * Nothing says what the audio is: it is taken for raw samples. The message says of which kind, and what speaks against
   * it. Once a session.
   */
  | 'AUDIO_ASSUMED';

/**
 * Counters of one session. Latencies are `undefined` until there is something to measure; their percentiles (nearest
 * rank) are of the newest 512 sentences, their maxima of all.
 */
export interface Statistics {
  /** Audio given to `append`. */
  audioInMs: number;
  /** Audio handed to the connection, without what was sent again. */
  audioSentMs: number;
  /** Audio sent again after a reconnect. */
  audioReplayedMs: number;
  /** Audio that was taken and never sent, or that could not be sent again after a reconnect. */
  audioLostMs: number;
  /** Audio accepted and not sent yet, at this moment. */
  audioHeldMs: number;
  /** From the first audio sent to the first word about speech of any kind, as the vendor's SDK counts it. */
  firstPackageDelayMs?: number;
  /** From the last finish of a protocol session to when the service had given all of its results. */
  lastPackageDelayMs?: number;
  /** From the first audio sent to the first interim or final of the session. */
  firstInterimMs?: number;
  /**
   * From when the beginning of a sentence's speech was sent to its first text. Only where the service says when speech
   * began, so not in mode `manual`.
   */
  interimLatencyP50Ms?: number;
  interimLatencyP95Ms?: number;
  interimLatencyMaxMs?: number;
  /** From when the end of a sentence's speech was sent, or its commit or finish, to its final. */
  finalLatencyP50Ms?: number;
  finalLatencyP95Ms?: number;
  finalLatencyMaxMs?: number;
  /** Connections that were lost and replaced. */
  reconnects: number;
  /** The same by what ended the lost connection. */
  reconnectsByReason: Partial<Record<AsrErrorCode, number>>;
  finals: number;
  /** Characters in all finals. */
  characters: number;
  /** What the service says it bills, whole seconds of audio, cumulative (protocol.md A.5.7). */
  billedSeconds?: number;
  /** Tokens of the same, from models that tell them. */
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
}

/** The counters so far: every `statisticsIntervalMs`, where that is set. */
export interface StatisticsEvent {
  type: 'statistics';
  statistics: Statistics;
}

/** The session is over and all of its resources are released. The last event of a session that did not fail. */
export interface FinishedEvent {
  type: 'finished';
  /** True when `abort()` or the AbortSignal ended it; what was not final by then is gone. */
  aborted: boolean;
  statistics: Statistics;
}

/** The session failed and is over; all of its resources are released. The last event of a session that failed. */
export interface ErrorEvent {
  type: 'error';
  error: AsrError;
  statistics: Statistics;
}

/** Everything a session emits. Exactly one `finished` or `error` comes, and it comes last. */
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
