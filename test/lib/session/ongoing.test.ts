import assert from 'node:assert/strict';
import { OngoingAudio } from '../../../lib';
import type { AudioFormatHints } from '../../../lib';
import { fixture } from '../../support/audio-fixtures';
import { decodeChunks, likeness } from '../../support/decode-chunks';
import { JFK_PCM } from '../../support/jfk';
import { useLibRig } from '../../support/lib-rig';
import { wav } from '../../support/scripted-audio';

const CHUNK_BYTES = 1009;

describe('a stream whose session ends in its middle', () => {
  const rig = useLibRig();
  let ongoing: OngoingAudio;

  beforeEach(async () => {
    ongoing = new OngoingAudio();
    await rig.serve({}, { keepAudio: true });
  });

  afterEach(() => {
    ongoing.release();
  });

  const heard = (session: number): Buffer => Buffer.concat(rig.service.sessions[session]?.audio ?? []);

  async function give(chunks: Buffer[], end: 'finish' | 'abort', hints?: AudioFormatHints): Promise<void> {
    const { session } = rig.open({ ongoing });
    for (const chunk of chunks) await session.append(chunk, hints);
    if (end === 'finish') await session.finish();
    else session.abort();
  }

  function cut(bytes: Buffer): [before: Buffer[], after: Buffer[]] {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
    const middle = Math.floor(chunks.length / 2);
    return [chunks.slice(0, middle), chunks.slice(middle)];
  }

  /** The header as `arecord` and other live recorders write it. */
  function ofUnknownSize(file: Buffer): Buffer {
    const live = Buffer.from(file);
    live.writeUInt32LE(0x80000000, live.indexOf('data') + 4);
    return live;
  }

  const streams: [name: string, file: () => Buffer, hints?: AudioFormatHints][] = [
    ['a WAV of 44.1 kHz in stereo', () => ofUnknownSize(fixture('st44.wav', '-ar 44100 -ac 2'))],
    ['a WAV of 24 bits', () => fixture('a24.wav', '-c:a pcm_s24le -ar 48000 -ac 2')],
    ['a WAV in µ-law', () => fixture('mu.wav', '-c:a pcm_mulaw -ar 8000')],
    ['an AIFF', () => fixture('a.aiff', '-ar 22050 -ac 2')],
    ['an AU', () => fixture('a.au', '-ar 44100')],
    ['Ogg Opus', () => fixture('a.ogg', '-c:a libopus -b:a 32k')],
    ['WebM Opus', () => fixture('a.webm', '-c:a libopus -ar 48000')],
    ['FLAC', () => fixture('a.flac', '-ar 44100 -ac 2')],
    ['MP3', () => fixture('a.mp3', '-ar 44100 -ac 2')],
    ['raw samples that are cut in the middle of one', () => fixture('a.s16le', '-f s16le'), { rate: 16_000 }],
  ];
  for (const [name, file, hints] of streams) {
    it(`continues in the next session: ${name}`, async () => {
      const bytes = file();
      const [before, after] = cut(bytes);
      await give(before, 'finish', hints);
      await give(after, 'finish', hints);
      const { pcm } = await decodeChunks(bytes, CHUNK_BYTES, hints);
      const both = Buffer.concat([heard(0), heard(1)]);
      // The resampler's filter ends with the session.
      assert.ok(Math.abs(both.length - pcm.length) <= 400, `${both.length} of ${pcm.length} bytes`);
      assert.ok(likeness(both.subarray(0, pcm.length), pcm.subarray(0, both.length)) > 0.98);
    });
  }

  it('continues where the first session is still loading its decoder, and where it was aborted', async () => {
    const bytes = fixture('a.webm', '-c:a libopus -ar 48000');
    const first = rig.open({ ongoing }).session;
    const second = rig.open({ ongoing }).session;
    void first.append(bytes.subarray(0, 30_001));
    const finished = first.finish();
    void second.append(bytes.subarray(30_001));
    await Promise.all([finished, second.finish()]);
    const { pcm } = await decodeChunks(bytes, 4096);
    const lengths = [heard(0).length, heard(1).length];
    assert.ok(
      Math.abs(pcm.length - lengths[0]! - lengths[1]!) <= 400,
      `${lengths.join(' and ')} of ${pcm.length}`,
    );

    const stereo = ofUnknownSize(fixture('st44.wav', '-ar 44100 -ac 2'));
    await give([stereo.subarray(0, 1_000_001)], 'abort');
    await give([stereo.subarray(1_000_001)], 'finish');
    const rest = heard(rig.service.sessions.length - 1);
    assert.ok(Math.abs(rest.length - ((stereo.length - 1_000_001) / 44_100 / 4) * 32_000) < 400);
  });

  it('does not continue where another recording begins, or hints come with the audio', async () => {
    const stereo = ofUnknownSize(fixture('st44.wav', '-ar 44100 -ac 2'));
    const half = stereo.subarray(0, 1_000_000);
    for (const [next, hints] of [
      [wav(JFK_PCM), undefined],
      [JFK_PCM, { rate: 16_000 }],
      [fixture('a.ogg', '-c:a libopus -b:a 32k'), undefined],
      [wav(JFK_PCM), { isRecording: true }],
    ] as const) {
      await give([half], 'finish');
      await give([next], 'finish', hints);
      const { length } = heard(rig.service.sessions.length - 1);
      assert.ok(Math.abs(length - JFK_PCM.length) < 4000, `${length} bytes`);
    }
  });

  it('does not continue where it had ended', async () => {
    for (const whole of [
      wav(JFK_PCM),
      fixture('a.ogg', '-c:a libopus -b:a 32k'),
      fixture('a.mp3', '-ar 44100'),
    ]) {
      await give([whole], 'finish');
      await give([JFK_PCM], 'finish');
      assert.ok(heard(rig.service.sessions.length - 1).equals(JFK_PCM));
    }
  });
});
