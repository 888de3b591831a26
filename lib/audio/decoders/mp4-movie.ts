import { AsrError } from '../../vocabulary/errors';
import { asBuffer } from '../bytes';
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
  /** The codec's four letters, such as `mp4a` or `Opus`; `undefined` where there is no audio. */
  codec: string | undefined;
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
  packets: Mp4Sample[];
  /** Size of a packet in a fragment that does not give it. */
  defaultBytes: number;
}

/** Bytes of a track's codec box before the boxes in it (ISO 14496-12, 12.2.3). */
const AUDIO_ENTRY_BYTES = 28;
/** A day of packets of 2.5 ms. */
const MAX_PACKETS = 40_000_000;

/** Reads an index. @param moov The content of the box. @throws AsrError `BAD_AUDIO` */
export function readMovie(moov: Buffer): Mp4Movie {
  const tracks = boxesIn(moov).filter(({ type, content }) => {
    const handler = type === 'trak' && boxAt(content, 'mdia', 'hdlr');
    return handler && handler.toString('latin1', 8, 12) === 'soun';
  });
  const [track] = tracks;
  const description = track && boxAt(track.content, 'mdia', 'minf', 'stbl', 'stsd');
  const entry = description && boxesIn(description.subarray(8))[0];
  if (!track || !entry) return { codec: undefined };
  const { type: codec } = entry;
  const head = codec === 'Opus' ? boxAt(entry.content.subarray(AUDIO_ENTRY_BYTES), 'dOps') : undefined;
  if (!head) return { codec };
  return { codec, opus: readOpusTrack(moov, track.content, readOpusBox(head)) };
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
function readPackets(table: Buffer): Mp4Sample[] {
  const sizes = boxAt(table, 'stsz');
  const shortPlaces = boxAt(table, 'stco');
  const places = shortPlaces ?? boxAt(table, 'co64');
  const runs = boxAt(table, 'stsc');
  if (!sizes || !places || !runs) return [];
  const sizeFields = new Fields(sizes, 4);
  const allBytes = sizeFields.unsigned(4);
  const count = Math.min(sizeFields.unsigned(4), allBytes ? MAX_PACKETS : (sizes.length - 12) / 4);
  const placeFields = new Fields(places, 8);
  const runFields = new Fields(runs, 8);
  const packets: Mp4Sample[] = [];
  let nextRunAt = runFields.unsigned(4);
  let perChunk = 0;
  for (let chunk = 1; packets.length < count && !placeFields.isAtEnd; chunk++) {
    if (chunk === nextRunAt) {
      perChunk = runFields.unsigned(4);
      runFields.skip(4);
      nextRunAt = runFields.unsigned(4);
    }
    let at = shortPlaces ? placeFields.unsigned(4) : placeFields.long();
    for (let i = 0; i < perChunk && packets.length < count; i++) {
      const bytes = allBytes || sizeFields.unsigned(4);
      packets.push({ at, bytes });
      at += bytes;
    }
  }
  return packets;
}

function defaultBytesOf(moov: Buffer, trackId: number): number {
  const defaults = boxesIn(boxAt(moov, 'mvex') ?? Buffer.alloc(0))
    .filter(({ type }) => type === 'trex')
    .find(({ content }) => new Fields(content, 4).unsigned(4) === trackId);
  return defaults ? new Fields(defaults.content, 16).unsigned(4) : 0;
}

/**
 * The packets of a track in a fragment (ISO 14496-12, 8.8).
 * @param moof The content of the box.
 * @param startAt Where the box begins in the file.
 */
export function readFragment(moof: Uint8Array, startAt: number, opus: Mp4Opus): Mp4Sample[] {
  const packets: Mp4Sample[] = [];
  for (const { type, content } of boxesIn(asBuffer(moof))) {
    const header = type === 'traf' ? boxAt(content, 'tfhd') : undefined;
    if (!header || new Fields(header, 4).unsigned(4) !== opus.trackId) continue;
    const flags = new Fields(header, 1).unsigned(3);
    const fields = new Fields(header, 8);
    let at = flags & 1 ? fields.long() : startAt;
    const base = at;
    fields.skip((flags & 2 ? 4 : 0) + (flags & 8 ? 4 : 0));
    const defaultBytes = flags & 16 ? fields.unsigned(4) : opus.defaultBytes;
    for (const run of boxesIn(content)) {
      if (run.type !== 'trun') continue;
      at = readRun(run.content, { base, at, defaultBytes }, packets);
    }
  }
  return packets;
}

/** @returns Where the run ends. */
function readRun(
  run: Buffer,
  { base, at: before, defaultBytes }: { base: number; at: number; defaultBytes: number },
  packets: Mp4Sample[],
): number {
  const flags = new Fields(run, 1).unsigned(3);
  const fields = new Fields(run, 4);
  const count = fields.unsigned(4);
  let at = flags & 1 ? base + (fields.unsigned(4) | 0) : before;
  if (flags & 4) fields.skip(4);
  const isLong = (flags & 0xf00) !== 0;
  for (let i = 0; i < count && packets.length < MAX_PACKETS && !(isLong && fields.isAtEnd); i++) {
    if (flags & 0x100) fields.skip(4);
    const bytes = flags & 0x200 ? fields.unsigned(4) : defaultBytes;
    fields.skip((flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0));
    packets.push({ at, bytes });
    at += bytes;
  }
  return at;
}
