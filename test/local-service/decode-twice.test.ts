import assert from 'node:assert/strict';
import type { EngineEvent } from '../../local-service/engines/engine';
import { DecodeQueue } from '../../local-service/recogniser/decode-queue';
import { fetchRecogniser } from '../../local-service/recogniser/fetch';
import { ListeningSession } from '../../local-service/recogniser/listening-session';
import { Model } from '../../local-service/recogniser/model';
import { JFK_PCM } from '../support/jfk';
import { silence } from '../support/scripted-audio';

const SETTINGS = { sampleRateHz: 16_000, threshold: 0.2, silenceMs: 800 };
/** "And so, my fellow Americans", followed by more silence than ends a sentence. */
const PHRASE = Buffer.concat([JFK_PCM.subarray(0, 2800 * 32), silence(1500)]);

/**
 * A phrase is decoded again, in the same turn of the event loop as the first decode ends, where that gave no text, and
 * where what was heard with the phrase before does not go on as that did. Each lost its final once, until somebody
 * else spoke.
 */
describe('a recogniser session that decodes a phrase twice', function () {
  // Fetches about 70 MB at first use.
  this.timeout(180_000);
  let model: Model;

  before(async () => {
    model = await Model.load(await fetchRecogniser({}));
  });

  /** The finals of a session in which each decode gives the next of these texts. */
  async function finalsOf(mode: 'vad' | 'manual', pcm: Buffer, texts: string[]): Promise<string[]> {
    const finals: string[] = [];
    const left = [...texts];
    const queue = new DecodeQueue(() => Promise.resolve(left.shift() ?? 'One decode too many.'));
    const session = new ListeningSession(model, queue, { ...SETTINGS, mode }, (event: EngineEvent) => {
      if (event.type === 'final') finals.push(event.text);
    });
    // The audio comes in one piece, so that no interim runs in between.
    session.append(pcm);
    if (mode === 'manual') session.commit();
    await session.finish();
    await queue.idle();
    session.close();
    assert.deepEqual(left, []);
    return finals;
  }

  for (const mode of ['vad', 'manual'] as const) {
    it(`has the text of the second, tighter cut where the first gave none (${mode})`, async () => {
      const pcm = mode === 'vad' ? PHRASE : JFK_PCM.subarray(0, 2800 * 32);
      assert.deepEqual(await finalsOf(mode, pcm, ['', 'Fellow Americans.']), ['Fellow Americans.']);
    });
  }

  it('has the text of the phrase alone where it is not heard behind the one before', async () => {
    const texts = ['And so.', 'Something else entirely.', 'My fellow Americans.'];
    assert.deepEqual(await finalsOf('vad', Buffer.concat([PHRASE, PHRASE]), texts), [
      'And so.',
      'My fellow Americans.',
    ]);
  });
});
