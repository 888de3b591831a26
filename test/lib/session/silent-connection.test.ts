import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection } from '../../../local-service';
import { handPlayed } from '../../support/hand-played';
import type { FakeSocket } from '../../support/fake-socket';
import { useLibRig } from '../../support/lib-rig';
import { frames } from '../../support/documented-frames';
import { loud, silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('a silent connection that the service drops', () => {
  const rig = useLibRig();

  for (const code of [1011, 1006, 1000]) {
    it(`with ${code} lets the session sleep, and audio wakes it`, async () => {
      const { clock, sockets, session, recorded } = handPlayed();
      sockets[0]!.accept();
      await session.append(silence(1000));
      clock.advance(5000);
      sockets[0]!.pong();
      sockets[0]!.end(code);
      assert.equal(session.state, 'sleeping');
      // No connection is made as long as no audio comes.
      clock.advance(600_000);
      assert.equal(sockets.length, 1);
      await session.append(silence(100));
      assert.equal(session.state, 'connecting');
      sockets[1]!.accept();
      assert.deepEqual(recorded.states, ['connecting', 'open', 'sleeping', 'connecting', 'open']);
      assert.deepEqual([recorded.of('reconnecting'), recorded.of('warning')], [[], []]);
      assert.equal(session.statistics().reconnects, 0);
      session.abort();
    });
  }

  it('again and again, soon after opening, neither ends the session nor opens connections without audio', async () => {
    await rig.serve({ utterances: [], faults: [{ afterMs: 2000, do: 'close', code: 1011 }] });
    const recorded = rig.open();
    await recorded.session.ready();
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep');
    assert.equal(rig.service.sessions.length, 1);
    await recorded.session.append(silence(100));
    await waitUntil(() => rig.service.sessions.length === 2, 'the session to wake');
    await waitUntil(() => recorded.session.state === 'sleeping', 'the session to sleep again');
    assert.deepEqual(recorded.of('reconnecting'), []);
    recorded.session.abort();
  });

  it('is a loss while an answer is owed', async () => {
    const said = { text: 'Hello there.', atMs: 200, endMs: 1100 };
    const cut: ScriptConnection = {
      utterances: [said],
      faults: [{ afterMs: 2000, do: 'close', code: 1011 }],
    };
    await rig.serve({ connections: [cut, { utterances: [said] }] });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(700));
    await recorded.next('resumed');
    await recorded.session.append(silence(2000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
  });

  /** What was said before the microphone was switched off, on a connection that is played by hand. */
  function spoken(options: SessionOptions = {}) {
    const played = handPlayed(options);
    const sentMs = (socket: FakeSocket) =>
      socket.sent
        .map((frame) => (JSON.parse(frame) as { audio?: string }).audio)
        .reduce(
          (sum, audio) => sum + (audio === undefined ? 0 : Buffer.from(audio, 'base64').length / 32),
          0,
        );
    played.sockets[0]!.accept();
    return { ...played, sentMs };
  }

  it('is a loss where it had died before what was said arrived', async () => {
    const { clock, sockets, session, recorded, sentMs } = spoken();
    await session.append(loud(1000));
    // Nothing answers the ping after 20 s.
    clock.advance(31_000);
    assert.equal(recorded.of('reconnecting').length, 1);
    assert.equal(sockets.length, 2);
    sockets[1]!.accept();
    assert.equal(sentMs(sockets[1]!), 1000);
    session.abort();
  });

  it('is a loss where the final of the sentence before came after the next word was sent', async () => {
    const { clock, sockets, session, recorded, sentMs } = spoken();
    await session.append(loud(1000));
    sockets[0]!.say(frames.started('a', 0));
    await session.append(silence(1000));
    await session.append(loud(500));
    sockets[0]!.say(frames.stopped('a', 1000), frames.completed('a', 'One.'));
    clock.advance(1000);
    sockets[0]!.end(1006);
    assert.deepEqual(recorded.finals, ['One.']);
    assert.equal(recorded.of('reconnecting').length, 1);
    clock.advance(1000);
    sockets[1]!.accept();
    assert.ok(sentMs(sockets[1]!) >= 1500, `${sentMs(sockets[1]!)} ms`);
    session.abort();
  });

  it('lets the session sleep where the service had what was said for long, and reported no speech in it', async () => {
    const { clock, sockets, session, recorded } = spoken();
    await session.append(loud(1000));
    clock.advance(20_000);
    sockets[0]!.pong();
    sockets[0]!.end(1006);
    assert.equal(session.state, 'sleeping');
    assert.deepEqual(recorded.of('reconnecting'), []);
    session.abort();
  });

  it('lets the session sleep where the service closes it long after the noise that it had', async () => {
    const { clock, sockets, session, recorded } = spoken({ pingIntervalMs: 60_000 });
    await session.append(loud(1000));
    clock.advance(23_000);
    sockets[0]!.end(1011);
    assert.equal(session.state, 'sleeping');
    assert.deepEqual(recorded.of('reconnecting'), []);
    session.abort();
  });

  for (const code of [1011, 1006]) {
    for (const aliveMs of [5000, 12_000, 23_000]) {
      it(`sends noise again at most twice, and sleeps where each connection ends with ${code} ${aliveMs} ms after it`, async () => {
        const { clock, sockets, session, recorded } = spoken();
        clock.advance(15_000);
        await session.append(loud(1000));
        for (let count = 0; session.state !== 'sleeping' && count < 15; count++) {
          const socket = sockets.at(-1)!;
          for (let ms = 0; ms < aliveMs; ms += 1000) {
            socket.pong();
            clock.advance(1000);
          }
          socket.end(code);
          clock.advance(1000);
          if (sockets.at(-1) !== socket) sockets.at(-1)!.accept();
        }
        assert.equal(session.state, 'sleeping');
        const { length } = recorded.of('reconnecting');
        assert.ok(length <= (aliveMs < 10_000 ? 2 : 1), `${length} attempts`);
        session.abort();
      });
    }
  }

  it('is a loss a second time where what was said arrived on the second connection only, a moment before', async () => {
    const { clock, sockets, session, recorded } = spoken();
    await session.append(loud(1000));
    clock.advance(35_000);
    assert.equal(recorded.of('reconnecting').length, 1);
    sockets.at(-1)!.accept();
    sockets.at(-1)!.pong();
    clock.advance(4000);
    sockets.at(-1)!.end(1011);
    assert.equal(recorded.of('reconnecting').length, 2);
    session.abort();
  });

  it('is a loss where the model has no interims, which would show that somebody speaks', async () => {
    for (const [intermediateResults, state] of [
      [false, 'reconnecting'],
      [true, 'sleeping'],
    ] as const) {
      const model = 'qwen-audio-3.1-asr-flash-message';
      const { clock, sockets, session } = spoken({ model, parameters: { intermediateResults } });
      sockets[0]!.sayOfTask('task-started');
      await session.append(loud(1000));
      clock.advance(12_000);
      sockets[0]!.pong();
      clock.advance(8000);
      sockets[0]!.pong();
      sockets[0]!.end(1006);
      assert.equal(session.state, state);
      session.abort();
    }
  });

  it('is a loss a second time where what was said did not arrive on the next connection either', async () => {
    const { clock, sockets, session, recorded, sentMs } = spoken();
    await session.append(loud(1000));
    for (let count = 1; count <= 2; count++) {
      // Nothing answers the ping.
      clock.advance(35_000);
      assert.equal(recorded.of('reconnecting').length, count);
      sockets.at(-1)!.accept();
      assert.equal(sentMs(sockets.at(-1)!), 1000);
    }
    session.abort();
  });
});
