import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { watchSilence } from '../../../lib/live/sources/silence-watch';
import { leaveNothingOpen } from '../../support/open-resources';
import { waitUntil } from '../../support/wait-until';

describe('the watch over a silent sender', () => {
  leaveNothingOpen();

  it('waits anew as long as nothing is read, and ends the wait when the sender has died behind that', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    let looks = 0;
    let silences = 0;
    const isUnread = () => ++looks < 4;
    watchSilence(socket, 20, isUnread, () => {
      silences += 1;
      socket.destroy();
    });
    await waitUntil(() => socket.destroyed, 'the end');
    assert.deepEqual([looks, silences], [4, 1]);
    sender.destroy();
    server.close();
  });
});
