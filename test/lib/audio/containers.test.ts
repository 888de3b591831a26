import assert from 'node:assert/strict';
import { AudioIntake } from '../../../lib/audio/intake';
import { fixture } from '../../support/audio-fixtures';
import { allOf, decodeChunks } from '../../support/decode-chunks';
import { JFK_PCM } from '../../support/jfk';
import { makeOgg, makeWebm, oggPackets } from '../../support/opus-containers';
import { wav } from '../../support/scripted-audio';

const CHUNK_SIZES = [37, 977, 4096, 65_536];
const PRE_SKIP = 312;
/** Three seconds, in several clusters. */
const WEBM_PACKETS = 150;
/** What was recorded, at the 48 kHz of Opus. */
const RECORDED = (3 * JFK_PCM.length) / 2;

async function sameInChunks(file: Buffer): Promise<Awaited<ReturnType<typeof decodeChunks>>> {
  const whole = await decodeChunks(file, file.length);
  for (const size of CHUNK_SIZES) {
    assert.ok((await decodeChunks(file, size)).pcm.equals(whole.pcm), `chunks of ${size}`);
  }
  return whole;
}

describe('Ogg Opus', function () {
  this.timeout(20_000);
  let packets: Uint8Array[] = [];
  let plain: Buffer = Buffer.alloc(0);
  const trimmed = { lastGranule: BigInt(PRE_SKIP + RECORDED) };

  before(async () => {
    packets = oggPackets(fixture('a.ogg', '-c:a libopus -ar 48000'));
    plain = (await decodeChunks(makeOgg(packets, trimmed), 65_536)).pcm;
  });

  it('has exactly the samples that were recorded: the pre-skip and the end are trimmed', async () => {
    const { pcm, info } = await sameInChunks(makeOgg(packets, trimmed));
    assert.equal(pcm.length, JFK_PCM.length);
    assert.equal(info.isCut, false);
  });

  it('is read behind 90 kB of tags, and behind 3 MB of them', async () => {
    const [head, , ...audio] = packets;
    for (const bytes of [90_000, 3_000_000]) {
      const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(bytes, 'x')]);
      const { pcm } = await decodeChunks(makeOgg([head!, tags, ...audio], trimmed), 4096);
      assert.ok(pcm.equals(plain), `${bytes} bytes of tags`);
    }
  });

  it('is read where packets continue on the next page', async () => {
    assert.ok(
      (await decodeChunks(makeOgg(packets, { ...trimmed, packetsPerPage: 200 }), 977)).pcm.equals(plain),
    );
  });

  it('is read from one chained stream into the next', async () => {
    const chained = Buffer.concat([makeOgg(packets, trimmed), makeOgg(packets, { ...trimmed, serial: 8 })]);
    const { pcm, info } = await sameInChunks(chained);
    // The resampler's filter runs on, so the samples around the seam differ from those of each recording by itself.
    const seam = plain.length;
    assert.equal(pcm.length, 2 * seam);
    assert.ok(pcm.subarray(0, seam - 200).equals(plain.subarray(0, -200)));
    assert.ok(pcm.subarray(seam + 200).equals(plain.subarray(200)));
    assert.equal(info.seconds, 22);
  });

  it('is decoded without its damaged parts, with a warning', async () => {
    const damaged = makeOgg(packets, trimmed);
    damaged[20_000] = damaged[20_000]! ^ 0xff;
    const { pcm, info } = await sameInChunks(damaged);
    assert.ok(pcm.length < plain.length && pcm.length > plain.length * 0.8);
    assert.equal(info.isCut, true);
  });

  it('is known to be cut where it ends without its last page', async () => {
    const { info } = await decodeChunks(makeOgg(packets).subarray(0, 50_000), 4096);
    assert.equal(info.isCut, true);
  });

  it('is refused where its beginning is missing, and the error says what to do', async () => {
    const file = makeOgg(packets);
    const middle = file.subarray(file.indexOf('OggS', 30_000));
    await assert.rejects(decodeChunks(middle, 4096), { code: 'BAD_AUDIO', message: /without its beginning/ });
  });

  it('is decoded packet after packet where there is no container', async () => {
    const intake = new AudioIntake(16_000);
    const pieces: Uint8Array[] = [];
    for (const packet of packets.slice(2)) {
      pieces.push(await allOf(intake, intake.write(packet, { encoding: 'opus' })));
    }
    pieces.push(await allOf(intake, intake.end()));
    const samples = Buffer.concat(pieces).length / 2;
    assert.equal(samples, (packets.length - 2) * 320);
    assert.equal(intake.info?.codec, 'opus');
    intake.reset();
  });

  it('goes on after a pause without a new header', async () => {
    const file = makeOgg(packets, trimmed);
    const intake = new AudioIntake(16_000);
    const first = await allOf(intake, intake.write(file.subarray(0, 40_000)));
    const tail = await allOf(intake, intake.pause());
    const second = await allOf(intake, intake.write(file.subarray(40_000)));
    const end = await allOf(intake, intake.end());
    assert.ok(tail.length > 0 && second.length > 0);
    const all = Buffer.concat([first, tail, second, end]);
    // A pause releases what the filter holds, which is at most part of a sample.
    assert.ok(Math.abs(all.length - plain.length) <= 2, `${all.length} for ${plain.length}`);
    intake.reset();
  });
});

describe('WebM Opus', function () {
  this.timeout(20_000);
  let packets: Uint8Array[] = [];
  let plain: Buffer = Buffer.alloc(0);

  before(async () => {
    const [head, , ...audio] = oggPackets(fixture('a.ogg', '-c:a libopus -ar 48000 -vbr off'));
    packets = [head!, ...audio.slice(0, WEBM_PACKETS)];
    plain = (await decodeChunks(makeWebm(packets), 65_536)).pcm;
    assert.ok(plain.length > 2 * WEBM_PACKETS * 320 - 1000);
  });

  for (const lacing of ['none', 'xiph', 'fixed', 'ebml'] as const) {
    for (const isLive of [true, false]) {
      it(`is read with ${lacing} lacing, ${isLive ? 'as it is recorded' : 'as a file'}`, async () => {
        const { pcm } = await sameInChunks(makeWebm(packets, { lacing, isLive }));
        assert.ok(pcm.equals(plain));
      });
    }
    it(`is read in block groups with ${lacing} lacing, and trimmed at its end`, async () => {
      const kept = WEBM_PACKETS * 960 - PRE_SKIP - 480;
      const discardNs = (480 * 1e9) / 48_000;
      const { pcm, info } = await sameInChunks(
        makeWebm(packets, { lacing, groups: { discardNs }, delayNs: 6_500_000 }),
      );
      assert.equal(pcm.length, (2 * kept) / 3);
      assert.equal(info.isCut, false);
    });
  }

  it('begins again with a new header of the recorder', async () => {
    const file = makeWebm(packets);
    const intake = new AudioIntake(16_000);
    const pieces = [
      await allOf(intake, intake.write(file)),
      await allOf(intake, intake.write(file)),
      await allOf(intake, intake.end()),
    ];
    assert.equal(Buffer.concat(pieces).length, 2 * plain.length);
    assert.equal((await decodeChunks(Buffer.concat([file, file]), 4096)).pcm.length, 2 * plain.length);
    intake.reset();
  });

  it('is refused where its beginning is missing, as for a listener that joins late', async () => {
    const file = makeWebm(packets);
    const middle = file.subarray(file.indexOf(Buffer.of(0x1f, 0x43, 0xb6, 0x75), 10_000));
    await assert.rejects(decodeChunks(middle, 4096), {
      code: 'BAD_AUDIO',
      message: /WebM.*without its beginning/,
    });
  });
});

describe('a live recorder', () => {
  for (const size of [0, 0xffffffff, 0x7ffff000]) {
    it(`may write ${size} as the size of a WAV`, async () => {
      const file = wav(JFK_PCM);
      file.writeUInt32LE(size, 40);
      assert.ok((await sameInChunks(file)).pcm.equals(JFK_PCM));
    });
  }

  it('may be cut off in the middle of a WAV, which is reported', async () => {
    const { pcm, info } = await decodeChunks(wav(JFK_PCM).subarray(0, 100_044), 4096);
    assert.equal(pcm.length, 100_000);
    assert.equal(info.isCut, true);
  });

  it('may write tags before and after an MP3 or a FLAC', async () => {
    const id3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x4e\x10', 'latin1'), Buffer.alloc(10_000, 0xff)]);
    const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
    for (const [name, args] of [
      ['a.mp3', '-ar 44100 -ac 2'],
      ['a.flac', ''],
    ] as const) {
      const file = fixture(name, args);
      const { pcm } = await decodeChunks(file, 4096);
      const tagged = await sameInChunks(Buffer.concat([id3, file, tag]));
      assert.ok(tagged.pcm.equals(pcm), name);
      assert.equal(tagged.info.isCut, false, name);
    }
  });
});
