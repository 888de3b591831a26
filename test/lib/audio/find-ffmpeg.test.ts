import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '../../../lib/audio/find-ffmpeg';

const NAME = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

describe('the ffmpeg that is run', () => {
  let folder = '';

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'flow-asr-')));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(inFolder: string): string {
    mkdirSync(inFolder, { recursive: true });
    const file = path.join(inFolder, NAME);
    writeFileSync(file, '');
    chmodSync(file, 0o755);
    return file;
  }

  it('is the one that the operator names, before all others', async () => {
    program(folder);
    assert.equal(await findFfmpeg({ FFMPEG_PATH: '/opt/ffmpeg', PATH: folder }), '/opt/ffmpeg');
  });

  it('is the one on the PATH, but never one in the folder that the program runs in', async () => {
    const file = program(folder);
    assert.equal(await findFfmpeg({ PATH: ['', '.', folder].join(path.delimiter) }), file);
    const before = process.cwd();
    process.chdir(folder);
    try {
      assert.notEqual(await findFfmpeg({ PATH: ['', '.'].join(path.delimiter) }), file);
    } finally {
      process.chdir(before);
    }
  });

  it('is that of an npm package in the folder where n8n has its packages', async () => {
    const home = path.join(
      folder,
      '.n8n/nodes/node_modules/@ffmpeg-installer',
      `${process.platform}-${process.arch}`,
    );
    const file = program(home);
    writeFileSync(path.join(home, 'package.json'), '{}');
    assert.equal(await findFfmpeg({ PATH: '', N8N_USER_FOLDER: folder }), file);
  });
});
