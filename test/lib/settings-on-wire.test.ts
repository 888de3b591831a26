import assert from 'node:assert/strict';
import { MODELS } from '../../lib';
import { useLibRig } from '../support/lib-rig';
import { silence } from '../support/scripted-audio';
import { assertSamplesOnWire, configurationOf, otherSamplesOf, samplesOf } from '../support/settings-on-wire';

describe('the settings of the library', () => {
  const rig = useLibRig();

  for (const model of MODELS) {
    it(`all go out with ${model.id} under the names that the help of their fields tells`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const { language, ...others } = otherSamplesOf(model);
      const { session } = rig.open({
        model: model.id,
        ...others,
        ...(language !== undefined && { language }),
        parameters: samplesOf(model),
      });
      await session.append(silence(500, others.sampleRateHz));
      await session.ready();
      assertSamplesOnWire(configurationOf(service.sessions[0]), model);
    });

    it(`go out with ${model.id} only if they were set, but for what the session needs`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const { session } = rig.open({ model: model.id });
      await session.ready();
      const frame = configurationOf(service.sessions[0]);
      const { parameters } = (frame.payload ?? {}) as { parameters?: object };
      const needed = ['format', 'sample_rate', 'heartbeat'];
      assert.deepEqual(
        Object.keys(parameters ?? {}).filter((name) => !needed.includes(name)),
        [],
      );
    });
  }

  for (const model of MODELS.filter(({ formats }) => formats.length > 1)) {
    it(`send each format of ${model.id} under its name`, async () => {
      for (const wireFormat of model.formats) {
        const service = await rig.serve();
        const { session } = rig.open({ model: model.id, wireFormat });
        await session.ready();
        const frame = configurationOf(service.sessions[0]) as {
          session?: { input_audio_format: string };
          payload?: { parameters: { format: string } };
        };
        assert.equal(frame.session?.input_audio_format ?? frame.payload?.parameters.format, wireFormat);
        session.abort();
      }
    });
  }
});
