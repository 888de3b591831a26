import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../support/cli';

describe('flow-asr', function () {
  this.timeout(20_000);
  this.slow(3000);

  for (const args of [['--help'], ['-h'], ['help']]) {
    it(`prints its commands for ${args.join(' ')}`, async () => {
      const { exitCode, stdout, stderr } = await runCli(args);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, /^Usage: flow-asr COMMAND[^]*transcribe FILE[^]*service/);
    });
  }

  for (const command of ['transcribe', 'service']) {
    it(`prints the options of ${command}`, async () => {
      const { exitCode, stdout, stderr } = await runCli([command, '--help']);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^Usage: flow-asr ${command}[^]*--help`));
      for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
    });
  }

  for (const flag of ['--version', '-V']) {
    it(`prints the version of the package for ${flag}`, async () => {
      const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as {
        version: string;
      };
      assert.deepEqual(await runCli([flag]), { exitCode: 0, stdout: `${version}\n`, stderr: '' });
    });
  }

  it('prints its commands as an error when it is given none', async () => {
    const { exitCode, stdout, stderr } = await runCli([]);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^Usage: flow-asr COMMAND/);
  });

  for (const command of ['transcrib', '--bogus', 'constructor']) {
    it(`refuses the unknown command ${command}`, async () => {
      const { exitCode, stdout, stderr } = await runCli([command]);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.ok(stderr.startsWith(`flow-asr: unknown command "${command}".\n`), stderr);
    });
  }
});
