import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { TemporaryFile } from '../../lib/audio/temporary-file';
import { hostState } from '../../nodes/n8n/shared/host-state';
import { withEnvironment } from '../support/environment';
import { waitUntil } from '../support/wait-until';
import { useN8n } from './support/n8n-rig';

describe('temporary files of an n8n that was killed', () => {
  const n8n = useN8n();
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'n8n-sweep-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are removed when n8n loads the package again, and those of living processes stay', async () => {
    await withEnvironment({ TMPDIR: folder }, async () => {
      const living = await TemporaryFile.create();
      const { pid: dead } = spawnSync(process.execPath, ['--version']);
      const ofLiving = path.dirname(living.path);
      const ofDead = ofLiving.replace(`-${process.pid}-`, `-${dead}-`);
      mkdirSync(ofDead);
      writeFileSync(path.join(ofDead, 'audio'), 'left behind');
      assert.ok(ofDead.includes(hostname().replaceAll(/[^\w.]/g, '_')));

      // The state is that of a process that has just started.
      hostState('sweeps').clear();
      await n8n.reload();
      await waitUntil(() => !existsSync(ofDead), 'the files of the dead process to be removed');
      assert.ok(existsSync(living.path));
      await living.remove();
    });
  });
});
