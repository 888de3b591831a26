import type { AsrError } from '../vocabulary/errors';
import type { WarningCode, Word } from '../vocabulary/events';
import type { ContextTurn } from '../vocabulary/parameters';
import type { Frame } from '../vocabulary/frame';
import type { Usage } from './usage';

/**
 * The meaning of a frame from the service. Times are milliseconds of the audio of this protocol session; the session
 * converts them to its own time.
 */
export type ServiceEvent =
  /** A frame to be sent to the service now, as the protocol's own next step. */
  | { type: 'send'; frame: Frame }
  /** The service accepted the session. */
  | { type: 'opened'; sessionId: string }
  | { type: 'speechStarted'; sentenceId: string; atMs: number }
  | { type: 'speechStopped'; sentenceId: string; atMs: number }
  | ({ type: 'interim'; sentenceId: string; text: string; stableText: string } & SentenceDetails)
  /** `text` may be empty where the service recognised no words. */
  | ({ type: 'final'; sentenceId: string; text: string } & SentenceDetails & { emotionConfidence?: number })
  /** No final will come for this sentence; `undefined` where the protocol cannot tell which. */
  | { type: 'sentenceFailed'; sentenceId: string | undefined; error: AsrError }
  /**
   * All results of a commit are there, or it failed. Commits are numbered from 0 in the order of sending. The finals
   * of `sentenceIds` surely belong to this commit. Other unclaimed finals belong to the oldest commit, because a
   * service may complete some before it is asked (protocol.md E 7) and then refuse the commit as empty (`isRefused`).
   */
  | {
      type: 'commitAnswered';
      commit: number;
      sentenceIds: readonly string[];
      error?: AsrError;
      isRefused?: true;
    }
  /** Mode `manual`: the audio that was left at the finish is complete. */
  | { type: 'restAnswered' }
  /** A task is over, and {@link Protocol.resume} begins the next one. Times will count from the next audio. */
  | { type: 'paused' }
  /** The usage of this protocol session so far. */
  | ({ type: 'usage' } & Usage)
  /** All results are there, and the protocol session is over. */
  | { type: 'finished' }
  /** The session is over. */
  | { type: 'failed'; error: AsrError }
  | { type: 'warning'; code: WarningCode; message: string; sessionId?: string; requestId?: string };

export type ServiceEventOf<T extends ServiceEvent['type']> = Extract<ServiceEvent, { type: T }>;

/** The events about the speech itself; the others are about the session. */
export type SpeechEvent = Exclude<
  ServiceEvent,
  { type: 'send' | 'opened' | 'paused' | 'finished' | 'failed' }
>;

interface SentenceDetails {
  language?: string;
  emotion?: string;
  beginMs?: number;
  endMs?: number;
  words?: Word[];
}

/**
 * One protocol session over one connection, without the connection: text in, frames and events out. It owns no
 * socket, no timer and no clock, so that tables of documented frames can test it.
 */
export interface Protocol {
  /** Path and query behind the endpoint's base URL. */
  readonly path: string;
  /** The service's id of the current session or task. Empty until there is one. */
  readonly sessionId: string;
  /** Whether audio and commands may be sent now. */
  readonly acceptsAudio: boolean;
  /** Whether the service is between two tasks of this session, so that audio needs {@link resume} first. */
  readonly isPaused: boolean;
  /** What ends the open sentence at a commit: the service by a command, {@link commit}, or silence. */
  readonly commitBy: 'service' | 'silence';
  /** Whether the connection may serve another session after this one. */
  readonly isReusable: boolean;
  /** The frames that follow the handshake. */
  start: () => Frame[];
  /** The frame for some audio: at most 100 ms, and whole samples if it is PCM. */
  audio: (pcm: Buffer) => Frame;
  /**
   * Whether an item that the service ends by itself could be mistaken for the answer to a commit that is on its way
   * (protocol.md E 7). {@link commit} is then told so, and {@link commitReached} and {@link commitArrived} follow.
   */
  readonly watchesCommits: boolean;
  /** The frames that end the open sentence. Only used where {@link commitBy} is `service`. */
  commit: (isWatched?: boolean) => Frame[];
  /** The service has received everything that was sent before the commit. */
  commitReached: (number: number) => void;
  /** The service has received the commit, or that cannot be known. */
  commitArrived: (number: number) => ServiceEvent[];
  /** The frames that begin the next task after a pause. */
  resume: () => Frame[];
  /** The frames that request the last results. Nothing may be sent after them. */
  finish: (isWatched?: boolean) => Frame[];
  /** The frames that give the service a new context. Only used for models that take one. */
  updateContext: (context: readonly ContextTurn[]) => Frame[];
  /** Decodes one text message of the service. Never throws: a message outside of the protocol becomes a warning. */
  decode: (text: string) => ServiceEvent[];
}
