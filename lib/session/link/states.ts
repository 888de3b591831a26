import type { AsrError, AsrErrorCode } from '../../vocabulary/errors';
import type { SessionState } from '../../vocabulary/events';
import type { ProtocolConnection } from '../send/sender';

/** A lost connection that was not replaced yet. */
export interface Loss {
  /** The error that ended the connection. */
  code: AsrErrorCode;
  /** The newest failure: the end of the connection, or of the last attempt to replace it. */
  error: AsrError;
  /** How many bytes of audio had been dropped before. */
  lostBytesBefore: number;
  /**
   * A time on the clock. A caller that waits for the end of the session waits no longer than this for a connection.
   */
  givenUpAtMs?: number;
}

/**
 * Why a connection is being made. A session that was never accepted cannot know whether its configuration is right.
 */
export type Attempt =
  | { why: 'start'; sinceMs: number }
  /** Audio comes again. */
  | { why: 'wake' }
  /** The previous connection was old. */
  | { why: 'renewal' }
  | { why: 'loss'; loss: Loss };

/** What follows the last results: the end or a rest, a sleep that is reported, or another connection. */
export type FinishesFor = 'rest' | 'sleep' | 'renewal';

/** The states of a link, with what each of them holds. Timers belong to a state and end with it. */
export type LinkState =
  /**
   * Nothing is connected and no result is owed. While it listens, audio comes that the voice gate does not let pass.
   */
  | { name: 'asleep'; isListening?: boolean }
  /** A connection is being made, until the service accepts the protocol session on it. */
  | { name: 'connecting'; current: ProtocolConnection; attempt: Attempt }
  /** The connection was lost or an attempt has failed; the next attempt comes after a delay. */
  | { name: 'waiting'; attempt: Extract<Attempt, { why: 'start' | 'loss' }> }
  /** Audio is sent and results come. */
  | { name: 'open'; current: ProtocolConnection; openedAtMs: number }
  /** A commit has ended the task of a run-task model; the next task begins with the next audio. */
  | { name: 'between'; current: ProtocolConnection; openedAtMs: number }
  /** The last results of the protocol session were requested. */
  | {
      name: 'finishing';
      current: ProtocolConnection;
      openedAtMs: number;
      finishesFor: FinishesFor;
      timeoutMs: number;
    }
  /** All results are there; only the closing handshake is left. */
  | { name: 'closing'; current: ProtocolConnection; finishesFor: FinishesFor }
  | { name: 'over' };

export type LinkStateName = LinkState['name'];

/** An open link, in a task or between two tasks. */
export type OpenLink = Extract<LinkState, { name: 'open' | 'between' }>;

/** The events of a link. */
export type LinkEvent =
  /** Another connection is wanted: audio came, a delay is over, or there is more to recognise. */
  | 'connect'
  /** The service accepted the protocol session. */
  | 'opened'
  /** A task is over, and the next one may follow on the same connection. */
  | 'paused'
  /** The next task was begun. */
  | 'resumed'
  /** The last results are requested: at the end, before a sleep, or because the connection is old. */
  | 'finish'
  /** The protocol session is over, and the connection cannot be used again. */
  | 'close'
  /** The connection or its protocol session is over, and no result is owed. */
  | 'rest'
  /** The connection was lost or could not be made, and another attempt makes sense. */
  | 'lost'
  /** Everything is over: all results are there, no attempt makes sense any more, or the session is aborted. */
  | 'end';

/** The whole life of a link. An event that is not in the row of a state cannot happen in that state. */
export const TRANSITIONS: Readonly<Record<LinkStateName, Partial<Record<LinkEvent, LinkStateName>>>> = {
  asleep: { connect: 'connecting', end: 'over' },
  connecting: { opened: 'open', lost: 'waiting', rest: 'asleep', end: 'over' },
  waiting: { connect: 'connecting', end: 'over' },
  // prettier-ignore
  open: { paused: 'between', finish: 'finishing', close: 'closing', connect: 'connecting', lost: 'waiting', rest: 'asleep', end: 'over' },
  between: { resumed: 'open', close: 'closing', connect: 'connecting', rest: 'asleep', end: 'over' },
  finishing: { close: 'closing', connect: 'connecting', lost: 'waiting', rest: 'asleep', end: 'over' },
  closing: { connect: 'connecting', rest: 'asleep', end: 'over' },
  over: {},
};

/**
 * What the caller wants from the session. It does not depend on the link's state, because `finish` may come in any.
 */
export type Goal = 'listen' | 'end';

/**
 * The published state for a state of the link. A pause between two tasks, and the end of a protocol session before a
 * sleep, are internal: the session is `open`. Waking is `connecting` and not `reconnecting`, because nothing was
 * lost.
 */
export function sessionStateOf(state: LinkState, goal: Goal): SessionState {
  if (state.name === 'over') return 'closed';
  if (goal === 'end') return 'finishing';
  switch (state.name) {
    case 'asleep':
      return state.isListening ? 'listening' : 'sleeping';
    case 'connecting':
    case 'waiting':
      return state.attempt.why === 'loss' ? 'reconnecting' : 'connecting';
    default:
      return 'open';
  }
}
