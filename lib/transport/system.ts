import { afterReading } from '../base/after-reading';
import type { Clock, Environment } from './environment';
import { connectWebSocket } from './websocket';

const systemClock: Clock = {
  now: () => performance.now(),
  after: afterReading,
};

/** The real clock, real sockets and real random numbers. */
export const systemEnvironment: Environment = {
  clock: systemClock,
  connect: connectWebSocket,
  random: Math.random,
};
