import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flagsOf } from '../../bin/cli/command';
import { COMMANDS } from '../../bin/commands';
import { MODELS } from '../../lib';
import { runCli } from '../support/cli';

const hasShell = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe('flow-asr completion', function () {
  this.timeout(20_000);
  let folder = '';
  let script = '';

  before(async function () {
    if (!hasShell('bash')) this.skip();
    const { exitCode, stdout, stderr } = await runCli(['completion', 'bash']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    script = path.join(folder, 'flow-asr.bash');
    writeFileSync(script, stdout);
    writeFileSync(path.join(folder, 'my recording.wav'), '');
    mkdirSync(path.join(folder, 'texts'));
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  /** The completions that a real bash offers behind these words; the last one is being typed. */
  function offered(...words: string[]): string[] {
    const ask =
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flow_asr; printf "%s\\n" "${COMPREPLY[@]}"';
    const args = ['--norc', '--noprofile', '-c', ask, 'bash', script, 'flow-asr', ...words];
    return execFileSync('bash', args, { encoding: 'utf8', cwd: folder }).split('\n').filter(Boolean);
  }

  it('offers every command in a real bash', () => {
    const names = COMMANDS.map(({ name }) => name);
    assert.deepEqual(offered('').sort(), [...names, '--help', '--version'].sort());
    assert.deepEqual(offered('tr'), ['transcribe']);
  });

  for (const command of COMMANDS) {
    it(`offers every flag of ${command.name}`, () => {
      const flags = offered(command.name, '--');
      for (const { name, isNegatable } of flagsOf(command)) {
        assert.ok(flags.includes(`--${name}`), name);
        assert.equal(flags.includes(`--no-${name}`), isNegatable === true, `--no-${name}`);
      }
    });
  }

  it('offers the values of a flag that has some', () => {
    assert.deepEqual(
      offered('transcribe', 'a.wav', '--model', ''),
      MODELS.map(({ id }) => id),
    );
    assert.deepEqual(offered('transcribe', '--mode', 'v'), ['vad']);
    // bash takes the equals sign for a word of its own.
    assert.deepEqual(offered('transcribe', '--mode', '=', 'm'), ['manual']);
    assert.deepEqual(offered('transcribe', '--silence-ms', ''), []);
  });

  it('offers files, also with blanks in their names, and folders where only those are taken', () => {
    assert.deepEqual(offered('transcribe', 'my'), ['my recording.wav']);
    assert.deepEqual(offered('transcribe', '--out', ''), ['texts']);
    assert.ok(offered('help', '').includes('settings'));
  });

  for (const shell of ['zsh', 'fish']) {
    it(`prints a script for ${shell} with every flag, which that shell can read where it is installed`, async () => {
      const { exitCode, stdout } = await runCli(['completion', shell]);
      assert.equal(exitCode, 0);
      for (const command of COMMANDS) {
        for (const { name } of flagsOf(command)) {
          assert.ok(
            stdout.includes(shell === 'fish' ? `-l ${name} ` : `--${name}`),
            `${command.name} --${name}`,
          );
        }
      }
      if (!hasShell(shell)) return;
      const file = path.join(folder, `flow-asr.${shell}`);
      writeFileSync(file, stdout);
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  it('refuses a shell that it does not know', async () => {
    const { exitCode, stderr } = await runCli(['completion', 'csh']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^flow-asr: Expected one of bash, zsh, fish\. See flow-asr completion --help\.\n$/);
  });
});

describe('the table of commands', () => {
  for (const command of COMMANDS) {
    it(`has each flag of ${command.name} once, with a text`, () => {
      const flags = flagsOf(command);
      const names = flags.flatMap(({ name, short, isNegatable }) => [
        name,
        ...(short ? [short] : []),
        ...(isNegatable ? [`no-${name}`] : []),
      ]);
      assert.deepEqual(names, [...new Set(names)]);
      for (const { name, help } of flags) {
        assert.match(name, /^[a-z][a-z\d-]*$/);
        assert.match(help, /^.+[.]$/, name);
      }
    });
  }
});
