import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import { systemEnvironment } from '../../../lib/transport/system';
import type { ConnectSocket } from '../../../lib/transport/socket';
import { connectWebSocket } from '../../../lib/transport/websocket';
import { textOf } from '../../../lib/vocabulary/frame';
import { RecordedSession } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { useServiceProcess } from '../../support/service-process';
import { standStill } from '../../support/stand-still';

const LIMIT_MS = 500;
const BUSY_MS = 3000;

/** A flow may compute for longer than a time limit of the session, while the service answers in time. */
describe('a session in a program that stands still for longer than a time limit', () => {
  const service = useServiceProcess({ engine: 'script', script: { utterances: ['Hello.'] } });

  /** The program stands still as soon as it has sent a message with this in it. */
  function busyBehind(name: string): ConnectSocket {
    return (request, handlers) => {
      const socket = connectWebSocket(request, handlers);
      const send = socket.send.bind(socket);
      socket.send = (frame, onFlushed) => {
        send(frame, onFlushed);
        if (frame instanceof Uint8Array || !textOf(frame).includes(name)) return;
        setImmediate(() => {
          standStill(BUSY_MS);
        });
      };
      return socket;
    };
  }

  function open(name: string, options: SessionOptions): RecordedSession {
    return new RecordedSession(
      openSession({
        region: 'local',
        address: `ws://127.0.0.1:${service.port}`,
        environment: { ...systemEnvironment, connect: busyBehind(name) },
        ...options,
      }),
    );
  }

  for (const [name, options] of [
    ['session.finish', { model: 'qwen3-asr-flash-realtime' }],
    ['finish-task', { model: 'fun-asr-realtime' }],
  ] as const) {
    it(`has the whole last sentence that came in time behind ${name}`, async () => {
      const recorded = open(name, { ...options, finishTimeoutMs: LIMIT_MS });
      await recorded.session.append(silence(1000));
      await recorded.session.finish();
      assert.deepEqual(
        recorded.of('final').map(({ text, truncated }) => [text, truncated]),
        [['Hello.', undefined]],
      );
      assert.deepEqual(recorded.of('warning'), []);
    });
  }

  it('has the answer to a commit that came in time', async () => {
    const recorded = open('input_audio_buffer.commit', { mode: 'manual', commitTimeoutMs: LIMIT_MS });
    await recorded.session.append(silence(1000));
    assert.equal((await recorded.session.commit()).text, 'Hello.');
    await recorded.session.finish();
  });

  it('takes no connection for dead whose answer to a ping came in time', async () => {
    const recorded = open('session.update', { pingIntervalMs: 100, pongTimeoutMs: LIMIT_MS });
    await recorded.session.append(silence(1000));
    await recorded.next('interim');
    await recorded.session.finish();
    assert.deepEqual(recorded.of('reconnecting'), []);
    assert.deepEqual(recorded.finals, ['Hello.']);
  });
});
