import assert from 'node:assert/strict';
import type { AsrError } from '../../../lib';
import { computerMicrophone } from '../../../lib/live/sources/computer-microphone';
import { listMicrophones } from '../../../lib/live/sources/list-microphones';
import { leaveNothingOpen } from '../../support/open-resources';

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
});
