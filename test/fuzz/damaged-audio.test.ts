import assert from 'node:assert/strict';
import { AsrError } from '../../lib';
import { AudioIntake } from '../../lib/audio/intake';
import { fixture } from '../support/audio-fixtures';
import { allOf } from '../support/decode-chunks';
import { makeOgg, makeWebm, oggPackets } from '../support/opus-containers';
import { memoryAtRest, processorMs, residentAtRest } from '../support/process-measures';

const FILES = 10_000;
/** One file in this many has a format that needs ffmpeg. */
const FOREIGN_SHARE = 25;
const MAX_FILE_MS = 2000;
const MAX_GROWTH_BYTES = 120 * 1024 * 1024;

/** Random numbers, the same ones in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

function seeds(): Buffer[] {
  const ogg = short('a.ogg', '-c:a libopus -ar 48000 -b:a 24k');
  const packets = oggPackets(ogg);
  const webm = [packets[0]!, ...packets.slice(2)];
  return [
    short('a.wav', '-ar 8000'),
    short('a.wav', '-c:a pcm_f32le -ar 11025 -ac 2'),
    short('a.aiff', '-ar 8000 -ac 2'),
    short('a.au', '-c:a pcm_mulaw -ar 8000'),
    short('a.flac', ''),
    short('a.flac', '-ar 8000 -ac 6'),
    short('a.mp3', '-b:a 16k'),
    short('a.mp3', '-ar 44100 -ac 2 -b:a 64k'),
    ogg,
    makeOgg(packets, { packetsPerPage: 3 }),
    short('a.webm', '-c:a libopus -ar 48000 -b:a 24k'),
    makeWebm(webm, { groups: { discardNs: 1e6 }, lacing: 'ebml' }),
    makeWebm(webm, { lacing: 'xiph', isLive: false }),
    short('a.ogg', '-c:a libvorbis -ar 8000'),
    short('a.webm', '-c:a libvorbis -ar 8000'),
    short('a.oga', '-c:a flac'),
    short('a.mp4', '-c:a libopus -ar 48000 -b:a 24k -strict -2'),
    short(
      'a.mp4',
      '-c:a libopus -ar 48000 -b:a 24k -strict -2 -movflags frag_keyframe+empty_moov+default_base_moof',
    ),
  ];
}

/**
 * ffmpeg's formats are tried less often, because looking for ffmpeg in vain takes longer than decoding all other
 * files.
 */
function foreignSeeds(): Buffer[] {
  return [short('a.m4a', ''), short('a.aac', '')];
}

function short(name: string, args: string): Buffer {
  return fixture(name, `-ss 1 -t 0.12 ${args}`);
}

function mutated(file: Buffer, other: Buffer, pick: (below: number) => number): Buffer {
  let bytes = Buffer.from(file);
  for (let count = 1 + pick(4); count > 0; count--) {
    // Half of the damage hits the header.
    const at = pick(2) === 0 ? pick(Math.min(100, bytes.length || 1)) : pick(bytes.length || 1);
    const length = 1 + pick(40);
    switch (pick(7)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(pick(other.length))]);
        break;
      case 4:
        if (at < bytes.length)
          bytes.fill([0, 0xff, 0x7f][pick(3)]!, at, Math.min(bytes.length, at + 1 + pick(8)));
        break;
      default:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << pick(8));
    }
  }
  return bytes;
}

describe('audio that is broken', () => {
  it(`gives fewer samples or an error that says why, for ${FILES} files of every format`, async function () {
    this.timeout(600_000);
    const own = seeds();
    const foreign = foreignSeeds();
    const all = [...own, ...foreign];
    const pick = random(20_261_121);
    const said: unknown[] = [];
    const { error: original } = console;
    const pathBefore = process.env.FFMPEG_PATH;
    console.error = (...words: unknown[]) => said.push(words);
    process.env.FFMPEG_PATH = '/no/such/ffmpeg';
    let errors = 0;
    let before = 0;
    try {
      for (let n = 0; n < FILES; n++) {
        if (n === 500) before = await residentAtRest();
        const files = n % FOREIGN_SHARE === 0 ? foreign : own;
        const bytes = mutated(files[pick(files.length)]!, all[pick(all.length)]!, pick);
        const beganMs = processorMs();
        const intake = new AudioIntake(16_000);
        const size = [bytes.length || 1, 977, 37][pick(3)]!;
        try {
          for (let at = 0; at < bytes.length; at += size) {
            const pcm = await allOf(intake, intake.write(bytes.subarray(at, at + size)));
            assert.equal(pcm.length % 2, 0);
          }
          await allOf(intake, intake.end());
        } catch (error) {
          assert.ok(error instanceof AsrError, `file ${n}: ${String((error as Error).stack)}`);
          assert.equal(error.code, 'BAD_AUDIO');
          errors += 1;
        } finally {
          intake.reset();
        }
        const tookMs = processorMs() - beganMs;
        assert.ok(tookMs < MAX_FILE_MS, `file ${n} took ${tookMs} ms`);
      }
    } finally {
      console.error = original;
      if (pathBefore === undefined) delete process.env.FFMPEG_PATH;
      else process.env.FFMPEG_PATH = pathBefore;
    }
    assert.ok(errors > FILES / 20 && errors < FILES, `${errors} errors`);
    assert.deepEqual(said.slice(0, 3), [], `${said.length} lines on the console`);
    const growth = (await residentAtRest()) - before;
    assert.ok(growth < MAX_GROWTH_BYTES, `${Math.round(growth / 1e6)} MB more`);
  });

  it('allocates no memory for a length that only a header claims', async () => {
    const intake = new AudioIntake(16_000);
    const claims = Buffer.concat([
      Buffer.from('\x1a\x45\xdf\xa3\x84A_OP\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff', 'latin1'),
      Buffer.from('\xec\x08\x7f\xff\xff\xff\xff', 'latin1'),
      Buffer.from('A_OPUS'),
    ]);
    await allOf(intake, intake.write(claims));
    const before = await memoryAtRest();
    for (let megabyte = 0; megabyte < 200; megabyte++)
      await allOf(intake, intake.write(Buffer.alloc(1_000_000, 0x41)));
    assert.ok((await memoryAtRest()) - before < 50e6);
    intake.reset();
  });
});

describe('an hour of 48 kHz stereo', () => {
  it('is read as WAV with less than 20 MB of memory', async function () {
    this.timeout(120_000);
    const second = Buffer.alloc(48_000 * 4);
    for (let i = 0; i < 48_000; i++) {
      second.writeInt16LE(Math.round(9000 * Math.sin(i / 20)), i * 4);
      second.writeInt16LE(Math.round(9000 * Math.sin(i / 30)), i * 4 + 2);
    }
    const header = Buffer.from(fixture('a.wav', '-ar 48000 -ac 2 -t 0.01').subarray(0, 44));
    header.writeUInt32LE(0xffffffff, 40);
    const intake = new AudioIntake(16_000);
    let samples = 0;
    let before = 0;
    await allOf(intake, intake.write(header));
    for (let seconds = 0; seconds < 3600; seconds++) {
      samples += (await allOf(intake, intake.write(second))).length / 2;
      if (seconds === 60) before = await memoryAtRest();
    }
    samples += (await allOf(intake, intake.end())).length / 2;
    const growth = (await memoryAtRest()) - before;
    assert.equal(samples, 3600 * 16_000);
    assert.ok(growth < 20e6, `${Math.round(growth / 1e6)} MB more`);
  });
});
