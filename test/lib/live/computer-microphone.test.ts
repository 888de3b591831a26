import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AsrError } from '../../../lib';
import { feedSamples } from '../../../lib/live/feed-samples';
import { computerMicrophone } from '../../../lib/live/sources/computer-microphone';
import { listMicrophones } from '../../../lib/live/sources/list-microphones';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { leaveNothingOpen } from '../../support/open-resources';

/** A tenth of a second has no whole number of samples at this rate. */
const ODD_RATE_HZ = 11_025;

describe('the microphone of this computer', () => {
  leaveNothingOpen();

  const NAMES = [
    '-D',
    '--help',
    'file:/tmp/x',
    'tee:default,/tmp/x',
    'plug:tee:default',
    '|rm x',
    'a b; c',
    '$(id)',
    '../x',
    "hw:0'",
    'x\nfile',
  ];
  for (const device of NAMES) {
    it(`does not give ${JSON.stringify(device)} to a program`, () => {
      // ALSA alone understands what is behind a second colon; to parec it is a name that no source has.
      const recorder = device.startsWith('plug:') ? 'arecord' : 'auto';
      assert.throws(() => computerMicrophone({ device, recorder, rateHz: 16_000 }), {
        code: 'INVALID_OPTION',
        param: 'device',
      });
    });
  }

  it('says what to install where no program records', async () => {
    const { PATH } = process.env;
    process.env.PATH = '/nowhere';
    try {
      const source = computerMicrophone({ recorder: 'arecord', rateHz: 16_000 });
      await assert.rejects(source.connect(new AbortController().signal), ({ code, message }: AsrError) => {
        assert.equal(code, 'INVALID_OPTION');
        return /looked for arecord.*alsa-utils/.test(message);
      });
      assert.deepEqual(await listMicrophones(), []);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it('gives whole samples wherever its pipe cuts them, and goes on at the right byte after half a sample', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'recorder-'));
    try {
      // It prints pieces of odd lengths one by one, and ends within a sample.
      const said = JFK_PCM.subarray(0, 44_101);
      await writeFile(path.join(folder, 'said.raw'), said);
      const recorder = `#!${process.execPath}
        const said = require('node:fs').readFileSync(${JSON.stringify(path.join(folder, 'said.raw'))});
        const lengths = [1, 2205, 3, 4099, 1103];
        const print = (at, turn) => {
          const end = at + lengths[turn % lengths.length];
          process.stdout.write(said.subarray(at, end), () => end < said.length && setTimeout(print, 2, end, turn + 1));
        };
        print(0, 0);`;
      await writeFile(path.join(folder, 'parec'), recorder, { mode: 0o755 });
      await withEnvironment({ PATH: folder }, async () => {
        const source = computerMicrophone({ recorder: 'parec', rateHz: ODD_RATE_HZ });
        for (let time = 0; time < 2; time += 1) {
          const feed = await source.connect(new AbortController().signal);
          assert.equal(feed.hints.rate, ODD_RATE_HZ);
          const pieces: Uint8Array[] = [];
          for await (const piece of feedSamples(feed, { rateHz: ODD_RATE_HZ })) pieces.push(piece);
          assert.ok(pieces.length > 5, `${pieces.length} pieces`);
          assert.deepEqual([...new Set(pieces.map(({ length }) => length % 2))], [0]);
          assert.deepEqual(Buffer.concat(pieces), said.subarray(0, -1));
        }
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
