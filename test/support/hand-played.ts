import { openSession } from '../../lib';
import type { SessionOptions } from '../../lib';
import { ManualClock } from './clocks';
import { fakeSockets } from './fake-socket';
import { RecordedSession } from './lib-rig';

/** A session whose service and clock a test plays by hand. Each connection is a socket of its own. */
export function handPlayed(options: SessionOptions = {}) {
  const clock = new ManualClock();
  const { sockets, connect } = fakeSockets();
  const environment = { clock, connect, random: () => 0.5 };
  const session = openSession({ region: 'local', environment, ...options });
  return { clock, sockets, session, recorded: new RecordedSession(session) };
}
