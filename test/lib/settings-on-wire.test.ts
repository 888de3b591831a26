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
      // The 8k and v1 models send it only where it was chosen (protocol.md E 16).
      const { heartbeat } = model.parameters;
      const stays = heartbeat?.kind === 'boolean' && heartbeat.default;
      const needed = ['format', 'sample_rate', ...(stays ? ['heartbeat'] : [])];
      assert.deepEqual(
        Object.keys(parameters ?? {}).filter((name) => !needed.includes(name)),
        [],
      );
    });
  }

  for (const { id } of MODELS.filter(({ context }) => context === 'update')) {
    it(`change the context of a running task of ${id} (protocol.md B.2.3, E 15)`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const { session } = rig.open({ model: id });
      await session.append(silence(500));
      await session.ready();
      session.updateContext([{ user: 'Names' }]);
      await session.finish();
      const changes = service.sessions[0]!.received.filter(
        (one) => one.kind === 'json' && one.type === 'continue-task',
      );
      assert.equal(changes.length, 1);
    });
  }

  it('pass the bytes of opus on to Qwen-ASR-Realtime as they are (protocol.md E 17)', async () => {
    const service = await rig.serve({ utterances: ['Hello.'] }, { keepAudio: true });
    const { session } = rig.open({ wireFormat: 'opus' });
    const bytes = Buffer.from(Array.from({ length: 4001 }, (_, i) => (i * 7) % 256));
    await session.append(bytes);
    await session.finish().catch(() => undefined);
    const [record] = service.sessions;
    assert.deepEqual(Buffer.concat(record!.audio), bytes);
    const { session: sent } = configurationOf(record) as { session?: { input_audio_format: string } };
    assert.equal(sent?.input_audio_format, 'opus');
  });

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
