import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArguments } from '../../bin/cli/arguments';
import { COMMANDS } from '../../bin/commands';
import { givenSession } from '../../bin/flags/session';
import { MODELS } from '../../lib';
import type { SessionOptions } from '../../lib';
import { configure, entriesOf, fieldsOf } from '../../lib/hosts';
import { flagOf } from '../../bin/flags/option-flag';
import { SESSION_TABLE } from '../../bin/flags/recognition';
import { OPTION_ROWS } from '../../scripts/settings-rows';
import type { OptionPath } from '../../scripts/settings-rows';
import { useLibRig } from '../support/lib-rig';
import { configurationOf } from '../support/settings-on-wire';

/** What somebody types, and what the library gets of it. */
const SAMPLES: Readonly<Partial<Record<OptionPath, [typed: string, option: unknown]>>> = {
  region: ['beijing', 'beijing'],
  address: ['ws://127.0.0.1:9', 'ws://127.0.0.1:9'],
  workspaceId: ['ws-1', 'ws-1'],
  proxy: ['none', false],
  model: ['qwen-audio-3.1-asr-flash-streaming', 'qwen-audio-3.1-asr-flash-streaming'],
  mode: ['manual', 'manual'],
  language: ['en-US,de', ['en', 'de']],
  context: ['Names', [{ user: 'Names' }]],
  wireFormat: ['opus', 'opus'],
  sampleRateHz: ['8000', 8000],
  otherSettings: ['{"brand_new": 1}', { brand_new: 1 }],
  firstConnectTimeoutMs: ['0', 0],
  connectTimeoutMs: ['101', 101],
  configureTimeoutMs: ['102', 102],
  commitTimeoutMs: ['103', 103],
  finishTimeoutMs: ['104', 104],
  pingIntervalMs: ['105', 105],
  pongTimeoutMs: ['106', 106],
  answerTimeoutMs: ['107', 107],
  maxAgeMs: ['0', 0],
  maxHeldAudioMs: ['1008', 1008],
  maxReplayAudioMs: ['1009', 1009],
  overload: ['dropOldest', 'dropOldest'],
  'reconnect.maxAttempts': ['3', 3],
  'reconnect.baseDelayMs': ['110', 110],
  'reconnect.maxDelayMs': ['111', 111],
  'pace.burstMs': ['112', 112],
  'pace.multiple': ['1.5', 1.5],
  'idle.policy': ['keepAlive', 'keepAlive'],
  'idle.afterMs': ['1013', 1013],
  'voiceGate.send': ['speech', 'speech'],
  'voiceGate.closeAfterMs': ['1014', 1014],
  'voiceGate.leadMs': ['1015', 1015],
  statisticsIntervalMs: ['116', 116],
};
/** The flags of these two are no rows of the table of options. */
const OBJECTS: readonly OptionPath[] = ['trace', 'log'];

/** Each sample goes with options that it needs. */
const NEEDED: Readonly<Partial<Record<OptionPath, string[]>>> = {
  language: ['--model', 'qwen-audio-3.1-asr-flash-streaming'],
  context: ['--model', 'fun-asr-realtime'],
  'voiceGate.closeAfterMs': ['--voice-gate-send', 'speech'],
  'voiceGate.leadMs': ['--voice-gate-send', 'speech'],
};

for (const name of ['transcribe', 'listen', 'wyoming']) {
  const command = COMMANDS.find((one) => one.name === name)!;

  /** The options that the flags of the command give, as the library takes them. */
  function optionsOf(args: readonly string[]): SessionOptions {
    const { place, options } = givenSession(readArguments(command, args));
    return { ...options, ...place } as SessionOptions;
  }

  describe(`the flags of flow-asr ${name}`, () => {
    for (const [optionPath, row] of entriesOf(OPTION_ROWS)) {
      const flag =
        row.commandLine ?? `--${flagOf(optionPath, fieldsOf(SESSION_TABLE)[optionPath] as never).name}`;
      if (typeof flag !== 'string' || OBJECTS.includes(optionPath)) continue;

      it(`set the option ${optionPath} by ${flag}`, () => {
        const sample = SAMPLES[optionPath];
        assert.ok(sample, `The option ${optionPath} is new: give it a sample here.`);
        const [typed, expected] = sample;
        const options = optionsOf([flag, typed, ...(NEEDED[optionPath] ?? [])]);
        const value = optionPath.split('.').reduce<unknown>((tree, part) => fieldsOf(tree)[part], options);
        assert.deepEqual(value, expected);
        configure({ region: 'local', ...options, apiKey: 'sk-none' });
      });
    }

    it('set a log by --verbose and a trace by --trace', async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
      const args = ['--verbose', '--trace', path.join(folder, 'trace.jsonl')];
      const { options, trace } = givenSession(readArguments(command, args));
      assert.equal(typeof options.log?.debug, 'function');
      assert.equal(options.trace, trace);
      await trace?.close();
      rmSync(folder, { recursive: true });
    });
  });
}

describe('the formats of flow-asr --wire-format', () => {
  const rig = useLibRig();
  const transcribe = COMMANDS.find(({ name }) => name === 'transcribe')!;
  /** One model for each list of formats. */
  const models = [...new Map(MODELS.map((model) => [model.formats.join(), model])).values()];

  for (const { id, formats } of models) {
    it(`all go out with ${id}`, async () => {
      for (const format of formats) {
        const service = await rig.serve();
        const args = ['--model', id, '--wire-format', format];
        const { session } = rig.open(givenSession(readArguments(transcribe, args)).options);
        await session.ready();
        const frame = configurationOf(service.sessions[0]) as {
          session?: { input_audio_format: string };
          payload?: { parameters: { format: string } };
        };
        assert.equal(frame.session?.input_audio_format ?? frame.payload?.parameters.format, format);
        session.abort();
      }
    });
  }
});
