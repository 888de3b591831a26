import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkEnough } from '../../../lib/audio/doctor';
import { AudioIntake } from '../../../lib/audio/intake';
import { AsrError } from '../../../lib';
import type { AudioInfo } from '../../../lib';
import { audioCorpus, decodedByFfmpeg } from '../../support/audio-corpus';
import type { CorpusFile } from '../../support/audio-corpus';
import { ffmpegPath } from '../../support/audio-fixtures';
import { allOf } from '../../support/decode-chunks';
import { withEnvironment } from '../../support/environment';
import { Random } from '../../support/random';

/** The only hint is that the file is whole. The first channel is compared. */
const HINTS = { isRecording: true, channel: 0 };
const NO_FFMPEG = '/nowhere/ffmpeg';
const FEWEST_FILES = 150;
/** Decoders may round samples to 16 bits in different ways. */
const MOST_DIFFERENT = 2;
/** The energy of the difference that two decoders of one codec may have, as a share of the signal's. */
const LOSSY_SHARE = 1e-3;
/** ffmpeg may keep this much at an end that the container says to leave out: a block at most. */
const MOST_TRIMMED_SAMPLES = 2900;

interface Decoded {
  pcm: Buffer;
  info: AudioInfo | undefined;
}

/** @param sizeOf How many bytes the next piece has. */
async function decode(file: Buffer, sizeOf: () => number): Promise<Decoded> {
  const intake = new AudioIntake(({ rateHz }) => rateHz);
  try {
    const pieces: Buffer[] = [];
    for (let at = 0; at < file.length;) {
      // The piece is a copy that is valid during the call only.
      const piece = Buffer.from(file.subarray(at, at + sizeOf()));
      at += piece.length;
      pieces.push(await allOf(intake, intake.write(piece, HINTS)));
    }
    pieces.push(await allOf(intake, intake.end()));
    return { pcm: Buffer.concat(pieces), info: intake.info };
  } finally {
    intake.reset();
  }
}

const whole = (file: Buffer): Promise<Decoded> => decode(file, () => file.length);

function checkAlike(pcm: Buffer, expected: Buffer, isLossy: boolean): void {
  const samples = pcm.length / 2;
  const missing = expected.length / 2 - samples;
  assert.ok(
    missing >= -1 && missing <= (isLossy ? MOST_TRIMMED_SAMPLES : 0),
    `${samples} samples, ${missing} fewer`,
  );
  let most = 0;
  let noise = 0;
  let signal = 1;
  for (let at = 0; at + 2 <= Math.min(pcm.length, expected.length); at += 2) {
    const right = expected.readInt16LE(at);
    const difference = Math.abs(pcm.readInt16LE(at) - right);
    most = Math.max(most, difference);
    noise += difference ** 2;
    signal += right ** 2;
  }
  if (isLossy) assert.ok(noise / signal < LOSSY_SHARE, `noise of ${noise / signal}`);
  else assert.ok(most <= MOST_DIFFERENT, `a difference of ${most}`);
}

describe('a recording of the corpus', function () {
  this.timeout(60_000);
  const files = audioCorpus();
  const folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-test-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function check(
    { make, plain, byFfmpeg = false, isLossy = false }: CorpusFile,
    seed: number,
  ): Promise<void> {
    const file = make();
    const { pcm, info } = await whole(file);
    assert.ok(pcm.length > 0 && info, 'an empty success');
    assert.deepEqual([info.isCut, info.byFfmpeg], [false, byFfmpeg]);
    if (plain)
      assert.ok(pcm.equals((await whole(plain())).pcm), `${pcm.length} bytes are not the plain ones`);
    else {
      const name = path.join(folder, 'audio');
      writeFileSync(name, file);
      checkAlike(pcm, decodedByFfmpeg(name, info.codec === 'opus'), isLossy);
    }
    const random = new Random(seed);
    const cuts: [name: string, sizeOf: () => number][] = [
      ['4096', () => 4096],
      ['37', () => 37],
      ['random sizes', () => random.int(1, random.pick([10, 300, 9000]))],
    ];
    for (const [name, sizeOf] of cuts) {
      const cut = await decode(file, sizeOf);
      assert.ok(cut.pcm.equals(pcm), `pieces of ${name}: ${cut.pcm.length} of ${pcm.length} bytes`);
      assert.equal(cut.info?.isCut, false, `pieces of ${name}`);
    }
    await checkShortened(file, random, pcm.length);
  }

  /** A file that ends too early gives less audio, or an error that says why. */
  async function checkShortened(file: Buffer, random: Random, mostBytes: number): Promise<void> {
    const length = random.int(1, file.length - 1);
    const shortened = await whole(file.subarray(0, length)).catch((error: unknown) => {
      assert.ok(isRefusal(error), String(error));
    });
    if (!shortened) return;
    const { pcm, info } = shortened;
    assert.ok(pcm.length <= mostBytes, `${pcm.length} bytes of ${length} of ${file.length}`);
    // Code that reads a whole recording makes this check at its end.
    if (pcm.length === 0)
      assert.throws(
        () => {
          checkEnough(info, length);
        },
        { code: 'BAD_AUDIO' },
      );
  }

  it('belongs to a corpus of many files', () => {
    assert.ok(files.length >= FEWEST_FILES, `${files.length} files`);
    assert.equal(new Set(files.map(({ name }) => name)).size, files.length);
  });

  for (const [index, file] of files.entries()) {
    const ffmpeg = file.byFfmpeg ? ffmpegPath() : NO_FFMPEG;
    it(`has the samples ${file.plain ? 'of the plain recording' : 'that ffmpeg decodes'}, however it is cut: ${file.name}`, () =>
      withEnvironment({ FFMPEG_PATH: ffmpeg }, () => check(file, index)));
  }

  for (const file of files.filter(({ byFfmpeg }) => byFfmpeg)) {
    it(`is refused where there is no ffmpeg: ${file.name}`, () =>
      withEnvironment({ FFMPEG_PATH: NO_FFMPEG }, async () => {
        await assert.rejects(whole(file.make()), isRefusal);
      }));
  }
});

function isRefusal(error: unknown): boolean {
  return error instanceof AsrError && ['BAD_AUDIO', 'UNKNOWN_AUDIO'].includes(error.code);
}
