import assert from 'node:assert/strict';
import type { ScriptConnection } from '../../../local-service';
import { useLibRig } from '../../support/lib-rig';
import { RAW, silence } from '../../support/scripted-audio';

const MODEL = 'paraformer-realtime-v2';

/** The same speech on every connection: three sentences, the second of which is open when the first connection ends. */
const SPEECH: ScriptConnection = {
  utterances: [
    { text: 'One two three.', atMs: 200, endMs: 1100 },
    { text: 'Four five six.', atMs: 2600, endMs: 3600 },
    { text: 'Seven eight.', atMs: 5200, endMs: 5900 },
  ],
};

describe('a lost connection of a service that does not number its sentences (protocol.md B.4)', () => {
  const rig = useLibRig();

  for (const quirks of [['noSentenceIds'], []] as const) {
    const name = quirks.length > 0 ? 'without sentence_id' : 'with sentence_id';

    for (const cutAtMs of [3000, 3400, 4600]) {
      it(`loses and doubles no word, and keeps the ids of sentences (${name}, cut at ${cutAtMs} ms)`, async () => {
        const service = await rig.serve({
          connections: [
            { ...SPEECH, quirks: [...quirks], faults: [{ atAudioMs: cutAtMs, do: 'terminate' }] },
            // The replay begins with the sentence before, because that is near and short.
            { ...SPEECH, quirks: [...quirks] },
          ],
        });
        const recorded = rig.open({ model: MODEL, reconnect: { baseDelayMs: 1 } });
        await recorded.session.append(silence(cutAtMs), RAW);
        await recorded.next('resumed');
        await recorded.session.append(silence(7000 - cutAtMs), RAW);
        await recorded.session.finish();
        assert.equal(service.sessions.length, 2);
        assert.deepEqual(recorded.finals, ['One two three.', 'Four five six.', 'Seven eight.']);
        const ids = recorded.of('final').map(({ sentenceId }) => sentenceId);
        assert.equal(new Set(ids).size, 3);
        const begun = recorded.of('speechStarted').map(({ sentenceId }) => sentenceId);
        assert.deepEqual(begun, ids);
      });
    }
  }
});
