import assert from 'node:assert/strict';
import { transcribe } from '../../../lib';
import type { AudioSource } from '../../../lib';
import { useLibRig } from '../../support/lib-rig';
import { silence, wav } from '../../support/scripted-audio';
import { withBrokenEnd } from '../../support/wav-files';

const RECORDING = wav(silence(3000));

describe('an error in the middle of a recording', () => {
  const rig = useLibRig();

  async function* broken(): AsyncGenerator<Buffer> {
    await Promise.resolve();
    yield RECORDING.subarray(0, 90_000);
    throw new Error('the disk is gone');
  }

  const sources: [what: string, source: () => AudioSource, said: RegExp][] = [
    ['a stream that breaks off', broken, /AUDIO_CUT.*the disk is gone/],
    ['what follows cannot be read', () => withBrokenEnd(RECORDING), /AUDIO_CUT.*FLAC/],
  ];
  for (const [what, source, said] of sources) {
    it(`costs no sentence that is there, and is a warning: ${what}`, async () => {
      await rig.serve({ utterances: ['Good morning.'] });
      const warnings: string[] = [];
      const { text } = await transcribe(source(), {
        region: 'local',
        address: rig.service.url,
        onEvent: (event) => {
          if (event.type === 'warning') warnings.push(`${event.code}: ${event.message}`);
        },
      });
      assert.equal(text, 'Good morning.');
      assert.equal(warnings.length, 1, warnings.join());
      assert.match(warnings[0] ?? '', said);
    });
  }

  it('is the error where there is no sentence', async () => {
    await rig.serve({ utterances: [] });
    await assert.rejects(transcribe(broken(), { region: 'local', address: rig.service.url }), {
      code: 'BAD_AUDIO',
      message: /the disk is gone/,
    });
  });
});
