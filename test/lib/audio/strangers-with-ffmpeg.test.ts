import assert from 'node:assert/strict';
import { AsrError, describeAudio } from '../../../lib';
import { ffmpegPath } from '../../support/audio-fixtures';
import { withEnvironment } from '../../support/environment';
import { FILES } from '../../support/strangers-input';

describe("a stranger's file where there is an ffmpeg", function () {
  this.timeout(30_000);

  for (const [what, body, fileName, mimeType, outcome] of FILES) {
    // In formats that only ffmpeg knows, noise follows the mark; ffmpeg refuses it or plays it.
    const isFfmpegs = outcome !== 'heard' && outcome.source.includes('ffmpeg');
    it(`is ${outcome === 'heard' ? 'heard' : isFfmpegs ? 'played or refused' : 'refused'}: ${what}`, () =>
      withEnvironment({ FFMPEG_PATH: ffmpegPath() }, async () => {
        const hints = { fileName, isRecording: true, ...(mimeType && { mimeType }) };
        const info = await describeAudio(body, { hints }).catch((error: unknown) => {
          assert.ok(error instanceof AsrError, String(error));
          assert.ok(['BAD_AUDIO', 'UNKNOWN_AUDIO'].includes(error.code), error.code);
          assert.ok(error.message.length < 900, error.message);
          return undefined;
        });
        if (outcome === 'heard') assert.ok(info && info.seconds > 1.9);
        else if (isFfmpegs) assert.ok(!info || (info.byFfmpeg && info.seconds > 0));
        else assert.equal(info, undefined, JSON.stringify(info));
      }));
  }
});
