import type { Clock, Environment } from './environment';
import { connectWebSocket } from './websocket';

const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The real clock, real sockets and real random numbers. */
export const systemEnvironment: Environment = {
  clock: systemClock,
  connect: connectWebSocket,
  random: Math.random,
};
