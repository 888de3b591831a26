import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flagsOf } from '../../bin/cli/command';
import { readArguments } from '../../bin/cli/arguments';
import { COMMANDS } from '../../bin/commands';
import { givenSession } from '../../bin/flags/session';
import { PRESETS } from '../../nodes/presets';
import { runCli } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { silence, wav } from '../support/scripted-audio';
import { configurationOf } from '../support/settings-on-wire';

const TRANSCRIBE = COMMANDS.find(({ name }) => name === 'transcribe')!;

/** The options of a session that these flags give. */
function given(...args: string[]) {
  const { model, mode, sampleRateHz, parameters } = givenSession(readArguments(TRANSCRIBE, args)).options;
  return { model, mode, sampleRateHz, parameters };
}

describe('flow-asr --preset', function () {
  this.timeout(20_000);
  const rig = useLibRig();
  let key: string | undefined;
  beforeEach(() => {
    key = process.env.DASHSCOPE_API_KEY;
    delete process.env.DASHSCOPE_API_KEY;
  });
  afterEach(() => {
    if (key !== undefined) process.env.DASHSCOPE_API_KEY = key;
  });

  for (const name of ['transcribe', 'listen', 'wyoming']) {
    it(`is a flag of ${name} with every preset of the nodes`, () => {
      const flags = flagsOf(COMMANDS.find((command) => command.name === name)!);
      assert.deepEqual(flags.find((flag) => flag.name === 'preset')?.choices, Object.keys(PRESETS));
    });
  }

  it('reaches the service, each setting unless a flag of its own gives another', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    try {
      const file = path.join(folder, 'hello.wav');
      await writeFile(file, wav(silence(2000)));
      await rig.serve({ utterances: ['Hello.'] });
      const args = ['transcribe', file, '--preset', 'conversation', '--silence-ms', '600'];
      const { exitCode, stderr } = await runCli([...args, '--address', rig.service.url]);
      assert.deepEqual([exitCode, stderr], [0, '']);
      const { session } = configurationOf(rig.service.sessions[0]) as {
        session?: { turn_detection: Record<string, unknown> };
      };
      assert.deepEqual(session?.turn_detection, {
        type: 'server_vad',
        threshold: 0,
        silence_duration_ms: 600,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('sets what the model has, and no turn detection in manual mode', () => {
    const { parameters } = given('--preset', 'meeting', '--model', 'fun-asr-realtime');
    assert.deepEqual(parameters, { semanticPunctuation: true, silenceMs: 1500 });
    assert.deepEqual(given('--preset', 'meeting').parameters, { silenceMs: 1500 });
    assert.deepEqual(given('--preset', 'conversation', '--mode', 'manual').parameters, {});
    const off = given('--preset', 'meeting', '--model', 'fun-asr-realtime', '--no-semantic-punctuation');
    assert.deepEqual(off.parameters, { semanticPunctuation: false, silenceMs: 1500 });
  });

  it('for phone calls takes a model of the region for 8000 Hz, and leaves one that was given', () => {
    const beijing = given('--preset', 'phone', '--region', 'beijing');
    assert.deepEqual([beijing.model, beijing.sampleRateHz], ['paraformer-realtime-8k-v2', 8000]);
    process.env.DASHSCOPE_API_KEY = 'sk-of-a-cloud';
    assert.equal(given('--preset', 'phone').model, 'qwen3-asr-flash-realtime');
    delete process.env.DASHSCOPE_API_KEY;
    const chosen = given('--preset', 'phone', '--model', 'fun-asr-realtime');
    assert.deepEqual([chosen.model, chosen.sampleRateHz], ['fun-asr-realtime', undefined]);
    assert.equal(given('--preset', 'phone', '--sample-rate-hz', '16000').sampleRateHz, 16_000);
  });

  it('is refused where there is none of the name', async () => {
    const { exitCode, stderr } = await runCli(['transcribe', 'a.wav', '--preset', 'party']);
    assert.equal(exitCode, 2);
    assert.match(
      stderr,
      /^flow-asr: --preset must be conversation, dictation, meeting, phone, not "party"\./,
    );
  });
});
