import assert from 'node:assert/strict';
import { ConnectionPool, transcribe } from '../../../lib';
import type { AsrError } from '../../../lib';
import { NO_SOCKET } from '../../../lib/transport/socket';
import type { Socket, SocketEnd, SocketHandlers } from '../../../lib/transport/socket';
import { ManualClock } from '../../support/clocks';
import { leaveNothingOpen } from '../../support/open-resources';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

/** Connections that open and end when the test says so. */
class Dialled {
  readonly all: { name: string; handlers: SocketHandlers; isGone: boolean }[] = [];

  readonly connect = ({ url }: { url: string }, handlers: SocketHandlers): Socket => {
    const entry = { name: new URL(url).pathname.slice(1), handlers, isGone: false };
    this.all.push(entry);
    return {
      ...NO_SOCKET,
      destroy: () => {
        entry.isGone = true;
      },
    };
  };

  get names(): string[] {
    return this.all.map(({ name }) => name);
  }

  open(index: number): void {
    this.all[index]!.handlers.onOpen();
  }

  end(index: number): void {
    this.all[index]!.handlers.onEnd({ kind: 'closed', closeCode: 1006, reason: '' });
  }
}

describe('the limits of a pool', () => {
  let clock: ManualClock;
  let dialled: Dialled;
  let pool: ConnectionPool;

  function usePool(limits: object): void {
    clock = new ManualClock();
    dialled = new Dialled();
    pool = new ConnectionPool(limits, { connect: dialled.connect, clock });
  }

  /** Asks for a connection; `log` gets its events. */
  function ask(name: string, key = 'one', host = 'service') {
    const log: (string | SocketEnd)[] = [];
    const socket = pool.connect(
      { url: `wss://${host}/${name}`, headers: { Authorization: key } },
      {
        onOpen: () => log.push('open'),
        onText: (text) => log.push(text),
        onBinary: () => undefined,
        onPong: () => undefined,
        onEnd: (end) => log.push(end),
      },
    );
    return { socket, log };
  }

  it('make handshakes wait for each other, in the order of asking', () => {
    usePool({ maxConnecting: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
    assert.deepEqual(dialled.names, ['a', 'b']);
    assert.equal(pool.waitingCount, 3);
    dialled.open(1);
    assert.deepEqual(dialled.names, ['a', 'b', 'c']);
    // A connection that fails makes room as well.
    dialled.end(0);
    assert.deepEqual(dialled.names, ['a', 'b', 'c', 'd']);
    dialled.open(2);
    assert.deepEqual(dialled.names, ['a', 'b', 'c', 'd', 'e']);
    assert.equal(pool.waitingCount, 0);
  });

  it('make sessions wait where too many connections are open', () => {
    usePool({ maxOpen: 2 });
    const [a, b] = ['a', 'b'].map((name) => ask(name));
    dialled.open(0);
    dialled.open(1);
    ask('c');
    const d = ask('d');
    assert.equal(pool.openCount, 2);
    a!.socket.destroy();
    assert.deepEqual(dialled.names, ['a', 'b', 'c']);
    dialled.open(2);
    dialled.end(1);
    assert.deepEqual(dialled.names, ['a', 'b', 'c', 'd']);
    dialled.open(3);
    assert.deepEqual(d.log, ['open']);
    assert.equal((b!.log.at(-1) as SocketEnd).kind, 'closed');
  });

  it('never delay another key or another address', () => {
    usePool({ maxConnecting: 1, maxOpen: 1 });
    ask('a', 'bad');
    ask('b', 'bad');
    ask('c', 'good');
    ask('d', 'bad', 'elsewhere');
    assert.deepEqual(dialled.names, ['a', 'c', 'd']);
  });

  it('name what was waited for when the wait was too long', () => {
    usePool({ maxOpen: 1, maxWaitMs: 3000 });
    ask('a');
    dialled.open(0);
    const { log } = ask('b');
    clock.advance(2999);
    assert.equal(log.length, 0);
    clock.advance(1);
    const end = log.at(0);
    assert.ok(typeof end === 'object' && end.kind === 'failed');
    assert.match(end.error.message, /within 3000 ms, all 1 connections are in use/);
    assert.equal(pool.waitingCount, 0);
    dialled.end(0);
    assert.equal(pool.openCount, 0);
    assert.equal(clock.pending, 0);
  });

  it('forget a waiting session that was aborted', async () => {
    usePool({ maxConnecting: 1 });
    ask('a');
    const b = ask('b');
    const c = ask('c');
    ask('d');
    b.socket.destroy();
    c.socket.close();
    await Promise.resolve();
    assert.equal((c.log[0] as SocketEnd).kind, 'failed');
    dialled.open(0);
    assert.deepEqual(dialled.names, ['a', 'd']);
    assert.deepEqual(b.log, []);
    // A second close and a message before the connection's turn have no effect.
    c.socket.send('x');
    c.socket.close();
    assert.equal(c.log.length, 1);
  });

  it('close an idle connection rather than let a session wait, and hand over one that fits', async () => {
    usePool({ maxOpen: 1, maxIdle: 1 });
    const a = ask('same');
    dialled.open(0);
    assert.equal(a.socket.release(), true);
    const b = ask('same');
    await Promise.resolve();
    assert.deepEqual(b.log, ['open']);
    assert.deepEqual(dialled.names, ['same']);
    const c = ask('same');
    const d = ask('other');
    // A waiting session takes the connection, whatever the limit of idle ones.
    b.socket.release();
    await Promise.resolve();
    assert.deepEqual(c.log, ['open']);
    c.socket.release();
    assert.deepEqual(dialled.names, ['same', 'other']);
    assert.equal(dialled.all[0]!.isGone, true);
    dialled.open(1);
    assert.deepEqual(d.log, ['open']);
    assert.equal(pool.openCount, 1);
  });

  it('keep the idle connections of each key apart, so that a busy key leaves others theirs', () => {
    usePool({ maxIdle: 1 });
    for (const [i, key] of ['one', 'one', 'two'].entries()) {
      const { socket } = ask('x', key);
      dialled.open(i);
      // The second connection of the same key was made while the first was in use.
      if (i > 0) socket.release();
    }
    assert.equal(pool.idleCount, 2);
    pool.close();
    assert.equal(pool.idleCount, 0);
    assert.equal(clock.pending, 0);
  });
});

describe('a pool whose connections are made by others', () => {
  leaveNothingOpen();

  it('reports a `connect` that throws to its session, and gives the place to the next', async () => {
    let calls = 0;
    const pool = new ConnectionPool(
      { maxOpen: 1, maxConnecting: 1 },
      {
        connect: () => {
          calls += 1;
          throw new Error('no network here');
        },
      },
    );
    const sessions = [1, 2, 3].map(() =>
      transcribe(wav(silence(100)), { address: 'ws://127.0.0.1:9', model: 'fun-asr-realtime', pool }),
    );
    for (const session of sessions) {
      await assert.rejects(session, { code: 'CONNECT_FAILED', message: /no network here/ });
    }
    assert.equal(calls, 3);
    assert.equal(pool.openCount, 0);
    assert.equal(pool.waitingCount, 0);
  });

  it('names the limit that is invalid', () => {
    assert.throws(() => new ConnectionPool({ maxOpen: 0 }), {
      code: 'INVALID_OPTION',
      param: 'maxOpen',
      message: 'Expected `maxOpen` to be a whole number from 1 on, got 0.',
    });
    assert.throws(() => new ConnectionPool({ maxIdleMs: Number.NaN }), { param: 'maxIdleMs' });
  });
});

describe('a pool with real connections', () => {
  let pool: ConnectionPool;
  afterEach(() => {
    pool.close();
    assert.equal(pool.openCount, 0);
  });
  const rig = useLibRig();

  const say = (options: object) =>
    transcribe(wav(silence(2500)), { address: rig.service.url, model: 'fun-asr-realtime', pool, ...options });

  it('recognises many recordings over few connections', async () => {
    pool = new ConnectionPool({ maxOpen: 3, maxConnecting: 1 });
    await rig.serve({ utterances: [{ text: 'Hello.', endMs: 1800 }], loop: true });
    const transcripts = await Promise.all(Array.from({ length: 20 }, () => say({})));
    assert.deepEqual(new Set(transcripts.map(({ text }) => text)), new Set(['Hello.']));
    assert.ok(rig.service.sessions.length <= 3, `${rig.service.sessions.length} connections`);
  });

  it('recognises with a good key while a service that never answers is asked with a bad one', async () => {
    pool = new ConnectionPool({ maxConnecting: 1 });
    const silent = await rig.serve({ upgrade: { hang: true } });
    const stuck = ['sk-bad-1', 'sk-bad-1', 'sk-bad-1'].map((apiKey) =>
      say({ address: silent.url, apiKey, connectTimeoutMs: 400 }).then(
        () => 'recognised',
        (error: unknown) => (error as AsrError).code,
      ),
    );
    await waitUntil(() => pool.waitingCount === 2, 'the bad ones to queue up');
    await rig.serve({ utterances: ['Hello.'] });
    assert.equal((await say({ apiKey: 'sk-good' })).text, 'Hello.');
    assert.deepEqual(await Promise.all(stuck), Array(3).fill('CONNECT_TIMEOUT'));
  });
});
