import type { ConnectSocket } from './socket';

/** Cancels the call that returned it. */
export type Cancel = () => void;

/** The time of a session. It is injected, so that tests of long waits run in milliseconds. */
export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number;
  /** Calls `callback` once after `delayMs`, when what has arrived by then was read; unless cancelled before. */
  after(delayMs: number, callback: () => void): Cancel;
}

/** The parts of the outside world that a session uses. */
export interface Environment {
  clock: Clock;
  connect: ConnectSocket;
  /** A random number from 0 up to, but not including, 1; it spreads reconnects. */
  random: () => number;
}
