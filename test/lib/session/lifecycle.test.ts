import assert from 'node:assert/strict';
import type { SessionEvent, SessionOptions } from '../../../lib';
import type { ScriptFile } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import type { RecordedSession } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { turns } from '../../support/turns';

const SENTENCE = 'Good morning everybody.';
const HOUR_MS = 3_600_000;

interface Situation {
  script?: ScriptFile;
  options?: SessionOptions;
  reach: (recorded: RecordedSession) => Promise<unknown> | undefined;
}

describe('abort', () => {
  const rig = useLibRig();
  const served = () => rig.service.sessions[0];

  const situations: Record<string, Situation> = {
    'before the connection is made': { reach: () => undefined },
    'while the upgrade has no answer': {
      script: { upgrade: { hang: true } },
      reach: () => waitUntil(() => served() !== undefined, 'the upgrade request'),
    },
    'before the greeting': {
      script: { faults: [{ on: 'opened', do: 'drop' }] },
      reach: () => waitUntil(() => rig.service.connectionCount === 1, 'the connection'),
    },
    'while the configuration has no answer': {
      script: { faults: [{ on: 'configured', do: 'drop' }] },
      reach: () => waitUntil(() => served()?.received.length === 1, 'the configuration'),
    },
    'while it is open': { reach: (recorded) => recorded.next('opened') },
    'in the middle of a sentence': { reach: (recorded) => recorded.next('interim') },
    'while it finishes': {
      script: { utterances: [SENTENCE], faults: [{ on: 'finished', do: 'delay', ms: HOUR_MS }] },
      reach: (recorded) => {
        void recorded.session.finish();
        return recorded.next('final');
      },
    },
    'while audio waits for its pace': {
      options: { pace: { burstMs: 1000, multiple: 0.1 } },
      reach: (recorded) => {
        void recorded.session.append(silence(30_000));
        return recorded.next('interim');
      },
    },
  };
  for (const [name, { script, options, reach }] of Object.entries(situations)) {
    for (const by of ['abort()', 'its signal'] as const) {
      it(`by ${by} ends the session ${name} at once, and settles every pending promise`, async () => {
        await rig.serve(script ?? { utterances: [SENTENCE] });
        const controller = new AbortController();
        const recorded = rig.open({ mode: 'manual', ...options, signal: controller.signal });
        const { session } = recorded;
        void session.append(silence(700));
        await reach(recorded);
        const pending = [session.finish()];
        if (by === 'abort()') session.abort();
        else controller.abort(new Error('enough'));
        assert.equal(session.state, 'closed');
        for (const promise of pending) {
          await assert.rejects(promise, (error: Error & { code?: string }) => {
            assert.equal(error.code, 'ABORTED');
            if (by === 'its signal') assert.match((error.cause as Error).message, /enough/);
            return true;
          });
        }
        session.abort();
        assert.equal(recorded.of('finished').length, 1);
        const [finished] = recorded.of('finished');
        assert.equal(finished?.aborted, true);
        assert.equal(recorded.events.at(-1), finished);
        assert.deepEqual(recorded.of('error'), []);
        await assert.rejects(session.append(silence(100)), { code: 'SESSION_CLOSED' });
      });
    }
  }

  it('rejects commits and appends that wait', async () => {
    await rig.serve({ utterances: [{ text: 'x', final: null }] });
    const { session } = rig.open({
      mode: 'manual',
      maxHeldAudioMs: 100,
      pace: { burstMs: 500, multiple: 0.1 },
    });
    void session.append(silence(400));
    const commit = session.commit();
    const append = session.append(silence(10_000));
    await session.ready();
    session.abort();
    await assert.rejects(commit, { code: 'ABORTED' });
    await assert.rejects(append, { code: 'ABORTED' });
    await session.ready();
  });

  it('happens at once where the signal was aborted before, and listeners still get the events', async () => {
    await rig.serve();
    const recorded = rig.open({ signal: AbortSignal.abort() });
    await assert.rejects(recorded.session.ready(), { code: 'ABORTED' });
    assert.deepEqual(recorded.types, ['finished']);
    assert.equal(rig.service.connectionCount, 0);
  });

  it('by a signal after the end changes nothing', async () => {
    await rig.serve();
    const controller = new AbortController();
    const recorded = rig.open({ signal: controller.signal });
    await recorded.session.finish();
    controller.abort();
    assert.deepEqual(
      recorded.of('finished').map(({ aborted }) => aborted),
      [false],
    );
  });

  it('by a listener lets other listeners get that event first, and the end last', async () => {
    await rig.serve({ utterances: [SENTENCE] });
    const recorded = rig.open();
    const heard: string[] = [];
    recorded.session.on('final', () => {
      recorded.session.abort();
    });
    recorded.session.on('final', ({ text }) => heard.push(text));
    recorded.session.on('finished', () => heard.push('finished'));
    await recorded.session.append(silence(3000));
    await recorded.end();
    assert.deepEqual(heard, [SENTENCE, 'finished']);
    assert.deepEqual(recorded.types.slice(-2), ['final', 'finished']);
  });

  it('by the listener of a truncated final ends the session once, as aborted', async () => {
    await rig.serve({ utterances: [SENTENCE], faults: [{ atAudioMs: 700, do: 'terminate' }] });
    const recorded = rig.open({ reconnect: { maxAttempts: 0 } });
    recorded.session.on('final', () => {
      recorded.session.abort();
    });
    await recorded.session.append(silence(700));
    await recorded.end();
    assert.deepEqual(recorded.types.slice(-2), ['final', 'finished']);
  });
});

describe('a session as a stream of events', () => {
  const rig = useLibRig();

  async function typesOf(events: AsyncIterable<SessionEvent>): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    return types;
  }

  it('gives every event and ends after finished, to several readers', async () => {
    await rig.serve({ utterances: [SENTENCE] });
    const recorded = rig.open();
    const readers = [typesOf(recorded.session), typesOf(recorded.session)];
    await recorded.session.append(silence(3000), RAW);
    await recorded.session.finish();
    for (const types of await Promise.all(readers)) {
      assert.deepEqual(
        types.filter((type) => type !== 'interim'),
        recorded.events.map(({ type }) => type).filter((type) => type !== 'interim'),
      );
    }
  });

  it('throws the error of the session', async () => {
    await rig.serve({ upgrade: { status: 401 } });
    await assert.rejects(typesOf(rig.open().session), { code: 'AUTHENTICATION' });
  });

  it('throws the error of the session to one late reader, and ends for others', async () => {
    await rig.serve({ connections: [{ upgrade: { status: 401 } }, {}] });
    const failed = rig.open();
    await failed.failure();
    await assert.rejects(typesOf(failed.session), { code: 'AUTHENTICATION' });
    const finished = rig.open();
    await finished.session.finish();
    assert.deepEqual(await typesOf(finished.session), []);
  });

  it('stops listening when the reader breaks off, and the session goes on', async () => {
    await rig.serve({ utterances: [SENTENCE] });
    const recorded = rig.open();
    await recorded.session.append(silence(3000));
    for await (const event of recorded.session) {
      if (event.type === 'interim') break;
    }
    assert.equal(recorded.session.state, 'open');
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, [SENTENCE]);
  });

  it('goes on when listeners throw, and warns', async () => {
    await rig.serve({ utterances: [SENTENCE] });
    const recorded = rig.open();
    for (const type of ['opened', 'interim', 'final', 'finished'] as const) {
      recorded.session.on(type, () => {
        throw new Error(`broken ${type}`);
      });
    }
    await recorded.session.append(silence(3000));
    await recorded.session.finish();
    assert.deepEqual(recorded.finals, [SENTENCE]);
    const told = recorded.of('warning').map(({ code, message }) => `${code} ${message.split(' ').at(-1)}`);
    assert.deepEqual(
      new Set(told),
      new Set(['opened', 'interim', 'final', 'finished'].map((type) => `LISTENER_FAILED ${type}`)),
    );
    assert.equal(recorded.types.at(-1), 'finished');
  });

  it('can be appended to, committed and finished by its own listeners', async () => {
    await rig.serve({ utterances: ['One.', 'Two.'] });
    const recorded = rig.open({ mode: 'manual' });
    const { session } = recorded;
    session.on('opened', () => {
      void session.append(silence(500));
      void session.commit();
    });
    let finals = 0;
    session.on('final', () => {
      finals += 1;
      void session.append(silence(500));
      void (finals < 2 ? session.commit() : session.finish());
    });
    await recorded.end();
    assert.deepEqual(recorded.finals.slice(0, 2), ['One.', 'Two.']);
    assert.equal(recorded.types.at(-1), 'finished');
  });

  it('raises no unhandled rejection for promises without a handler', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      await rig.serve({ upgrade: { status: 401 } });
      const recorded = rig.open({ mode: 'manual', maxHeldAudioMs: 1 });
      const { session } = recorded;
      void session.ready();
      void session.append(silence(500));
      void session.append('no audio' as unknown as Buffer);
      void session.commit();
      void session.commit();
      void session.finish();
      void session.append(silence(500));
      await recorded.failure();
      void session.commit();
      await turns();
    } finally {
      process.off('unhandledRejection', note);
    }
    assert.deepEqual(unhandled, []);
  });
});
