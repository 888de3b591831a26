import assert from 'node:assert/strict';
import { decode, encode } from 'silk-wasm';
import { describeAudio } from '../../../lib';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { JFK_PCM } from '../../support/jfk';

describe('SILK, as WeChat and QQ send it', () => {
  let file: Buffer;
  /** The samples that the library decodes in one call. */
  let expected: Buffer;

  before(async () => {
    const { data } = await encode(new Uint8Array(JFK_PCM), 16_000);
    file = Buffer.from(data);
    const whole = Buffer.from((await decode(data, 24_000)).data);
    ({ pcm: expected } = await decodeChunks(whole, 65_536, { rate: 24_000, encoding: 's16le' }));
  });

  for (const size of [37, 4096, 1_000_000]) {
    it(`is decoded to the same samples in chunks of ${size} bytes, under any name`, async () => {
      const { pcm, info } = await decodeChunks(file, size, { fileName: 'voice.amr', isRecording: true });
      assert.deepEqual([info.container, info.codec, info.isCut], ['silk', 'silk', false]);
      const alike = likeness(pcm, expected);
      assert.ok(alike > 0.9999, `likeness ${alike}`);
      assert.ok(Math.abs(info.seconds - 11) < 0.1, `${info.seconds} s`);
    });
  }

  it('is recognised with and without the byte that WeChat writes before its mark', async () => {
    const mark = file.indexOf('#!SILK_V3');
    assert.equal((await describeAudio(file.subarray(mark))).codec, 'silk');
    assert.equal((await describeAudio(Buffer.concat([Buffer.of(2), file.subarray(mark)]))).codec, 'silk');
  });

  it('is reported as cut off, and the samples before the cut are kept', async () => {
    const info = await describeAudio(file.subarray(0, 20_005));
    assert.equal(info.isCut, true);
    assert.ok(info.seconds > 4);
  });

  it('is decoded without blocking the event loop for long', async () => {
    const mark = file.indexOf('#!SILK_V3') + 9;
    const minute = Buffer.concat([file.subarray(0, mark), ...Array<Buffer>(6).fill(file.subarray(mark))]);
    const { seconds } = await describeAudio(minute);
    assert.ok(seconds > 60, `${seconds} s`);
  });
});
