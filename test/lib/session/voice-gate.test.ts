import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import type { ScriptFile } from '../../../local-service';
import { scaledClock } from '../../support/clocks';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import type { RecordedSession } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

const SCALE = 25;
const BYTES_PER_MS = 32;
const CHUNK_BYTES = 100 * BYTES_PER_MS;
/** The audio before speech that passes with it; see `VoiceGateOptions`. */
const LEAD_MS = 1500;
/** The first 2 s of the recording begin with speech after half a second. */
const SPEECH = JFK_PCM.subarray(0, 2000 * BYTES_PER_MS);

describe('a session with the voice gate', () => {
  const rig = useLibRig();

  const serve = (script: ScriptFile) => rig.serve(script, { timeScale: SCALE });
  const open = (options: SessionOptions = {}) =>
    rig.open({
      model: 'fun-asr-realtime',
      voiceGate: { send: 'speech' },
      // At this scale, a machine that is busy for a moment would exceed the timeouts.
      connectTimeoutMs: 3_600_000,
      configureTimeoutMs: 3_600_000,
      finishTimeoutMs: 3_600_000,
      commitTimeoutMs: 3_600_000,
      pingIntervalMs: 3_600_000,
      environment: { clock: scaledClock(SCALE) },
      ...options,
    });

  /** Gives audio as a microphone does, in chunks. */
  async function give({ session }: RecordedSession, pcm: Buffer): Promise<void> {
    for (let at = 0; at < pcm.length; at += CHUNK_BYTES)
      await session.append(pcm.subarray(at, at + CHUNK_BYTES), RAW);
  }

  /** Gives silence until the session has that state; returns how much, in milliseconds. */
  async function giveSilenceUntil(recorded: RecordedSession, state: string): Promise<number> {
    let ms = 0;
    await waitUntil(() => {
      if (recorded.session.state === state) return true;
      void recorded.session.append(silence(100), RAW);
      ms += 100;
      return false;
    }, `the session to be ${state}`);
    return ms;
  }

  it('listens without a connection while nobody speaks, and wakes with what was said and its time', async () => {
    const connections = [
      { utterances: [{ text: 'One.', atMs: 500, endMs: 1800 }] },
      { utterances: [{ text: 'Two.', atMs: LEAD_MS, endMs: LEAD_MS + 1500 }] },
    ];
    await serve({ connections });
    const recorded = open();
    await give(recorded, SPEECH);
    const silentMs = await giveSilenceUntil(recorded, 'listening');
    await waitUntil(() => rig.service.connectionCount === 0, 'the connection to be gone');
    assert.deepEqual(recorded.finals, ['One.']);
    const sentBefore = recorded.session.statistics().audioSentMs;
    const spokenAtMs = 2000 + silentMs;
    await give(recorded, SPEECH);
    await recorded.next('resumed');
    const statistics = await recorded.session.finish();
    assert.deepEqual(recorded.finals, ['One.', 'Two.']);
    const { beginMs = 0, endMs = 0 } = recorded.of('final')[1]!;
    // Detection takes less than a second, and the audio before it is sent with the speech.
    assert.ok(beginMs >= spokenAtMs && beginMs < spokenAtMs + 1000, `${beginMs} of ${spokenAtMs}`);
    assert.equal(endMs - beginMs, 1500);
    const { audioInMs, audioSentMs, audioGatedMs, audioLostMs } = statistics;
    assert.equal(audioInMs, spokenAtMs + 2000);
    assert.equal(audioLostMs, 0);
    assert.equal(audioSentMs + audioGatedMs, audioInMs);
    assert.ok(audioSentMs - sentBefore >= 2000 + 500, 'silence is sent before the speech');
    assert.deepEqual(
      recorded.states.filter((state) => state !== 'finishing' && state !== 'closed'),
      ['connecting', 'open', 'listening', 'connecting', 'open'],
    );
    assert.deepEqual(recorded.of('warning'), []);
  });

  it('sleeps when the microphone gives nothing any more, and listens when it gives silence again', async () => {
    await serve({ utterances: [] });
    const recorded = open();
    await giveSilenceUntil(recorded, 'listening');
    await waitUntil(() => recorded.session.state === 'sleeping', 'the microphone to be missed');
    await give(recorded, silence(100));
    assert.equal(recorded.session.state, 'listening');
    assert.equal(rig.service.sessions.length, 1);
    recorded.session.abort();
  });

  it('finishes while it listens without connecting, and counts all audio', async () => {
    await serve({ utterances: [] });
    const recorded = open();
    await giveSilenceUntil(recorded, 'listening');
    const { audioInMs, audioSentMs, audioGatedMs } = await recorded.session.finish();
    assert.equal(audioSentMs + audioGatedMs, audioInMs);
    assert.equal(rig.service.sessions.length, 1);
  });

  it('sends a word that has just begun when the session is finished', async () => {
    await serve({
      connections: [{ utterances: [] }, { utterances: [{ text: 'And.', atMs: 1000, endMs: 1300 }] }],
    });
    const recorded = open();
    await giveSilenceUntil(recorded, 'listening');
    const begun = SPEECH.subarray(300 * BYTES_PER_MS);
    let ms = 0;
    while (recorded.session.state === 'listening') {
      await give(recorded, begun.subarray(ms * BYTES_PER_MS, (ms + 20) * BYTES_PER_MS));
      ms += 20;
    }
    const again = open();
    await giveSilenceUntil(again, 'listening');
    await give(again, begun.subarray(0, (ms - 40) * BYTES_PER_MS));
    assert.equal(again.session.state, 'listening');
    const { audioSentMs } = await again.session.finish();
    assert.ok(audioSentMs > 0);
    assert.equal(rig.service.sessions.length, 4);
    recorded.session.abort();
  });

  it('answers a commit without speech with an empty text, and one without audio with COMMIT_EMPTY in Manual mode', async () => {
    await serve({ utterances: [] });
    const recorded = open({ model: 'qwen3-asr-flash-realtime', mode: 'manual' });
    await giveSilenceUntil(recorded, 'open');
    await give(recorded, silence(3000));
    await recorded.session.commit();
    await giveSilenceUntil(recorded, 'listening');
    assert.deepEqual(await recorded.session.commit(), { text: '', finals: [] });
    await assert.rejects(recorded.session.commit(), { code: 'COMMIT_EMPTY' });
    assert.equal(rig.service.sessions.length, 1);
    recorded.session.abort();
  });

  it('commits what was said after a silence in Manual mode, and keeps what is not committed yet', async () => {
    await serve({ utterances: ['One.', 'Two.'] });
    const recorded = open({ model: 'qwen3-asr-flash-realtime', mode: 'manual' });
    await give(recorded, SPEECH);
    await give(recorded, silence(60_000));
    await give(recorded, SPEECH);
    assert.equal((await recorded.session.commit()).text, 'One.');
    const { audioSentMs, audioGatedMs } = recorded.session.statistics();
    assert.ok(audioSentMs < 10_000, String(audioSentMs));
    assert.ok(audioGatedMs > 50_000, String(audioGatedMs));
    await recorded.session.finish();
  });

  it('sends nothing again of a connection that is lost while nobody speaks, and goes on when somebody does', async () => {
    const connections = [
      {
        utterances: [{ text: 'One.', atMs: 500, endMs: 1800 }],
        faults: [{ idleMs: 12_000, do: 'close' as const, code: 1011 }],
      },
      { utterances: [{ text: 'Two.', atMs: LEAD_MS, endMs: LEAD_MS + 1500 }] },
    ];
    await serve({ connections });
    const recorded = open({ idle: { policy: 'keepAlive' } });
    await give(recorded, SPEECH);
    await recorded.next('opened');
    await giveSilenceUntil(recorded, 'listening');
    await give(recorded, SPEECH);
    const { audioReplayedMs } = await recorded.session.finish();
    assert.equal(audioReplayedMs, 0);
    assert.deepEqual(recorded.finals, ['One.', 'Two.']);
  });

  it('finishes a session by itself only when no audio comes, where that policy is chosen', async () => {
    await serve({ utterances: [] });
    const recorded = open({ idle: { policy: 'close', afterMs: 5000 } });
    await giveSilenceUntil(recorded, 'listening');
    assert.equal((await recorded.end()).type, 'finished');
  });

  it('refuses a format that it cannot hear, and times out of bounds', () => {
    const refused = (options: SessionOptions, param: string) => {
      assert.throws(() => openSession({ region: 'local', ...options }), {
        code: 'INVALID_OPTION',
        param,
      });
    };
    refused(
      { model: 'fun-asr-realtime', voiceGate: { send: 'speech' }, wireFormat: 'mp3' },
      'voiceGate.send',
    );
    refused({ voiceGate: { leadMs: 0 } }, 'voiceGate.leadMs');
    refused({ voiceGate: { closeAfterMs: 100_000 } }, 'voiceGate.closeAfterMs');
    refused({ voiceGate: { send: 'words' as 'speech' } }, 'voiceGate.send');
  });
});
