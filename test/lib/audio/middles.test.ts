import assert from 'node:assert/strict';
import { fixture } from '../../support/audio-fixtures';
import { decodeChunks } from '../../support/decode-chunks';
import type { Decoded } from '../../support/decode-chunks';
import { AudioIntake } from '../../../lib/audio/intake';
import { allOf } from '../../support/decode-chunks';
import { wav } from '../../support/scripted-audio';
import { chunk, noise, withChunks } from '../../support/wav-files';

const PCM = noise(64_000);
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), noise(3000)]);
const ID3 = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x07\x76TIT2', 'latin1'), Buffer.alloc(1010)]);
const ID3V1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
const MARKS = ['RIFF', 'OggS', 'fLaC', 'ID3', 'FORM', '\x1a\x45\xdf\xa3', '\x89PNG', '%PDF-', 'PK\x03\x04'];

/** A FLAC with a picture in its metadata, as players embed covers. */
function flacWithCover(): Buffer {
  const flac = fixture('a.flac', '-t 2');
  const picture = Buffer.concat([Buffer.of(6, 0, PNG.length >> 8, PNG.length & 255), PNG]);
  // The picture stands behind the mark and STREAMINFO.
  return Buffer.concat([flac.subarray(0, 42), picture, flac.subarray(42)]);
}

/** An APEv2 tag as mp3gain writes it: header, items, footer. */
function apeTag(): Buffer {
  const end = Buffer.alloc(32);
  end.write('APETAGEX');
  end.writeUInt32LE(2000, 8);
  end.writeUInt32LE(200 + 32, 12);
  return Buffer.concat([end, Buffer.alloc(200, 'a'), end]);
}

/** Cuts the recording in two at this position. */
async function cutAt(file: Buffer, at: number): Promise<Decoded> {
  const intake = new AudioIntake(16_000);
  try {
    const pieces = [
      await allOf(intake, intake.write(file.subarray(0, at))),
      await allOf(intake, intake.write(file.subarray(at))),
      await allOf(intake, intake.end()),
    ];
    assert.ok(intake.info);
    return { pcm: Buffer.concat(pieces), info: intake.info };
  } finally {
    intake.reset();
  }
}

/** Positions in a file whose bytes look like the beginning of a recording. */
function marksIn(file: Buffer): number[] {
  const found = new Set<number>();
  for (const mark of MARKS) {
    for (let at = file.indexOf(mark, 1, 'latin1'); at > 0 && found.size < 40;) {
      found.add(at);
      at = file.indexOf(mark, at + 1, 'latin1');
    }
  }
  return [...found];
}

describe('a recording that is cut into chunks where its bytes look like the beginning of a file', function () {
  this.timeout(60_000);
  const files: [name: string, make: () => Buffer][] = [
    ['FLAC with a PNG cover', flacWithCover],
    ['FLAC with ID3 behind it', () => Buffer.concat([fixture('a.flac', '-t 2'), ID3])],
    ['MP3 with ID3 behind it', () => Buffer.concat([fixture('a.mp3', '-t 2'), ID3, ID3V1])],
    [
      'WAV with a cover behind it',
      () => withChunks(PCM, { before: [], after: [chunk('id3 ', Buffer.concat([ID3, PNG]))] }),
    ],
    ['WAV with a cover before its audio', () => withChunks(PCM, { before: [chunk('LIST', PNG)], after: [] })],
    ['Ogg Opus', () => fixture('a.ogg', '-c:a libopus -ar 48000 -t 2')],
  ];
  for (const [name, make] of files) {
    it(`is decoded as it would be in one piece: ${name}`, async () => {
      const file = make();
      const whole = await decodeChunks(file, file.length);
      assert.ok(whole.pcm.length > 0);
      assert.equal(whole.info.isCut, false);
      for (const at of marksIn(file)) {
        const { pcm, info } = await cutAt(file, at);
        assert.ok(pcm.equals(whole.pcm), `cut at ${at}: ${pcm.length} of ${whole.pcm.length}`);
        assert.equal(info.isCut, false, `cut at ${at}`);
      }
    });
  }
});

describe('the bytes behind a recording', function () {
  this.timeout(60_000);
  const list = chunk('LIST', noise(2992));

  it('are not taken for audio behind a WAV, also in a chunk of their own', async () => {
    for (const after of [[list], [chunk('id3 ', ID3), list], [chunk('junk', PNG)]]) {
      const file = withChunks(PCM, { before: [], after });
      for (const at of [44 + PCM.length, 44 + PCM.length + 4, 44 + PCM.length + 100]) {
        const { pcm, info } = await cutAt(file, at);
        assert.ok(pcm.equals(PCM), `${pcm.length} at ${at}`);
        assert.equal(info.isCut, false);
      }
      // The size in the RIFF header does not show that anything is missing.
      const behind = Buffer.concat([wav(PCM), ...after]);
      assert.ok((await cutAt(behind, 44 + PCM.length)).pcm.equals(PCM));
    }
  });

  it('are read as another recording, wherever the chunks are cut', async () => {
    const both = Buffer.concat([wav(PCM), wav(PCM)]);
    for (let into = 0; into <= 21; into++) {
      const { pcm } = await cutAt(both, 44 + PCM.length + into);
      assert.ok(pcm.equals(Buffer.concat([PCM, PCM])), `${into} bytes into the second`);
    }
  });

  it('are read as a WAV behind an MP3', async () => {
    const mp3 = fixture('a.mp3', '-t 2');
    const alone = await decodeChunks(mp3, mp3.length);
    const both = Buffer.concat([mp3, wav(PCM)]);
    for (const at of [mp3.length, mp3.length + 5, mp3.length + 4000]) {
      const { pcm } = await cutAt(both, at);
      assert.equal(pcm.length, alone.pcm.length + PCM.length, `cut at ${at}`);
      assert.ok(pcm.subarray(-PCM.length).equals(PCM));
    }
  });

  it('are read as audio where the size in the WAV was too small, which is reported', async () => {
    const file = wav(PCM);
    file.writeUInt32LE(32_000, 40);
    for (const size of [file.length, 4096, 37]) {
      const { pcm, info } = await decodeChunks(file, size);
      assert.ok(pcm.equals(PCM), `${pcm.length} in chunks of ${size}`);
      assert.equal(info.isCut, true);
    }
  });
});

describe('a recording is not reported as cut off', function () {
  this.timeout(60_000);

  for (const size of [0x7ffff000, 0x7fffffff, 0x80000000, 0xffffffff - 36, 2_000_000_000]) {
    it(`for a size of ${size}, which a writer to a pipe makes up`, async () => {
      const file = wav(PCM);
      file.writeUInt32LE(size, 40);
      const { pcm, info } = await decodeChunks(file, 4096);
      assert.ok(pcm.equals(PCM));
      assert.equal(info.isCut, false);
    });
  }

  for (const [name, make] of [
    ['MP3', () => fixture('a.mp3', '-t 2')],
    ['FLAC', () => fixture('a.flac', '-t 2')],
    ['Ogg Opus', () => fixture('a.ogg', '-c:a libopus -ar 48000 -t 2')],
  ] as const) {
    const tags = [
      apeTag(),
      ID3V1,
      Buffer.concat([apeTag(), ID3V1]),
      Buffer.alloc(5000),
      Buffer.from('LYRICSBEGININD0000200LYRICS200'),
    ];
    it(`for tags or zeros behind it: ${name}`, async () => {
      const file = make();
      const alone = await decodeChunks(file, file.length);
      for (const [index, tag] of tags.entries()) {
        for (const size of [65_536, 977]) {
          const { pcm, info } = await decodeChunks(Buffer.concat([file, tag]), size);
          assert.ok(pcm.equals(alone.pcm), `tag ${index}: ${pcm.length} of ${alone.pcm.length}`);
          assert.equal(info.isCut, false, `tag ${index} in chunks of ${size}`);
        }
      }
    });
  }

  it('unless a WAV ends before the size in its header', async () => {
    assert.equal((await decodeChunks(wav(PCM).subarray(0, 40_000), 4096)).info.isCut, true);
  });
});

describe('a FLAC whose largest frame is larger than its header says', () => {
  it('is decoded completely in chunks of any size', async () => {
    const file = Buffer.from(fixture('a.flac', ''));
    const whole = await decodeChunks(file, file.length);
    file.writeUIntBE(1000, 15, 3);
    for (const size of [65_536, 1009]) {
      const { pcm } = await decodeChunks(file, size);
      assert.ok(pcm.equals(whole.pcm), `${pcm.length} of ${whole.pcm.length} in pieces of ${size}`);
    }
  });
});
