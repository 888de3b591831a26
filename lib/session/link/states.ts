import type { AsrError, AsrErrorCode } from '../../vocabulary/errors';
import type { SessionState } from '../../vocabulary/events';
import type { Link } from '../send/sender';

/** A connection that was lost and has no successor yet. */
export interface Loss {
  /** What ended the connection. */
  code: AsrErrorCode;
  /** What failed last: the connection itself, or the newest attempt to open another one. */
  error: AsrError;
  /** How many bytes of audio had been given up before. */
  lostBytesBefore: number;
  /** On the clock: a caller that waits for the end of the session does not wait longer for a connection. */
  givenUpAtMs?: number;
}

/** Why a connection is being made. A session that has never been accepted knows nothing of its configuration yet. */
export type Attempt =
  | { why: 'start'; sinceMs: number }
  /** There is audio again. */
  | { why: 'wake' }
  /** The connection before was old. */
  | { why: 'renewal' }
  | { why: 'loss'; loss: Loss };

/** What follows the last results: the end or a rest, a sleep that is told, or another connection. */
export type FinishesFor = 'rest' | 'sleep' | 'renewal';

/** What a link is at, and what it holds meanwhile. Its timers belong to the state and end with it. */
export type LinkState =
  /** Nothing is connected and nothing is owed. */
  | { name: 'asleep' }
  /** A connection is being made, until the service accepts the protocol session on it. */
  | { name: 'connecting'; link: Link; attempt: Attempt }
  /** The attempt has failed, or the connection is lost; the next attempt comes after a delay. */
  | { name: 'waiting'; attempt: Extract<Attempt, { why: 'start' | 'loss' }> }
  /** Audio goes out and results come in. */
  | { name: 'open'; link: Link; openedAtMs: number }
  /** A commit has ended the task of a run-task model; the next task begins with the next audio. */
  | { name: 'between'; link: Link; openedAtMs: number }
  /** The last results of the protocol session were asked for. */
  | { name: 'finishing'; link: Link; openedAtMs: number; finishesFor: FinishesFor; timeoutMs: number }
  /** All results are there; the closing handshake is left. */
  | { name: 'closing'; link: Link; finishesFor: FinishesFor }
  | { name: 'over' };

export type LinkStateName = LinkState['name'];

/** An open link, in a task or between two of them. */
export type OpenLink = Extract<LinkState, { name: 'open' | 'between' }>;

/** What happens to a link. */
export type LinkEvent =
  /** Another connection is wanted: audio came, a delay is over, or there is more to recognise. */
  | 'connect'
  /** The service accepted the protocol session. */
  | 'opened'
  /** A task is over and the next one may follow on the same connection. */
  | 'paused'
  /** The next task was begun. */
  | 'resumed'
  /** The last results are asked for: at the end, before sleep, or because the connection is old. */
  | 'finish'
  /** The service is done with the protocol session and the connection serves nobody else. */
  | 'close'
  /** The connection is gone, or its protocol session is over, and nothing is owed. */
  | 'rest'
  /** The connection is lost, or could not be made, and another attempt is worth it. */
  | 'lost'
  /** Everything is over: all results are there, nothing more is worth trying, or the session is aborted. */
  | 'end';

/** The whole life of a link. What is not in a row does not happen in that state. */
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

/** What the caller wants of the session. It is independent of the link's state: `finish` may come in any of them. */
export type Goal = 'listen' | 'end';

/**
 * The link's state as the session tells it. A pause between two tasks and the end of a protocol session before sleep are
 * nobody's business: the session is open. Waking is `connecting` and not `reconnecting`, because nothing was lost.
 */
export function sessionStateOf(state: LinkState, goal: Goal): SessionState {
  if (state.name === 'over') return 'closed';
  if (goal === 'end') return 'finishing';
  switch (state.name) {
    case 'asleep':
      return 'sleeping';
    case 'connecting':
    case 'waiting':
      return state.attempt.why === 'loss' ? 'reconnecting' : 'connecting';
    default:
      return 'open';
  }
}
