import { AsrError } from '../../vocabulary/errors';
import { boxAt, boxesIn, Fields } from './mp4-boxes';
import { OPUS_RATE_HZ } from './opus';
import type { OpusSetup } from './opus';

/** The position of a packet in the file. */
export interface Mp4Sample {
  at: number;
  bytes: number;
}

/** The audio track of an MP4, according to its index. */
export interface Mp4Movie {
  /** Whether it has tracks, and none of them is audio. A damaged index has no tracks. */
  isSilent: boolean;
  /** Set for Opus, the only codec that is read further. */
  opus?: Mp4Opus;
}

export interface Mp4Opus {
  trackId: number;
  setup: OpusSetup;
  /** Samples to be left out at the beginning. */
  toSkip: number;
  /** Number of samples from the first packet on, including those. */
  samples: number;
  /** The packets of the index, in which a few bytes may stand for billions. */
  packets: Iterator<Mp4Sample, void>;
  /** Whether its chunks follow each other in the file. */
  isInOrder: boolean;
  /** Bytes of a packet of a fragment that does not say it. */
  defaultBytes: number;
}

/** Bytes of a track's codec box before the boxes in it (ISO 14496-12, 12.2.3). */
const AUDIO_ENTRY_BYTES = 28;
/** This many chunks show whether they are in order. */
const MAX_LOOKED = 10_000;

/** Reads an index. @param moov What is in the box, which stays as it is. @throws AsrError `BAD_AUDIO` */
export function readMovie(moov: Buffer): Mp4Movie {
  const tracks = boxesIn(moov).flatMap(({ type, content }) => {
    const handler = type === 'trak' ? boxAt(content, 'mdia', 'hdlr')?.toString('latin1', 8, 12) : undefined;
    return handler ? [{ handler, content }] : [];
  });
  const track = tracks.find(({ handler }) => handler === 'soun');
  const description = track && boxAt(track.content, 'mdia', 'minf', 'stbl', 'stsd');
  const entry = description && boxesIn(description.subarray(8))[0];
  if (!track || !entry) return { isSilent: !track && tracks.length > 0 };
  const { type: codec } = entry;
  const head = codec === 'Opus' ? boxAt(entry.content.subarray(AUDIO_ENTRY_BYTES), 'dOps') : undefined;
  if (!head) return { isSilent: false };
  return { isSilent: false, opus: readOpusTrack(moov, track.content, readOpusBox(head)) };
}

/** `dOps`: an `OpusHead` with the other byte order (Encapsulation of Opus in ISO Base Media File Format, 4.3.2). */
function readOpusBox(box: Buffer): OpusSetup {
  const fields = new Fields(box);
  const version = fields.unsigned(1);
  const channels = fields.unsigned(1);
  const preSkip = fields.unsigned(2);
  const originalRateHz = fields.unsigned(4);
  const gain = (fields.unsigned(2) << 16) >> 16;
  const family = fields.unsigned(1);
  const setup = { channels, preSkip, originalRateHz, gain: 10 ** (gain / 256 / 20) };
  const streams = fields.unsigned(1);
  const coupled = fields.unsigned(1);
  const table = [...box.subarray(13, 13 + channels)];
  const isPlain = family === 0 && channels > 0 && channels <= 2;
  const isMapped =
    family > 0 &&
    channels > 0 &&
    channels <= 64 &&
    table.length === channels &&
    streams > 0 &&
    coupled <= streams &&
    streams + coupled <= 255 &&
    table.every((index) => index === 255 || index < streams + coupled);
  if (version !== 0 || box.length < 11 || (!isPlain && !isMapped)) {
    throw new AsrError('BAD_AUDIO', 'The Opus audio in the MP4 has a damaged header.');
  }
  return isPlain ? setup : { ...setup, mapping: { streams, coupled, table } };
}

function readOpusTrack(moov: Buffer, track: Buffer, setup: OpusSetup): Mp4Opus {
  const table = boxAt(track, 'mdia', 'minf', 'stbl') ?? Buffer.alloc(0);
  const header = boxAt(track, 'tkhd') ?? Buffer.alloc(0);
  const trackId = new Fields(header, header[0] === 1 ? 20 : 12).unsigned(4);
  const { toSkip, samples } = readEdit(moov, track);
  return {
    trackId,
    setup,
    // Some writers leave the edit out, or let it begin at 0.
    toSkip: Math.max(toSkip, setup.preSkip),
    samples,
    packets: readPackets(table),
    isInOrder: areChunksInOrder(table),
    defaultBytes: defaultBytesOf(moov, trackId),
  };
}

/** The part of the track that is to be played, where there is one part (ISO 14496-12, 8.6.6). */
function readEdit(moov: Buffer, track: Buffer): Pick<Mp4Opus, 'toSkip' | 'samples'> {
  const edits = boxAt(track, 'edts', 'elst');
  if (!edits) return { toSkip: 0, samples: Infinity };
  const isLong = edits[0] === 1;
  const fields = new Fields(edits, 4);
  const count = fields.unsigned(4);
  const read = (): number => (isLong ? fields.long() : fields.unsigned(4));
  const empty = isLong ? 2 ** 64 : 2 ** 32;
  for (let i = 0; i < Math.min(count, 16) && !fields.isAtEnd; i++) {
    const duration = read();
    const time = read();
    fields.skip(4);
    // An empty edit is a pause before the audio, which is not needed.
    if (time >= empty - 1) continue;
    const toSkip = Math.round(
      (time * OPUS_RATE_HZ) / (timescaleOf(boxAt(track, 'mdia', 'mdhd')) || OPUS_RATE_HZ),
    );
    const length = (duration * OPUS_RATE_HZ) / (timescaleOf(boxAt(moov, 'mvhd')) || 1000);
    return { toSkip, samples: duration === 0 ? Infinity : toSkip + Math.round(length) };
  }
  return { toSkip: 0, samples: Infinity };
}

/** Units per second, from the header of a movie or a track. */
function timescaleOf(header: Buffer | undefined): number {
  return header ? new Fields(header, header[0] === 1 ? 20 : 12).unsigned(4) : 0;
}

/** Sizes, chunks and their places (ISO 14496-12, 8.7). */
function* readPackets(table: Buffer): Generator<Mp4Sample, void> {
  const sizes = boxAt(table, 'stsz');
  const runs = boxAt(table, 'stsc');
  if (!sizes || !runs) return;
  const sizeFields = new Fields(sizes, 4);
  const allBytes = sizeFields.unsigned(4);
  let left = sizeFields.unsigned(4);
  const runFields = new Fields(runs, 8);
  let nextRunAt = runFields.unsigned(4);
  let perChunk = 0;
  let chunk = 0;
  for (const place of placesOf(table)) {
    chunk += 1;
    if (chunk === nextRunAt) {
      perChunk = runFields.unsigned(4);
      runFields.skip(4);
      nextRunAt = runFields.unsigned(4);
    }
    let at = place;
    for (let i = 0; i < perChunk && left > 0; i++) {
      if (!allBytes && sizeFields.isAtEnd) return;
      const bytes = allBytes || sizeFields.unsigned(4);
      left -= 1;
      yield { at, bytes };
      at += bytes;
    }
  }
}

/** Where the chunks are. */
function* placesOf(table: Buffer): Generator<number, void> {
  const short = boxAt(table, 'stco');
  const places = short ?? boxAt(table, 'co64');
  if (!places) return;
  const fields = new Fields(places, 8);
  while (!fields.isAtEnd) yield short ? fields.unsigned(4) : fields.long();
}

function areChunksInOrder(table: Buffer): boolean {
  let before = 0;
  let looked = 0;
  for (const place of placesOf(table)) {
    if (place < before) return false;
    before = place;
    looked += 1;
    if (looked === MAX_LOOKED) break;
  }
  return true;
}

function defaultBytesOf(moov: Buffer, trackId: number): number {
  const defaults = boxesIn(boxAt(moov, 'mvex') ?? Buffer.alloc(0))
    .filter(({ type }) => type === 'trex')
    .find(({ content }) => new Fields(content, 4).unsigned(4) === trackId);
  return defaults ? new Fields(defaults.content, 16).unsigned(4) : 0;
}

/**
 * The packets of a track in a fragment (ISO 14496-12, 8.8).
 * @param moof What is in the box, which stays as it is.
 * @param startAt Where the box begins in the file.
 */
export function* readFragment(moof: Buffer, startAt: number, opus: Mp4Opus): Generator<Mp4Sample, void> {
  for (const { type, content } of boxesIn(moof)) {
    const header = type === 'traf' ? boxAt(content, 'tfhd') : undefined;
    if (!header || new Fields(header, 4).unsigned(4) !== opus.trackId) continue;
    const flags = new Fields(header, 1).unsigned(3);
    const fields = new Fields(header, 8);
    const base = flags & 1 ? fields.long() : startAt;
    fields.skip((flags & 2 ? 4 : 0) + (flags & 8 ? 4 : 0));
    const defaultBytes = flags & 16 ? fields.unsigned(4) : opus.defaultBytes;
    let at = base;
    for (const run of boxesIn(content)) {
      if (run.type === 'trun') at = yield* readRun(run.content, { base, at, defaultBytes });
    }
  }
}

/** @returns where the run ends. */
function* readRun(
  run: Buffer,
  { base, at: before, defaultBytes }: { base: number; at: number; defaultBytes: number },
): Generator<Mp4Sample, number> {
  const flags = new Fields(run, 1).unsigned(3);
  const fields = new Fields(run, 4);
  const count = fields.unsigned(4);
  let at = flags & 1 ? base + (fields.unsigned(4) | 0) : before;
  if (flags & 4) fields.skip(4);
  const hasSizes = (flags & 0x200) !== 0;
  if (!hasSizes && defaultBytes === 0) return at;
  for (let i = 0; i < count && !(hasSizes && fields.isAtEnd); i++) {
    if (flags & 0x100) fields.skip(4);
    const bytes = hasSizes ? fields.unsigned(4) : defaultBytes;
    fields.skip((flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0));
    yield { at, bytes };
    at += bytes;
  }
  return at;
}
