import type { Random } from '../support/random';
import type { ConnectionPlan, Direction, Fault, FaultAction } from './fault-proxy';

/** Bytes that an undisturbed run of the same session carries. */
export type Traffic = Record<Direction, number>;

/** How many connections of one session are disturbed. Later ones are not. */
const MAX_DISTURBED = 4;
/**
 * The handshake and the greeting take up to this many bytes in each direction. A session's first connection is not
 * disturbed before that, because a caller that opens a session is told at once when there is no service.
 */
const GREETING: Traffic = { up: 1500, down: 1500 };

type Placed = { direction: Direction } & FaultAction;

/** Each of these ends the connection, sooner or later. */
const ENDINGS: readonly ((random: Random) => Placed)[] = [
  (random) => ({ do: 'cut', direction: eitherWay(random) }),
  (random) => ({ do: 'reset', direction: eitherWay(random) }),
  (random) => ({ do: 'halfOpen', direction: eitherWay(random) }),
  (random) => ({ do: 'corrupt', direction: eitherWay(random) }),
  (random) => ({ do: 'close', direction: 'down', code: random.pick([1001, 1011, 1012, 1013]) }),
];

/** A session has to live with these on its connection. */
const NUISANCES: readonly ((random: Random) => Placed)[] = [
  (random) => ({ do: 'delay', direction: eitherWay(random), ms: random.int(100, 4000) }),
  (random) => ({ do: 'throttle', direction: 'up', bytesPerSecond: random.int(48_000, 200_000) }),
  (random) => ({ do: 'throttle', direction: 'down', bytesPerSecond: random.int(500, 4000) }),
  () => ({ do: 'garbage', direction: 'down' }),
];

/** What happens to each connection of one session. The same source of chance gives the same plan. */
export function planFaults(random: Random, traffic: Traffic): (connection: number) => ConnectionPlan {
  const plans: ConnectionPlan[] = [{ faults: faultsAfter(GREETING, traffic, random) }];
  const disturbed = random.int(1, MAX_DISTURBED);
  while (plans.length < disturbed) {
    plans.push(
      random.chance(0.25)
        ? { refuse: true, faults: [] }
        : { faults: faultsAfter({ up: 0, down: 0 }, traffic, random) },
    );
  }
  return (connection) => plans[connection] ?? { faults: [] };
}

function faultsAfter(begin: Traffic, end: Traffic, random: Random): Fault[] {
  const place = (action: Placed): Fault => {
    const from = begin[action.direction];
    return { ...action, afterBytes: random.int(from, Math.max(from, end[action.direction])) };
  };
  const faults = [place(random.pick(ENDINGS)(random))];
  if (random.chance(0.5)) faults.push(place(random.pick(NUISANCES)(random)));
  return faults;
}

function eitherWay(random: Random): Direction {
  return random.chance(0.5) ? 'up' : 'down';
}
