import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Model } from '../../lib';
import { MODELS } from '../../lib';
import { freePort } from '../support/live-audio';
import { silence, wav } from '../support/scripted-audio';
import {
  assertSamplesOnWire,
  configurationOf,
  DIFFERENT_MODELS,
  otherSamplesOf,
  samplesOf,
} from '../support/settings-on-wire';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import { useTriggerHost } from './trigger/trigger-host';

/** Field values as n8n stores them: lists and objects are text. */
function parametersOf(model: Model): INodeParameters {
  const settings = Object.entries(samplesOf(model)).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ]);
  const { mode, language, sampleRateHz, otherSettings } = otherSamplesOf(model);
  const options: IDataObject = {
    ...(Object.fromEntries(settings) as IDataObject),
    otherSettings: JSON.stringify(otherSettings),
    // A model with one rate has no field for it.
    ...(model.sampleRatesHz.length > 1 && { sampleRateHz }),
  };
  return {
    model: model.id,
    mode,
    ...(language !== undefined && (model.maxLanguages > 1 ? { languages: [language] } : { language })),
    options: options as INodeParameters,
  };
}

describe('the settings of the n8n nodes', () => {
  const host = useTriggerHost(() => n8n);
  const n8n = useN8n();

  for (const model of DIFFERENT_MODELS) {
    const { sampleRateHz } = otherSamplesOf(model);

    it(`all go out from Speech to Text with ${model.id}`, async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      const recording = binaryItem(wav(silence(2500, sampleRateHz), sampleRateHz));
      const result = await n8n.run([
        { name: 'Start', type: 'items', items: [recording], to: [['Transcribe']] },
        { name: 'Transcribe', type: 'asrTranscribe', parameters: parametersOf(model) },
      ]);
      assert.deepEqual(result.texts('Transcribe'), ['Hello.']);
      assertSamplesOnWire(configurationOf(n8n.service.sessions[0]), model);
    });

    it(`all go out from Speech Session with ${model.id}`, async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      await n8n.run([
        { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Open']] },
        {
          name: 'Open',
          type: 'asrSession',
          parameters: { operation: 'open', ...parametersOf(model) },
          to: [['Finish']],
        },
        { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } },
      ]);
      assertSamplesOnWire(configurationOf(n8n.service.sessions[0]), model);
    });

    it(`all go out from Live Speech Trigger with ${model.id}`, async () => {
      await n8n.serve();
      // A port tries its settings when it is opened, before anybody connects.
      await host.activate({ source: 'tcp', port: await freePort(), ...parametersOf(model) });
      assertSamplesOnWire(configurationOf(n8n.service.sessions[0]), model);
    });
  }

  /** One model for each list of formats. */
  const models = [...new Map(MODELS.map((model) => [model.formats.join(), model])).values()];
  for (const { id, formats } of models) {
    it(`have each wire format of ${id}`, async () => {
      for (const wireFormat of formats) {
        await n8n.serve();
        const parameters = { operation: 'open', model: id, options: { wireFormat } };
        await n8n.run([
          { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Open']] },
          { name: 'Open', type: 'asrSession', parameters, to: [['Finish']] },
          { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } },
        ]);
        const frame = configurationOf(n8n.service.sessions[0]) as {
          session?: { input_audio_format: string };
          payload?: { parameters: { format: string } };
        };
        assert.equal(frame.session?.input_audio_format ?? frame.payload?.parameters.format, wireFormat);
      }
    });
  }
});
