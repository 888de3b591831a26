import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flagsOf } from '../../bin/cli/command';
import { EXIT_CODES } from '../../bin/cli/exit-codes';
import type { ExitName } from '../../bin/cli/exit-codes';
import { COMMANDS } from '../../bin/commands';
import { helpFor, pagesOf } from '../../bin/help-command';
import { runCli, startCli } from '../support/cli';
import type { CliResult } from '../support/cli';
import { useLibRig } from '../support/lib-rig';
import { streamAudio } from '../support/live-audio';
import { useLiveServers } from '../support/live-servers';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

describe('the exit codes of flow-asr', function () {
  this.timeout(30_000);
  this.slow(4000);
  const servers = useLiveServers();
  const rig = useLibRig();
  let folder = '';
  let file = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'flow-asr-'));
    file = path.join(folder, 'hello.wav');
    await writeFile(file, wav(silence(2000)));
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => rig.serve({ utterances: ['Hello.'], loop: true }, { apiKey: 'sk-right' }));

  const transcribe = (files: readonly string[], key = 'sk-right', address = rig.service.url) =>
    runCli(['transcribe', ...files, '--first-connect-timeout-ms', '0', '--address', address], {
      DASHSCOPE_API_KEY: key,
    });

  async function signalled(signal: NodeJS.Signals): Promise<CliResult> {
    const radio = await servers.http(streamAudio());
    const args = ['listen', radio, '--address', rig.service.url];
    const { child, output, result } = startCli(args, { DASHSCOPE_API_KEY: 'sk-right' });
    await waitUntil(() => output.stdout !== '', 'a sentence', 20_000);
    child.kill(signal);
    return result;
  }

  /** How each of them comes about. A new code compiles only once it has a row. */
  const RUNS: Readonly<Record<ExitName, () => Promise<CliResult>>> = {
    done: () => transcribe([file]),
    input: () => transcribe([path.join(folder, 'missing.wav')]),
    usage: () => runCli(['transcribe', file, '--jobs', 'many']),
    configuration: () => transcribe([file], 'sk-wrong-0815'),
    service: () => transcribe([file], 'sk-right', 'ws://127.0.0.1:9'),
    partial: () => transcribe([file, path.join(folder, 'missing.wav')]),
    interrupted: () => signalled('SIGINT'),
    terminated: () => signalled('SIGTERM'),
  };

  for (const { name, code, help } of EXIT_CODES) {
    it(`are ${code} for: ${help}`, async () => {
      const { exitCode, stdout, stderr } = await RUNS[name]();
      assert.equal(exitCode, code, stderr);
      const hasText = ['done', 'partial', 'interrupted', 'terminated'].includes(name);
      assert.equal(stdout.includes('Hello.'), hasText);
    });
  }
});

describe('the help of flow-asr', () => {
  for (const command of COMMANDS) {
    it(`tells of every flag and topic of ${command.name}`, () => {
      const help = helpFor(COMMANDS, command.name);
      for (const { name } of flagsOf({ flags: command.flags }))
        assert.ok(help.includes(`--${name}`) || help.includes(`]${name}`), name);
      for (const { name } of command.topics ?? []) assert.match(help, new RegExp(`^  ${name} `, 'm'));
    });
  }

  for (const page of pagesOf(COMMANDS)) {
    it(`has the topic ${page.name} with each of its flags, and names it in the overview`, () => {
      const help = helpFor(COMMANDS, page.name);
      assert.ok(help.startsWith(`flow-asr help ${page.name}: `));
      for (const { name } of page.flags)
        assert.ok(help.includes(`--${name}`) || help.includes(`]${name}`), name);
      assert.match(helpFor(COMMANDS), new RegExp(`^  ${page.name} `, 'm'));
    });
  }

  it('has every exit code under exit-codes', async () => {
    const { exitCode, stdout } = await runCli(['help', 'exit-codes']);
    assert.equal(exitCode, 0);
    for (const { code } of EXIT_CODES) assert.match(stdout, new RegExp(`^${code} `, 'm'));
  });
});
