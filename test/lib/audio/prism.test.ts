import assert from 'node:assert/strict';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import prism from 'prism-media';
import type { AudioFormatHints } from '../../../lib';
import { ffmpegPath, fixture } from '../../support/audio-fixtures';
import { likeness } from '../../support/decode-chunks';
import { withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { oggPackets } from '../../support/opus-containers';

/** The format that Discord sends, and that its bots decode to. */
const DISCORD = { rate: 48_000, channels: 2 };
const FRAME_SAMPLES = 960;
/** The delay that an encoder and a decoder of Opus add. */
const MAX_SHIFT_SAMPLES = 320;

describe('the streams of prism-media, piped into a session', function () {
  this.timeout(30_000);
  const rig = useLibRig();

  async function heard(stream: Readable, hints: AudioFormatHints = DISCORD): Promise<Buffer> {
    await rig.serve({}, { keepAudio: true });
    const { session } = rig.open();
    for await (const chunk of stream) await session.append(chunk as Buffer, hints);
    await session.finish();
    return Buffer.concat(rig.service.sessions[0]?.audio ?? []);
  }

  it('are heard as recorded where they are the Opus packets of Discord, decoded by opus.Decoder', async () => {
    const [, , ...packets] = oggPackets(fixture('a.ogg', '-c:a libopus -ar 48000 -ac 2'));
    const decoder = new prism.opus.Decoder({ ...DISCORD, frameSize: FRAME_SAMPLES });
    const audio = await heard(Readable.from(packets.map((packet) => Buffer.from(packet))).pipe(decoder));
    assert.equal(audio.length, (packets.length * FRAME_SAMPLES * 2) / 3);
    assert.ok(bestLikeness(audio) > 0.95, `likeness ${bestLikeness(audio)}`);
  });

  it('need no decoder for those packets where their encoding is named', async () => {
    const [, , ...packets] = oggPackets(fixture('a.ogg', '-c:a libopus -ar 48000 -ac 2'));
    const audio = await heard(Readable.from(packets.map((packet) => Buffer.from(packet))), {
      encoding: 'opus',
    });
    assert.equal(audio.length, (packets.length * FRAME_SAMPLES * 2) / 3);
    assert.ok(bestLikeness(audio) > 0.95, `likeness ${bestLikeness(audio)}`);
  });

  it('are heard as recorded where they are what its FFmpeg made of an MP3', async () => {
    // prism-media looks for ffmpeg on the PATH when it is used for the first time.
    const folder = path.dirname(ffmpegPath());
    await withEnvironment({ PATH: `${folder}${path.delimiter}${process.env.PATH ?? ''}` }, async () => {
      const args = ['-loglevel', '0', '-f', 's16le', '-ar', '48000', '-ac', '2'];
      const ffmpeg = new prism.FFmpeg({ args });
      // Its output can be piped and listened to, but `for await` on it never ends, so another stream reads it.
      const pcm = Readable.from([fixture('a.mp3', '-ar 44100 -ac 2')])
        .pipe(ffmpeg)
        .pipe(new PassThrough());
      const audio = await heard(pcm);
      assert.ok(audio.length > 0.95 * JFK_PCM.length, `${audio.length} bytes`);
      assert.ok(bestLikeness(audio) > 0.95, `likeness ${bestLikeness(audio)}`);
    });
  });
});

/** The comparison does not depend on the delay of the encoder. */
function bestLikeness(audio: Buffer): number {
  let best = 0;
  for (let shift = 0; shift <= MAX_SHIFT_SAMPLES; shift += 1)
    best = Math.max(best, likeness(audio.subarray(2 * shift), JFK_PCM));
  return best;
}
