import type { AsrError } from '../vocabulary/errors';
import type { WarningCode, Word } from '../vocabulary/events';
import type { ContextTurn } from '../vocabulary/parameters';
import type { Frame } from '../vocabulary/frame';
import type { Usage } from './usage';

/**
 * What a frame of the service means. Times are milliseconds of the audio of this protocol session; the session puts
 * them on its own time line.
 */
export type ServiceEvent =
  /** To be sent to the service now: the protocol's own next step. */
  | { type: 'send'; frame: Frame }
  /** The service accepted the session. */
  | { type: 'opened'; sessionId: string }
  | { type: 'speechStarted'; sentenceId: string; atMs: number }
  | { type: 'speechStopped'; sentenceId: string; atMs: number }
  | ({ type: 'interim'; sentenceId: string; text: string; stableText: string } & SentenceDetails)
  /** `text` may be empty: the service heard no words. */
  | ({ type: 'final'; sentenceId: string; text: string } & SentenceDetails & { emotionConfidence?: number })
  /** No final will come for this sentence (`undefined`: the protocol cannot tell which). */
  | { type: 'sentenceFailed'; sentenceId: string | undefined; error: AsrError }
  /**
   * All results of a commit are there, or it failed. Commits are numbered from 0 in the order they were sent.
   * `sentenceIds` are surely this commit's. Other finals that no commit was answered with belong to the oldest commit:
   * a service may complete some before it is asked (protocol.md E 7), and then refuse the commit (`isRefused`) because
   * nothing is left of its audio.
   */
  | {
      type: 'commitSettled';
      commit: number;
      sentenceIds: readonly string[];
      error?: AsrError;
      isRefused?: true;
    }
  /** A task is over and {@link Protocol.resume} begins the next one: times will count from the next audio. */
  | { type: 'paused' }
  /** Billed for this protocol session so far. */
  | ({ type: 'usage' } & Usage)
  /** All results are there; the service is done with the session. */
  | { type: 'finished' }
  /** The session is over. */
  | { type: 'failed'; error: AsrError }
  | { type: 'warning'; code: WarningCode; message: string; sessionId?: string; requestId?: string };

export type ServiceEventOf<T extends ServiceEvent['type']> = Extract<ServiceEvent, { type: T }>;

/** What the service says about the speech itself; the rest is the session's. */
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
 * One protocol session over one connection, without the connection: bytes in, frames and events out. Owns no socket,
 * no timer and no clock, so that a table of documented frames can test it.
 */
export interface Protocol {
  /** What follows the endpoint's base URL: path and query. */
  readonly path: string;
  /** The service's id of what runs now: the session, or the task. Empty until there is one. */
  readonly sessionId: string;
  /** Whether audio and commands may be sent now. */
  readonly acceptsAudio: boolean;
  /** Whether the service is between two of this session's tasks: audio needs {@link resume} first. */
  readonly isPaused: boolean;
  /** What ends the open sentence at a commit: the service, told by {@link commit}, or silence. */
  readonly commitBy: 'service' | 'silence';
  /** Whether the connection, once the service is done with the session, may serve another one. */
  readonly isReusable: boolean;
  /** The frames that follow the handshake. */
  start: () => Frame[];
  /** The frame of some audio: at most 100 ms, whole samples where it is PCM. */
  audio: (pcm: Buffer) => Frame;
  /** The frames that end the open sentence. Only where {@link commitBy} is `service`. */
  commit: () => Frame[];
  /** The frames that begin the next task after a pause. */
  resume: () => Frame[];
  /** The frames that ask for the last results. Nothing may be sent after them. */
  finish: () => Frame[];
  /** The frames that tell the service a new context. Only for models that take one. */
  updateContext: (context: readonly ContextTurn[]) => Frame[];
  /** Takes one text message of the service. Never throws: what is no message of the protocol is a warning. */
  decode: (text: string) => ServiceEvent[];
}
