import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kebab } from '../../bin/flags/option-flag';
import type { Model } from '../../lib';
import { runCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';
import {
  assertSamplesOnWire,
  configurationOf,
  DIFFERENT_MODELS,
  otherSamplesOf,
  samplesOf,
} from '../support/settings-on-wire';

/** Each sample as somebody would type it. */
function flagsOf(model: Model): string[] {
  const settings = Object.entries(samplesOf(model)).flatMap(([name, value]) => {
    const flag = kebab(name);
    if (typeof value === 'boolean') return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  const { mode, language, sampleRateHz, otherSettings } = otherSamplesOf(model);
  return [
    ...settings,
    ...(model.modes.length > 1 ? ['--mode', mode] : []),
    ...(language === undefined ? [] : ['--language', language]),
    '--sample-rate-hz',
    String(sampleRateHz),
    '--other-settings',
    JSON.stringify(otherSettings),
  ];
}

describe('the flags of flow-asr transcribe', function () {
  this.timeout(60_000);
  this.slow(5000);
  const rig = useLibRig();
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const model of DIFFERENT_MODELS) {
    it(`send every setting of ${model.id}`, async () => {
      const service = await rig.serve({ utterances: ['Hello.'] });
      const rateHz = otherSamplesOf(model).sampleRateHz;
      const file = path.join(folder, `${model.id}.wav`);
      await writeFile(file, wav(silence(2500, rateHz), rateHz));
      const place = ['--address', service.url, '--model', model.id];
      const { exitCode, stdout, stderr } = await runCli(['transcribe', file, ...place, ...flagsOf(model)]);
      assert.deepEqual([exitCode, stdout, stderr], [0, 'Hello.\n', '']);
      assertSamplesOnWire(configurationOf(service.sessions[0]), model);
    });
  }
});
