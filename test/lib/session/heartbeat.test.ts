import assert from 'node:assert/strict';
import { systemEnvironment } from '../../../lib/transport/system';
import { Heartbeat } from '../../../lib/session/link/heartbeat';
import { AnswerWatch } from '../../../lib/session/link/watches';
import { ManualClock } from '../../support/clocks';
import { standStill } from '../../support/stand-still';
import { waitUntil } from '../../support/wait-until';

describe('Heartbeat', () => {
  for (const [intervalMs, timeoutMs] of [
    [20_000, 10_000],
    [5000, 5000],
    [1000, 8000],
  ] as const) {
    it(`reports a link as dead ${timeoutMs} ms after an unanswered ping, with a ping every ${intervalMs} ms`, () => {
      const clock = new ManualClock();
      let doesAnswer = true;
      let answered = 0;
      let unansweredAtMs: number | undefined;
      let deadAtMs: number | undefined;
      const heartbeat = new Heartbeat({
        clock,
        intervalMs,
        timeoutMs,
        ping: () => {
          if (!doesAnswer) {
            unansweredAtMs ??= clock.now();
            return;
          }
          answered += 1;
          heartbeat.alive();
        },
        onDead: () => {
          deadAtMs = clock.now();
          heartbeat.stop();
        },
      });
      heartbeat.start();
      clock.advance(100_500);
      assert.equal(answered, Math.floor(100_500 / intervalMs));
      doesAnswer = false;
      clock.advance(100_000);
      assert.ok(unansweredAtMs !== undefined && unansweredAtMs <= 100_500 + intervalMs);
      assert.equal(deadAtMs, unansweredAtMs + timeoutMs);
      assert.equal(clock.pending, 0);
    });
  }

  it('does not report a dead link where the program was busy and has not read the answer yet', async () => {
    const { clock } = systemEnvironment;
    let pings = 0;
    let isDead = false;
    const heartbeat = new Heartbeat({
      clock,
      intervalMs: 10,
      timeoutMs: 10,
      ping: () => {
        pings += 1;
        setImmediate(() => {
          heartbeat.alive();
        });
        standStill(40);
      },
      onDead: () => (isDead = true),
    });
    heartbeat.start();
    await waitUntil(() => pings >= 3 || isDead, 'three pings');
    heartbeat.stop();
    assert.equal(isDead, false);
  });
});

describe('AnswerWatch', () => {
  function begin() {
    const clock = new ManualClock();
    const state = { isOwed: true, told: 0 };
    const watch = new AnswerWatch({
      clock,
      timeoutMs: 9000,
      isOwed: () => state.isOwed,
      onSilent: () => (state.told += 1),
    });
    watch.start();
    return { clock, state, watch };
  }

  it('reports a service that owes an answer, at most a third late', () => {
    const { clock, state } = begin();
    clock.advance(8999);
    assert.equal(state.told, 0);
    clock.advance(3001);
    assert.equal(state.told, 1);
  });

  it('starts its wait anew after every message of the service, and while nothing is owed', () => {
    const { clock, state, watch } = begin();
    for (let i = 0; i < 10; i += 1) {
      clock.advance(6000);
      watch.heard();
    }
    state.isOwed = false;
    clock.advance(60_000);
    assert.equal(state.told, 0);
    state.isOwed = true;
    clock.advance(12_000);
    assert.equal(state.told, 1);
  });

  it('reports again only after there was text', () => {
    const { clock, state, watch } = begin();
    clock.advance(60_000);
    watch.heard();
    clock.advance(60_000);
    assert.equal(state.told, 1);
    watch.heardText();
    clock.advance(60_000);
    assert.equal(state.told, 2);
    watch.stop();
    assert.equal(clock.pending, 0);
  });
});
