import assert from 'node:assert/strict';
import { ConnectionPool, openSession, transcribe } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import type { ScriptConnection, ScriptFault } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { FakeSocket } from '../../support/fake-socket';
import { RecordedSession, useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const RUN_TASK = 'fun-asr-realtime';
const CAP_MESSAGE = 'connections too much max_connections 100';
const CAP = {
  type: 'error',
  error: { type: 'invalid_request_error', code: 'invalid_value', message: CAP_MESSAGE },
};

/** The account has as many connections as it may: an `error` and a close instead of a session. */
function capped(where: 'before session.created' | 'after session.created'): ScriptConnection {
  const close: ScriptFault = { on: 'error', do: 'close', code: 1000 };
  if (where === 'after session.created') {
    return {
      faults: [{ on: 'opened', do: 'send', frame: CAP }, { on: 'configured', do: 'drop' }, close],
    };
  }
  return { faults: [{ on: 'opened', do: 'replace', text: JSON.stringify(CAP) }] };
}

function taskFailed(code: string): ScriptConnection {
  return { utterances: [{ text: 'Hello there.', error: { code, message: 'Said so.' } }] };
}

describe('a refusal that passes', () => {
  const rig = useLibRig();
  const SOON = { reconnect: { baseDelayMs: 1 }, pace: { burstMs: 1e6 } };
  const HELLO: ScriptConnection = { utterances: [{ text: 'Hello there.', atMs: 200, endMs: 1100 }] };
  const CUT: ScriptConnection = { ...HELLO, faults: [{ atAudioMs: 700, do: 'terminate' }] };

  for (const where of ['before session.created', 'after session.created'] as const) {
    it(`of the account's cap on connections ends no session (${where})`, async () => {
      await rig.serve({ connections: [CUT, capped(where), capped(where), HELLO] });
      const recorded = rig.open(SOON);
      await recorded.session.append(silence(700));
      await recorded.next('reconnecting');
      await recorded.session.append(silence(2000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello there.']);
      assert.equal(recorded.of('waiting').length, 2);
      assert.match(recorded.of('waiting')[0]!.reason, /connections/);
    });

    it(`of the account's cap is told as such where it is the first answer (${where})`, async () => {
      await rig.serve(capped(where));
      const error = await rig.open().failure();
      assert.equal(error.code, 'THROTTLED');
      assert.equal(error.retryable, true);
      assert.match(error.message, /as many open connections as it may/);
    });
  }

  it('with a code that nobody knows is no proof of a bad configuration, which was accepted before', async () => {
    const frame = { type: 'error', error: { code: 'invalid_value', message: 'Not today.' } };
    const refusing: ScriptConnection = {
      faults: [
        { on: 'opened', do: 'send', frame },
        { on: 'configured', do: 'drop' },
      ],
    };
    await rig.serve({ connections: [CUT, refusing, { upgrade: { status: 404 } }, HELLO] });
    const recorded = rig.open(SOON);
    await recorded.session.append(silence(2000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
    assert.match(recorded.of('reconnecting')[1]!.reason, /Not today/);
  });

  for (const code of ['ResponseTimeout', 'NeverHeardOf.This']) {
    it(`of a task with ${code} is tried again`, async () => {
      await rig.serve({ connections: [taskFailed(code), HELLO] });
      const recorded = rig.open({ ...SOON, model: RUN_TASK });
      await recorded.session.append(silence(3000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello there.']);
      assert.equal(recorded.of('reconnecting').length, 1);
    });
  }

  for (const code of ['InvalidParameter', 'Arrearage', 'ModelNotFound', 'AccessDenied']) {
    it(`is none with ${code}, which ends an established session at once`, async () => {
      await rig.serve({ connections: [taskFailed(code), HELLO] });
      const recorded = rig.open({ ...SOON, model: RUN_TASK });
      await recorded.session.append(silence(3000));
      const error = await recorded.failure();
      assert.equal(error.serviceCode, code);
      assert.equal(error.retryable, false);
      assert.deepEqual(recorded.of('reconnecting'), []);
    });
  }

  it('nine times of ten, for half an hour of connections that break every minute, ends no session', async () => {
    const clock = new ManualClock();
    const sockets: FakeSocket[] = [];
    const session = openSession({
      region: 'local',
      environment: {
        clock,
        random: () => 0.5,
        connect: (request, handlers) => {
          const socket = new FakeSocket();
          sockets.push(socket);
          return socket.connect(request, handlers);
        },
      },
    });
    const recorded = new RecordedSession(session);
    let dialled = 0;
    let acceptedAtMs = 0;
    while (clock.now() < 30 * 60_000 && session.state !== 'closed') {
      clock.advance(100);
      await session.append(silence(100));
      sockets.at(-1)!.pong();
      if (dialled < sockets.length) {
        dialled = sockets.length;
        const socket = sockets.at(-1)!;
        if (dialled % 10 !== 1) {
          socket.open();
          socket.say(JSON.stringify(CAP));
        } else {
          socket.accept();
          acceptedAtMs = clock.now();
        }
      } else if (session.state === 'open' && clock.now() - acceptedAtMs > 60_000) {
        sockets.at(-1)!.end(1011);
      }
    }
    assert.equal(session.state, 'open');
    const { audioInMs, audioLostMs, reconnects } = session.statistics();
    assert.deepEqual([audioInMs, audioLostMs], [30 * 60_000, 0]);
    assert.ok(reconnects >= 15, `${reconnects} reconnects`);
    assert.ok(recorded.of('waiting').length >= 9 * reconnects);
    session.abort();
    assert.equal(clock.pending, 0);
  });
});

describe('the first connection of a session', () => {
  const rig = useLibRig();
  const PATIENT = { firstConnectTimeoutMs: 10_000, reconnect: { baseDelayMs: 1 } };

  const passing: [name: string, connection: ScriptConnection][] = [
    ['HTTP 429', { upgrade: { status: 429 } }],
    ['HTTP 503', { upgrade: { status: 503 } }],
    ["the account's cap on connections", capped('before session.created')],
    ['a connection that breaks off', { faults: [{ on: 'opened', do: 'terminate' }] }],
  ];
  for (const [name, connection] of passing) {
    it(`is tried again after ${name}`, async () => {
      await rig.serve({ connections: [connection, connection, { utterances: ['Hello.'] }] });
      const recorded = rig.open(PATIENT);
      await recorded.session.append(silence(2000));
      await recorded.session.finish();
      assert.deepEqual(recorded.finals, ['Hello.']);
      assert.deepEqual(recorded.of('reconnecting'), []);
      assert.equal(rig.service.sessions.length, 3);
    });
  }

  const lasting: [name: string, connection: ScriptConnection, options: SessionOptions][] = [
    ['a refused key', { upgrade: { status: 401 } }, {}],
    ['a path that nobody serves', { upgrade: { status: 404 } }, {}],
    ['a model that the host does not have', { faults: [{ on: 'opened', do: 'close', code: 1011 }] }, {}],
    ['a name that does not exist', {}, { region: 'custom', address: 'wss://nowhere.invalid' }],
  ];
  for (const [name, connection, options] of lasting) {
    it(`is not tried again after ${name}`, async () => {
      await rig.serve(connection);
      const startedAtMs = performance.now();
      await rig.open({ ...PATIENT, reconnect: { baseDelayMs: 5000 }, ...options }).failure();
      assert.ok(performance.now() - startedAtMs < 4000);
      assert.ok(rig.service.sessions.length <= 1);
    });
  }

  it('is given up after its bound with what failed last, and leaves nothing', async () => {
    const clock = new ManualClock();
    await rig.serve({ upgrade: { status: 503 } });
    let refusals = 0;
    const debug = (message: string) => {
      if (message === 'connection ended') refusals += 1;
    };
    const recorded = rig.open({
      firstConnectTimeoutMs: 3000,
      log: { debug },
      environment: { clock, random: () => 1 },
    });
    // After 0.5 s and 1 s more; after another 2 s it would be too late.
    for (const [index, delayMs] of [500, 1000].entries()) {
      await waitUntil(() => refusals === index + 1, 'the refusal');
      assert.equal(recorded.session.state, 'connecting');
      clock.advance(delayMs);
    }
    const error = await recorded.failure();
    assert.equal(error.httpStatus, 503);
    assert.equal(rig.service.sessions.length, 3);
    assert.equal(clock.pending, 0);
  });

  it('is tried again by transcribe unless told otherwise', async () => {
    const connections = [{ upgrade: { status: 503 } }, { utterances: ['Hello.'] }];
    const { url: address } = await rig.serve({ connections });
    const { text } = await transcribe(wav(silence(2000)), { region: 'local', address });
    assert.equal(text, 'Hello.');
    await rig.serve({ upgrade: { status: 503 } });
    await assert.rejects(
      transcribe(wav(silence(2000)), { region: 'local', address: rig.service.url, firstConnectTimeoutMs: 0 }),
      { httpStatus: 503 },
    );
  });

  it('waits for one of the pool that is full, and says so', async () => {
    await rig.serve({ utterances: ['Hello.'] });
    const pool = new ConnectionPool({ maxOpen: 1 });
    const first = rig.open({ pool });
    await first.session.ready();
    const second = rig.open({ pool });
    const { reason } = await second.next('waiting');
    assert.match(reason, /All 1 connections/);
    first.session.abort();
    await second.session.append(silence(2000));
    await second.session.finish();
    assert.deepEqual(second.finals, ['Hello.']);
    pool.close();
  });
});

describe('a silent connection that the service drops', () => {
  const rig = useLibRig();

  for (const code of [1011, 1006, 1000]) {
    it(`with ${code} is slept through, and audio wakes the session`, async () => {
      const clock = new ManualClock();
      const sockets: FakeSocket[] = [];
      const session = openSession({
        region: 'local',
        environment: {
          clock,
          connect: (request, handlers) => {
            const socket = new FakeSocket();
            sockets.push(socket);
            return socket.connect(request, handlers);
          },
        },
      });
      const recorded = new RecordedSession(session);
      sockets[0]!.accept();
      await session.append(silence(1000));
      clock.advance(5000);
      sockets[0]!.pong();
      sockets[0]!.end(code);
      assert.equal(session.state, 'sleeping');
      // No connection is made without audio, however long that takes.
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

  it('again and again, soon after it was opened, costs neither connections nor the session', async () => {
    await rig.serve({ utterances: [], faults: [{ afterMs: 600, do: 'close', code: 1011 }] });
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

  it('is a loss while a word is owed', async () => {
    const said = { text: 'Hello there.', atMs: 200, endMs: 1100 };
    const cut: ScriptConnection = { utterances: [said], faults: [{ afterMs: 800, do: 'close', code: 1011 }] };
    await rig.serve({ connections: [cut, { utterances: [said] }] });
    const recorded = rig.open({ reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(700));
    await recorded.next('resumed');
    await recorded.session.append(silence(2000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['Hello there.']);
  });
});

describe('a connect that throws', () => {
  const rig = useLibRig();
  const KEY = 'sk-5ecre7-d0-not-show-7f3a';
  const broken = (): never => {
    throw new Error(`No way out with ${KEY}.`);
  };

  it('is a typed error of the session, and leaves no timer', async () => {
    await rig.serve();
    const clock = new ManualClock();
    for (const options of [{}, { firstConnectTimeoutMs: 10_000 }]) {
      const recorded = rig.open({ ...options, apiKey: KEY, environment: { clock, connect: broken } });
      const error = await recorded.failure();
      assert.equal(error.code, 'CONNECT_FAILED');
      assert.match(error.message, /No way out/);
      assert.ok(!error.message.includes(KEY));
      assert.equal(clock.pending, 0);
    }
  });

  it('is one of a pool, too, and of a program that throws what is no error', async () => {
    await rig.serve();
    const pool = new ConnectionPool({}, { connect: broken });
    assert.equal((await rig.open({ pool }).failure()).code, 'CONNECT_FAILED');
    assert.equal(pool.openCount, 0);
    pool.close();
    const connect = (): never => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- this is what the test is about
      throw 'nothing';
    };
    assert.match((await rig.open({ environment: { connect } }).failure()).message, /nothing/);
  });

  it('is one more failed attempt of a session that reconnects', async () => {
    await rig.serve({ connections: [{ faults: [{ atAudioMs: 700, do: 'terminate' }] }, {}] });
    const real = new ConnectionPool().connect;
    let calls = 0;
    const recorded = rig.open({
      reconnect: { baseDelayMs: 1 },
      environment: {
        connect: (request, handlers) => {
          calls += 1;
          return calls === 2 ? broken() : real(request, handlers);
        },
      },
    });
    await recorded.session.append(silence(700));
    await recorded.next('resumed');
    assert.equal(recorded.of('reconnecting').length, 2);
    await recorded.session.finish();
  });
});

describe('what a session that is over says to audio', () => {
  const rig = useLibRig();

  it('is what ended it', async () => {
    await rig.serve({ upgrade: { status: 401 } });
    const failed = rig.open();
    const error = await failed.failure();
    await assert.rejects(failed.session.append(silence(100)), { code: 'SESSION_CLOSED', cause: error });
    const aborted = rig.open();
    aborted.session.abort();
    await assert.rejects(
      aborted.session.append(silence(100)),
      (reason: Error & { cause: { code: string } }) => {
        assert.match(reason.message, /it was aborted/);
        assert.equal(reason.cause.code, 'ABORTED');
        return true;
      },
    );
  });
});
