import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { ScriptConnection, ScriptQuirk } from '../../../local-service';
import { scaledClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import type { RecordedSession } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';

const CREATED = {
  type: 'session.created',
  session: { id: 'sess_1', model: 'qwen3-asr-flash-realtime' },
};
const UPDATED = { ...CREATED, type: 'session.updated' };
const EMPTY = { code: 'input_audio_buffer_commit_empty', message: 'Nothing is left.' };

/** The frames of a service about one item. */
function item(id: string | undefined, transcript: string): [committed: object, completed: object] {
  const named = id === undefined ? {} : { item_id: id };
  return [
    { type: 'input_audio_buffer.committed', ...named },
    { type: 'conversation.item.input_audio_transcription.completed', ...named, transcript },
  ];
}

describe('a sentence that the service ends by itself while a commit is on its way (protocol.md E 7)', () => {
  const rig = useLibRig();
  const texts = async (recorded: RecordedSession, count: number, audioMs: number): Promise<string[]> => {
    const answers: Promise<string>[] = [];
    for (let index = 0; index < count; index += 1) {
      await recorded.session.append(silence(audioMs));
      answers.push(recorded.session.commit().then(({ text }) => text));
    }
    return Promise.all(answers);
  };

  const quirks: (ScriptQuirk[] | undefined)[] = [undefined, ['noItemIds'], ['createdBeforeCommitted']];
  for (const [index, quirk] of quirks.entries()) {
    const script: ScriptConnection = {
      ...(quirk && { quirks: quirk }),
      utterances: ['One.', 'Two.', 'Three.', 'Four.', 'Five.'],
      faults: [
        { atAudioMs: 400, do: 'complete' },
        { atAudioMs: 1600, do: 'complete' },
      ],
    };

    it(`is in the answer of that commit, and no later one is shifted (${quirk?.[0] ?? 'as documented'})`, async () => {
      await rig.serve(script);
      const recorded = rig.open({ mode: 'manual' });
      // The audio and the commits go out at once, so the service has none of them when the first commit is made.
      assert.deepEqual(await texts(recorded, 3, 1000), ['One. Two.', 'Three. Four.', 'Five.']);
      await recorded.session.finish();
    });

    it(`is the answer where the service refuses the commit, because nothing is left (${index})`, async () => {
      await rig.serve({ ...script, faults: [{ atAudioMs: 1000, do: 'complete' }] });
      const recorded = rig.open({ mode: 'manual' });
      assert.deepEqual(await texts(recorded, 3, 1000), ['One.', 'Two.', 'Three.']);
      await recorded.session.finish();
    });
  }

  it('stays in its answer where the connection is lost behind it', async () => {
    await rig.serve({
      connections: [
        {
          utterances: ['One.', 'Two.'],
          faults: [
            { atAudioMs: 400, do: 'complete' },
            { on: 'final', nth: 1, do: 'terminate' },
          ],
        },
        { utterances: ['One. Two.', 'Three.'] },
      ],
    });
    const recorded = rig.open({ mode: 'manual', reconnect: { baseDelayMs: 1 } });
    assert.deepEqual(await texts(recorded, 2, 1000), ['One. Two.', 'Three.']);
    assert.deepEqual(recorded.finals, ['One.', 'Two.', 'Three.']);
    await recorded.session.finish();
  });

  it('is not taken for what is left at the finish, where the connection is lost behind it', async () => {
    await rig.serve({
      connections: [
        {
          utterances: ['One.', 'Two.'],
          faults: [
            { atAudioMs: 400, do: 'complete' },
            { on: 'final', nth: 1, do: 'delay', ms: 60 },
            { on: 'final', nth: 1, do: 'terminate' },
          ],
        },
        { utterances: ['One. Two.'] },
      ],
    });
    const recorded = rig.open({ mode: 'manual', reconnect: { baseDelayMs: 1 } });
    await recorded.session.append(silence(1000));
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One.', 'Two.']);
    assert.equal(statistics.reconnects, 1);
    assert.ok(statistics.audioReplayedMs > 0);
  });

  it('is not taken for the answer on a slow line, on which pings and commits wait behind audio', async () => {
    const timeScale = 20;
    await rig.serve(
      {
        utterances: ['One.', 'Two.', 'Three.'],
        faults: [
          { atAudioMs: 100, do: 'readSlowly', bytesPerSecond: 20_000 },
          { atAudioMs: 3000, do: 'complete' },
        ],
      },
      { timeScale },
    );
    const recorded = rig.open({
      mode: 'manual',
      pace: { burstMs: 20_000 },
      commitTimeoutMs: 120_000,
      pongTimeoutMs: 120_000,
      // On a busy machine these take longer than their scaled timeouts.
      connectTimeoutMs: 3_600_000,
      configureTimeoutMs: 3_600_000,
      answerTimeoutMs: 3_600_000,
      environment: { clock: scaledClock(timeScale) },
    });
    // The first ping is answered at once; answers to later ones are delayed beyond every timeout.
    await recorded.session.append(silence(50));
    await recorded.session.commit();
    const answers = await texts(recorded, 1, 8000);
    assert.deepEqual(answers, ['Two. Three.']);
    await recorded.session.finish();
  });

  describe('from a service whose frames a test writes', () => {
    let server: WebSocketServer;

    beforeEach(() => rig.serve());

    /**
     * @param answer The service's frames for a commit, by its number from 0.
     * @param isLate Whether they come only after the answer to the ping behind the commit.
     */
    async function play(
      answer: (commit: number, eventId: string) => object[],
      isLate = false,
    ): Promise<RecordedSession> {
      server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      await once(server, 'listening');
      server.on('connection', (socket: WebSocket) => {
        let commits = 0;
        let late: object[] = [];
        const say = (...frames: object[]) => {
          for (const frame of frames) socket.send(JSON.stringify(frame));
        };
        say(CREATED);
        socket.on('message', (data: Buffer) => {
          const frame = JSON.parse(data.toString()) as { type: string; event_id: string };
          if (frame.type === 'session.update') say(UPDATED);
          if (frame.type === 'input_audio_buffer.commit') {
            const answers = answer(commits++, frame.event_id);
            if (isLate) late = answers;
            else say(...answers);
          }
          if (frame.type === 'session.finish') say({ type: 'session.finished' });
        });
        // The socket has already answered the ping when it reports it.
        socket.on('ping', () => {
          say(...late);
          late = [];
        });
      });
      const { port } = server.address() as AddressInfo;
      return rig.open({ region: 'custom', address: `ws://127.0.0.1:${port}`, mode: 'manual' });
    }

    afterEach(async () => {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    });

    for (const [name, id] of [
      ['names', (n: string) => n],
      ['does not name', () => undefined],
    ] as const) {
      const first = item(id('own'), 'By itself.');
      const second = item(id('asked'), 'As asked.');
      const [ownCommitted, ownCompleted] = first;
      const [askedCommitted, askedCompleted] = second;
      const later = item(id('later'), 'Later.');

      it(`is in the answer where each item is committed and completed in turn, and the service ${name} them`, async () => {
        const recorded = await play((commit) => (commit === 0 ? [...first, ...second] : later));
        assert.deepEqual(await texts(recorded, 2, 500), ['By itself. As asked.', 'Later.']);
        await recorded.session.finish();
      });

      it(`is in the answer where both items are committed before one is completed, and the service ${name} them`, async () => {
        const recorded = await play((commit) =>
          commit === 0 ? [ownCommitted, askedCommitted, ownCompleted, askedCompleted] : later,
        );
        assert.deepEqual(await texts(recorded, 2, 500), ['By itself. As asked.', 'Later.']);
        await recorded.session.finish();
      });

      it(`is in the answer where both items come after the answers to the pings, and the service ${name} them`, async () => {
        const recorded = await play(
          (commit) => (commit === 0 ? [ownCommitted, askedCommitted, ownCompleted, askedCompleted] : later),
          true,
        );
        assert.deepEqual(await texts(recorded, 1, 500), ['By itself. As asked.']);
        assert.deepEqual(await texts(recorded, 1, 500), ['Later.']);
        await recorded.session.finish();
      });

      it(`is the answer where the commit is then refused, with or without its id, and the service ${name} them`, async () => {
        for (const withId of [true, false]) {
          const recorded = await play((commit, eventId) => {
            if (commit > 0) return later;
            return [...first, { type: 'error', error: { ...EMPTY, ...(withId && { event_id: eventId }) } }];
          });
          assert.deepEqual(await texts(recorded, 2, 500), ['By itself.', 'Later.']);
          await recorded.session.finish();
          if (withId) server.close();
        }
      });
    }

    it('is in the answer where completed comes without committed', async () => {
      const recorded = await play((commit) =>
        commit === 0
          ? [item('own', 'By itself.')[1], item('asked', 'As asked.')[1]]
          : [item('later', 'Later.')[1]],
      );
      assert.deepEqual(await texts(recorded, 2, 500), ['By itself. As asked.', 'Later.']);
      await recorded.session.finish();
    });
  });
});
