import assert from 'node:assert/strict';
import { OngoingAudio } from '../../../lib';
import type { WarningCode } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { deadSilence, wav } from '../../support/scripted-audio';

/** Live audio of which nothing can be recognised, and the warning about it. */
const INPUTS: [what: string, bytes: () => Buffer, code: WarningCode, message: RegExp][] = [
  ['half of the header of a WAV', () => wav(JFK_PCM).subarray(0, 20), 'AUDIO_CUT', /header/],
  ['the whole header of a WAV', () => wav(JFK_PCM).subarray(0, 44), 'AUDIO_CUT', /44 bytes/],
  ['the beginning of an Ogg page', () => fixture('a.opus', '').subarray(0, 30), 'AUDIO_CUT', /./],
  ['the headers of an Ogg Opus', () => fixture('a.opus', '').subarray(0, 47), 'AUDIO_CUT', /./],
  ['the beginning of a WebM', () => fixture('a.webm', '-c:a libopus').subarray(0, 60), 'AUDIO_CUT', /./],
  ['the mark of a FLAC', () => fixture('a.flac', '').subarray(0, 42), 'AUDIO_CUT', /./],
  ['the mark of a SILK', () => Buffer.from('\x02#!SILK_V3', 'latin1'), 'AUDIO_CUT', /10 bytes/],
  ['the beginning of an MP4', () => fixture('a.m4a', '-c:a aac').subarray(0, 40), 'AUDIO_CUT', /./],
  [
    'a tag without the MP3 behind it',
    () => Buffer.from('ID3\x04\0\0\0\0\x0f\0\0\0\0\0\0\0', 'latin1'),
    'AUDIO_CUT',
    /./,
  ],
  ['0.6 s of zeros', () => deadSilence(600), 'AUDIO_ASSUMED', /pcm_s16le, 16000 Hz/],
  ['a second and a half of zeros', () => deadSilence(1500), 'AUDIO_ASSUMED', /pcm_s16le, 16000 Hz/],
  ['half a second of samples', () => JFK_PCM.subarray(0, 16_000), 'AUDIO_ASSUMED', /pcm_s16le, 16000 Hz/],
  ['text in UTF-16', () => Buffer.from('Hello, this is text.', 'utf16le'), 'AUDIO_ASSUMED', /UTF-16/],
  [
    'the same, upper byte first',
    () => Buffer.from('Hello, this is text.', 'utf16le').swap16(),
    'AUDIO_ASSUMED',
    /UTF-16/,
  ],
];

describe('a live session of which nothing was understood', () => {
  const rig = useLibRig();

  for (const [where, ongoing] of [
    ['', () => ({})],
    [', where another session may go on with it', () => ({ ongoing: new OngoingAudio() })],
  ] as const) {
    for (const [what, bytes, code, message] of INPUTS) {
      it(`says so once: ${what}${where}`, () =>
        withEnvironment({ FFMPEG_PATH: '/nowhere/ffmpeg' }, async () => {
          await rig.serve();
          const { session } = rig.open(ongoing());
          const warnings: { code: WarningCode; message: string }[] = [];
          session.on('warning', (warning) => warnings.push(warning));
          await session.append(bytes());
          await session.finish();
          const own = warnings.filter((warning) => warning.code === code);
          assert.equal(own.length, 1, JSON.stringify(warnings));
          assert.match(own[0]!.message, message);
        }));
    }
  }

  it('refuses text in UTF-16 that has a byte order mark', async () => {
    await rig.serve();
    const { session } = rig.open();
    for (const text of ['\ufeffHello there.', '\ufeff你好，世界，再见。']) {
      const bytes = Buffer.from(text, 'utf16le');
      await assert.rejects(session.append(bytes), { code: 'BAD_AUDIO', message: /UTF-16/ });
      await assert.rejects(session.append(bytes.swap16()), { code: 'BAD_AUDIO', message: /UTF-16/ });
    }
    await session.finish();
  });

  it('tells of a recording that broke off also where another one follows', async () => {
    await rig.serve();
    const recorded = rig.open();
    const { session } = recorded;
    await session.append(wav(JFK_PCM).subarray(0, 20));
    await session.append(wav(JFK_PCM));
    await session.finish();
    assert.deepEqual(
      recorded.of('warning').map(({ code }) => code),
      ['AUDIO_CUT'],
    );
  });
});
