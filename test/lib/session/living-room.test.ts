import assert from 'node:assert/strict';
import { openSession } from '../../../lib';
import type { Session } from '../../../lib';
import { ManualClock } from '../../support/clocks';
import { collectGarbage } from '../../support/collect-garbage';
import { hearingService } from '../../support/hearing-service';
import { CHUNK_MS, LivingRoom } from '../../support/living-room';
import { leaveNothingOpen } from '../../support/open-resources';
import { Random } from '../../support/random';
import { RAW } from '../../support/scripted-audio';

const HOUR_MS = 3_600_000;
const SEED = 5;

describe('a day of a microphone in a living room', function () {
  this.timeout(300_000);
  leaveNothingOpen();

  it('costs only what was said, loses no word, keeps all times and no memory', async () => {
    const clock = new ManualClock();
    const session = openSession({
      region: 'local',
      model: 'fun-asr-realtime',
      voiceGate: { send: 'speech' },
      environment: { clock, connect: hearingService() },
    });
    const room = new LivingRoom(SEED);
    const warnings = new Map<string, number>();
    const { heard, wrongTimes } = listenTo(session, room);
    session.on('warning', ({ code }) => warnings.set(code, (warnings.get(code) ?? 0) + 1));
    let afterAnHour = 0;
    let givenMs = 0;
    for (const chunk of room.chunks(24 * HOUR_MS)) {
      await session.append(chunk, RAW);
      clock.advance(CHUNK_MS);
      givenMs += CHUNK_MS;
      if (givenMs === HOUR_MS) afterAnHour = await memoryBytes();
    }
    const grownBytes = (await memoryBytes()) - afterAnHour;
    const statistics = await session.finish();
    assert.deepEqual(
      heard,
      room.said.map(({ text }) => text),
    );
    assert.deepEqual(wrongTimes, []);
    const { audioInMs, audioSentMs, audioGatedMs, audioLostMs, reconnects } = statistics;
    assert.equal(audioInMs, 24 * HOUR_MS);
    assert.equal(audioSentMs + audioGatedMs, audioInMs);
    assert.equal(audioLostMs, 0);
    // Speech takes 42 minutes of the day, and music 25.
    assert.ok(audioSentMs < 100 * 60_000, `${audioSentMs} ms of audio were sent`);
    // A service that gives no result for music is taken for silent once after each text.
    assert.ok(reconnects <= 10, `${reconnects} reconnects`);
    assert.deepEqual(statistics.reconnectsByReason, { CONNECTION_LOST: warnings.get('SERVICE_SILENT') });
    assert.ok(grownBytes < 4 * 1024 * 1024, `${grownBytes} bytes`);
  });

  it('loses no word where connections break while somebody speaks, and reports each once, in order', async () => {
    const clock = new ManualClock();
    const random = new Random(SEED);
    const session = openSession({
      region: 'local',
      model: 'fun-asr-realtime',
      voiceGate: { send: 'speech' },
      environment: { clock, connect: hearingService({ wordsUntilBreak: () => random.int(2, 40) }) },
    });
    const room = new LivingRoom(SEED + 1);
    const { heard, wrongTimes } = listenTo(session, room);
    for (const chunk of room.chunks(2 * HOUR_MS)) {
      await session.append(chunk, RAW);
      clock.advance(CHUNK_MS);
    }
    const { audioLostMs, audioSentMs, audioGatedMs, audioInMs, reconnectsByReason } = await session.finish();
    assert.deepEqual(
      heard,
      room.said.map(({ text }) => text),
    );
    assert.deepEqual(wrongTimes, []);
    assert.equal(audioLostMs, 0);
    assert.ok(audioSentMs < audioInMs / 5, `${audioSentMs} ms of audio were sent`);
    assert.equal(audioSentMs + audioGatedMs, audioInMs);
    assert.ok((reconnectsByReason.CONNECTION_LOST ?? 0) > 10, JSON.stringify(reconnectsByReason));
  });
});

/** The words of all finals, and the sentences whose time is not that of their first word. */
function listenTo(session: Session, { said }: LivingRoom): { heard: string[]; wrongTimes: string[] } {
  const heard: string[] = [];
  const wrongTimes: string[] = [];
  session.on('final', ({ text, beginMs }) => {
    const [first = ''] = text.split(' ');
    const saidAtMs = said[Number(first)]?.atMs;
    if (saidAtMs !== beginMs) wrongTimes.push(`${first}: ${beginMs} for ${saidAtMs}`);
    heard.push(...text.split(' '));
  });
  return { heard, wrongTimes };
}

async function memoryBytes(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
