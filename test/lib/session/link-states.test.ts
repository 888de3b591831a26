import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { sessionStateOf, TRANSITIONS } from '../../../lib/session/link/states';
import type { LinkEvent, LinkStateName } from '../../../lib/session/link/states';
import { LinkBench } from '../../support/link-bench';

const RUN_TASK = 'fun-asr-realtime';

/** One row of the table and what makes it happen, from a new link that is connecting. */
const ROWS: [
  from: LinkStateName,
  event: LinkEvent,
  options: SessionOptions,
  play: (bench: LinkBench) => void,
][] = [];

function row(
  from: LinkStateName,
  event: LinkEvent,
  play: (bench: LinkBench) => void,
  options: SessionOptions = {},
): void {
  ROWS.push([from, event, options, play]);
}

const FINISHED = '{"type":"session.finished"}';
const sleep = (bench: LinkBench) => {
  bench.socket.accept();
  bench.clock.advance(40_000);
  bench.socket.say(FINISHED);
};
const fall = (bench: LinkBench) => {
  bench.socket.accept();
  bench.audio();
  bench.socket.end(1006);
};
const runTask = (bench: LinkBench) => {
  bench.socket.open();
  bench.task('task-started');
};
const pause = (bench: LinkBench) => {
  runTask(bench);
  bench.link.commit();
  bench.task('task-finished');
};
const finish = (bench: LinkBench) => {
  bench.socket.accept();
  bench.link.prepareEnd();
  bench.link.finish();
};
const close = (bench: LinkBench) => {
  bench.socket.keepsClosing = true;
  finish(bench);
  bench.socket.say(FINISHED);
};
const OF_RUN_TASK = { model: RUN_TASK };
const abort = (bench: LinkBench) => {
  bench.link.destroy();
};

row('connecting', 'opened', (bench) => {
  bench.socket.accept();
});
row(
  'connecting',
  'lost',
  (bench) => {
    bench.socket.end(1006);
  },
  { firstConnectTimeoutMs: 10_000 },
);
row('connecting', 'rest', (bench) => {
  fall(bench);
  // All that was given is settled while the link makes another connection.
  bench.sender.settled.boundary(bench.sender.endMs);
  bench.clock.advance(500);
  bench.socket.end(1011);
});
row('connecting', 'end', abort);
row('waiting', 'connect', (bench) => {
  fall(bench);
  bench.clock.advance(500);
});
row('waiting', 'end', (bench) => {
  fall(bench);
  abort(bench);
});
row('asleep', 'connect', (bench) => {
  sleep(bench);
  bench.audio();
});
row('asleep', 'end', (bench) => {
  sleep(bench);
  bench.link.prepareEnd();
  bench.link.finish();
});
row('open', 'paused', pause, OF_RUN_TASK);
row('open', 'finish', finish);
row('open', 'close', (bench) => {
  bench.socket.accept();
  bench.socket.keepsClosing = true;
  bench.socket.say(FINISHED);
});
row('open', 'connect', (bench) => {
  // The service ends the task because of the silence, just when audio comes.
  bench.socket.accept();
  bench.sender.attach(undefined);
  bench.clock.advance(30_000);
  bench.audio();
  bench.socket.end(1000);
});
row('open', 'lost', fall);
row('open', 'rest', (bench) => {
  bench.socket.accept();
  bench.clock.advance(10_000);
  bench.socket.end(1011);
});
row('open', 'end', (bench) => {
  bench.socket.accept();
  abort(bench);
});
row(
  'between',
  'resumed',
  (bench) => {
    pause(bench);
    bench.audio();
  },
  OF_RUN_TASK,
);
row(
  'between',
  'close',
  (bench) => {
    pause(bench);
    bench.socket.keepsClosing = true;
    bench.clock.advance(15_000);
  },
  OF_RUN_TASK,
);
row(
  'between',
  'connect',
  (bench) => {
    pause(bench);
    bench.socket.isReleasable = true;
    bench.clock.advance(14_000);
    bench.socket.pong();
  },
  { ...OF_RUN_TASK, maxAgeMs: 14_000 },
);
row(
  'between',
  'rest',
  (bench) => {
    pause(bench);
    bench.socket.end(1006);
  },
  OF_RUN_TASK,
);
row(
  'between',
  'end',
  (bench) => {
    pause(bench);
    abort(bench);
  },
  OF_RUN_TASK,
);
row('finishing', 'close', close);
row('finishing', 'connect', (bench) => {
  bench.socket.accept();
  bench.clock.advance(40_000);
  bench.audio();
  bench.socket.end(1000);
});
row('finishing', 'rest', (bench) => {
  bench.socket.accept();
  bench.clock.advance(40_000);
  bench.socket.end(1000);
});
row('finishing', 'lost', (bench) => {
  bench.socket.accept();
  bench.audio();
  bench.link.prepareEnd();
  bench.link.finish();
  bench.socket.end(1006);
});
row('finishing', 'end', (bench) => {
  finish(bench);
  bench.clock.advance(20_000);
});
row('closing', 'connect', (bench) => {
  bench.socket.keepsClosing = true;
  sleep(bench);
  bench.audio();
  bench.socket.end(1000);
});
row('closing', 'rest', (bench) => {
  bench.socket.keepsClosing = true;
  sleep(bench);
  bench.socket.end(1000);
});
row('closing', 'end', (bench) => {
  close(bench);
  bench.socket.end(1000);
});

describe('the states of a link', () => {
  for (const [from, event, options, play] of ROWS) {
    const to = TRANSITIONS[from][event];
    it(`go from ${from} to ${to} (${event})`, () => {
      const bench = new LinkBench(options);
      play(bench);
      const at = bench.states.findLastIndex((name, index) => name === to && bench.states[index - 1] === from);
      assert.ok(at > 0, `went ${bench.states.join(', ')}`);
      if (bench.link.state !== 'over') bench.link.destroy();
      assert.equal(bench.clock.pending, 0, 'a timer outlives its link');
    });
  }

  it('have a test for each row of their table', () => {
    const all = Object.entries(TRANSITIONS).flatMap(([from, events]) =>
      Object.keys(events).map((event) => `${from} ${event}`),
    );
    assert.deepEqual(ROWS.map(([from, event]) => `${from} ${event}`).sort(), all.sort());
  });

  it('do not change after the end', () => {
    const bench = new LinkBench();
    bench.link.destroy();
    bench.audio();
    bench.link.prepareEnd();
    bench.link.finish();
    bench.clock.advance(1e6);
    assert.deepEqual(bench.states, ['asleep', 'connecting', 'over']);
    assert.equal(bench.sockets.length, 1);
  });

  it('are published as six session states, and waking is not reconnecting', () => {
    const current = {} as never;
    const waking = { name: 'connecting', current, attempt: { why: 'wake' } } as const;
    assert.equal(sessionStateOf(waking, 'listen'), 'connecting');
    assert.equal(sessionStateOf(waking, 'end'), 'finishing');
    assert.equal(sessionStateOf({ name: 'between', current, openedAtMs: 0 }, 'listen'), 'open');
    assert.equal(sessionStateOf({ name: 'asleep' }, 'listen'), 'sleeping');
    assert.equal(sessionStateOf({ name: 'over' }, 'end'), 'closed');
  });
});
