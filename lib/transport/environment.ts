import type { ConnectSocket } from './socket';

/** Cancels what it came from. */
export type Cancel = () => void;

/** The time a session sees. Injected, so that tests of long waits run in milliseconds. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls `callback` once after `delayMs`, unless cancelled before. */
  after(delayMs: number, callback: () => void): Cancel;
}

/** What a session takes from the outside world. */
export interface Environment {
  clock: Clock;
  connect: ConnectSocket;
  /** 0 to 1, without 1: spreads reconnects. */
  random: () => number;
}
