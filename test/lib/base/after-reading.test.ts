import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterReading, everyAfterReading } from '../../../lib/base/after-reading';
import { leaveNothingOpen } from '../../support/open-resources';
import { standStill } from '../../support/stand-still';
import { waitUntil } from '../../support/wait-until';

describe('a timer in a program that stood still', () => {
  leaveNothingOpen();

  /** Lets a byte arrive at a socket while the program stands still. Gives what happened, in order. */
  async function orderOf(startTimer: (ring: () => void) => () => void): Promise<string[]> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [sender] = (await once(server, 'connection')) as [Socket];
    const order: string[] = [];
    receiver.on('data', () => order.push('arrived'));
    const stop = startTimer(() => order.push('rang'));
    sender.write('x');
    standStill(100);
    await waitUntil(() => new Set(order).size === 2, 'both');
    stop();
    receiver.destroy();
    sender.destroy();
    server.close();
    return order.slice(0, 2);
  }

  for (const [what, start] of [
    ['once', afterReading],
    ['again and again', everyAfterReading],
  ] as const) {
    it(`that rings ${what} does so behind what has arrived meanwhile`, async () => {
      assert.deepEqual(await orderOf((ring) => start(20, ring)), ['arrived', 'rang']);
    });

    it(`that rings ${what} can be cancelled, also when it is due already`, async () => {
      let rings = 0;
      const ring = () => rings++;
      start(1000, ring)();
      const stop = start(1, ring);
      // This timer is due behind the other one, and before what that leaves for the end of the turn.
      const stopping = setInterval(() => {
        stop();
        clearInterval(stopping);
      }, 2);
      standStill(20);
      await turn();
      await turn();
      assert.equal(rings, 0);
    });
  }
});
