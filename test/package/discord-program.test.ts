import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService } from '../../local-service';
import { PACKAGE_NAME, ROOT, temporaryFolder } from '../hosts/support/packed';
import { DISCORD_PACKAGES, discordEnvironment, SPEAKERS } from '../support/discord';
import { linkPackages } from '../support/link-packages';
import { waitUntil } from '../support/wait-until';
import { wordErrorRate } from '../support/word-error-rate';

const MAX_WORD_ERRORS = 0.15;
const RECOGNISED_WITHIN_MS = 60_000;

describe('the program examples/discord-voice.mjs', function () {
  this.timeout(2 * RECOGNISED_WITHIN_MS);

  it('writes what each speaker of a voice channel says, and ends at Ctrl+C', async () => {
    const folder = temporaryFolder();
    const program = path.join(folder, 'discord-voice.mjs');
    copyFileSync(path.join(ROOT, 'examples/discord-voice.mjs'), program);
    linkPackages(folder, { [PACKAGE_NAME]: ROOT, ...DISCORD_PACKAGES });
    const service = await startLocalService({ engine: 'recogniser' });
    const child = spawn(process.execPath, [program, service.url], {
      env: { ...process.env, ...discordEnvironment(), DASHSCOPE_API_KEY: '', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (lines.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (lines.err += text));
    const closed = once(child, 'close');
    try {
      const of = (name: string): string =>
        lines.out
          .split('\n')
          .flatMap((line) => line.split(`${name}: `)[1] ?? [])
          .join(' ');
      const isWhole = ({ username, said }: (typeof SPEAKERS)[number]): boolean =>
        wordErrorRate(said, of(username)) <= MAX_WORD_ERRORS;
      await waitUntil(
        () => SPEAKERS.every(isWhole) || child.exitCode !== null,
        'both texts',
        RECOGNISED_WITHIN_MS,
      );
      assert.ok(SPEAKERS.every(isWhole), lines.out);
      child.kill('SIGINT');
      assert.deepEqual(await closed, [0, null]);
      assert.equal(lines.err, '');
    } finally {
      child.kill('SIGKILL');
      await closed;
      await service.close();
    }
  });
});
