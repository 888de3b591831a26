import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { wav } from '../../support/scripted-audio';
import { noise } from '../../support/wav-files';

const MP4_BEGINNING = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');

/** Recordings that only their end shows to be unreadable: an error of `append` would come too early. */
const RECORDINGS: [what: string, bytes: Buffer, code: string][] = [
  ['noise, which an ffmpeg has to be asked about', noise(50_000), 'UNKNOWN_AUDIO'],
  ['ten bytes of noise', noise(10), 'UNKNOWN_AUDIO'],
  ['an MP4 without its index', Buffer.concat([MP4_BEGINNING, noise(30_000)]), 'BAD_AUDIO'],
];

describe('a commit of a recording that cannot be read', () => {
  const rig = useLibRig();
  let folder = '';
  let ffmpeg = '';

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    ffmpeg = path.join(folder, 'ffmpeg');
    // It knows no format, and says so only once it has read everything, as the real one does with short input.
    writeFileSync(ffmpeg, '#!/bin/sh\ncat >/dev/null\nexit 1\n', { mode: 0o755 });
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const mode of ['vad', 'manual'] as const) {
    for (const [what, bytes, code] of RECORDINGS) {
      it(`fails and says why, in place of an empty text, in mode ${mode}: ${what}`, () =>
        withEnvironment({ FFMPEG_PATH: ffmpeg }, async () => {
          await rig.serve({ utterances: ['Good.'] });
          const recorded = rig.open({ mode });
          await recorded.session.append(bytes, { isRecording: true });
          await assert.rejects(recorded.session.commit(), { code });
          await recorded.session.append(wav(JFK_PCM));
          assert.equal((await recorded.session.commit()).text, 'Good.');
          await recorded.session.finish();
          assert.deepEqual(recorded.of('warning'), []);
        }));
    }

    it(`answers with what came before it, and warns, in mode ${mode}`, () =>
      withEnvironment({ FFMPEG_PATH: ffmpeg }, async () => {
        await rig.serve({ utterances: ['Good.'] });
        const recorded = rig.open({ mode });
        await recorded.session.append(wav(JFK_PCM));
        await recorded.session.append(RECORDINGS[2]![1], { isRecording: true });
        assert.equal((await recorded.session.commit()).text, 'Good.');
        await recorded.session.finish();
        const warnings = recorded.of('warning').map(({ code, message }) => `${code}: ${message}`);
        assert.equal(warnings.length, 1);
        assert.match(warnings[0] ?? '', /^AUDIO_CUT: .*MP4/);
      }));

    it(`fails because the session is over, where that was aborted meanwhile, in mode ${mode}`, () =>
      withEnvironment({ FFMPEG_PATH: ffmpeg }, async () => {
        await rig.serve();
        const { session } = rig.open({ mode });
        await session.append(noise(50_000), { isRecording: true });
        const committed = session.commit();
        session.abort();
        await assert.rejects(committed, { code: 'SESSION_CLOSED' });
      }));
  }
});
