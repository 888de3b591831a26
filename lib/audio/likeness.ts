import { asBuffer } from './bytes';
import { findWideLayout } from './byte-lanes';
import { findFrames } from './frames';
import { OTHERS, roughness, USUAL } from './sample-layouts';
import type { Layout } from './sample-layouts';
import { isUtf16 } from './text-content';

/** What unmarked bytes resemble, and what to do about it. */
export interface Likeness {
  /** Completes "it …". */
  looks: string;
  advice: string;
}

/** Fewer bytes resemble anything. */
const MIN_BYTES = 2048;
/** The layout is judged by at least this much, because a quiet beginning resembles another layout. */
const MIN_LAYOUT_BYTES = 16 * 1024;
/** Samples that jump more than this are no speech, or are read in a wrong format. */
const ROUGH = 1;
/** The chi-square of 256 equally frequent byte values is 255 on average, and almost always less than this. */
const MOST_CHI_SQUARE = 400;
/**
 * Compressed bytes are a little uneven, which shows more the more of them there are; speech is 50 times as uneven.
 */
const UNEVEN_PER_BYTE = 0.02;
/** The least difference between the first and the second byte of 16-bit samples. */
const LANES_ALIKE = 0.2;
const MIN_DIFFERENT_BYTES = 8;
const RTP_HEADER_BYTES = 12;
const MAX_RTP_PACKET_BYTES = 2048;
/** A packet has no more samples than this. */
const MAX_RTP_STEP = 8192;

const EVEN: Likeness = {
  looks: 'looks encrypted or compressed: its bytes are all as frequent, as in noise at full scale',
  advice: 'Decrypt or unpack it first, or say its format',
};
const TEXT: Likeness = {
  looks: 'looks like text in UTF-16, which is as quiet as silence',
  advice: 'Send the bytes of a recording',
};
const COMPRESSED: Likeness = {
  looks: 'looks compressed: its bytes do not follow each other as samples do',
  advice: 'Say its format, or send it from its beginning',
};

/** Marks that also occur in the middle of a recording. */
const INNER_MARKS: readonly [mark: string, what: string][] = [
  ['OggS\0', 'an Ogg recording'],
  ['\x1f\x43\xb6\x75', 'a WebM recording'],
  ['\x1a\x45\xdf\xa3', 'a WebM recording'],
  ['moof\0\0\0\x10mfhd', 'a fragmented MP4'],
  ['WAVEfmt ', 'a WAV'],
  ['fLaC\0\0\0\x22', 'a FLAC file'],
  ['#!AMR', 'an AMR recording'],
];

/**
 * What the bytes look like if they are unlike the usual raw samples; `undefined` where they may well be such samples.
 * @param isAll Whether no more bytes come.
 */
export function findLikeness(bytes: Uint8Array, isAll = false): Likeness | undefined {
  const rtp = findRtp(bytes);
  if (rtp) return rtp;
  const recording = findRecording(bytes);
  if (recording) return recording;
  if (isUtf16(bytes)) return TEXT;
  if (bytes.length < MIN_BYTES) return undefined;
  if (isEven(bytes)) {
    return EVEN;
  }
  return isAll || bytes.length >= MIN_LAYOUT_BYTES ? findLayout(bytes) : undefined;
}

/** Describes in words what any bytes look like. */
export function looksLike(bytes: Uint8Array): string | undefined {
  const likeness = findLikeness(bytes, true);
  if (likeness) return likeness.looks;
  if (bytes.length < MIN_BYTES) return `has only ${bytes.length} bytes`;
  const rough = roughness(bytes, USUAL);
  if (rough === undefined) return 'looks like silence';
  return rough < ROUGH ? `looks like raw ${USUAL.name}` : undefined;
}

/**
 * RFC 3550: packets with growing sequence numbers and one SSRC. In the middle of the data one more packet is needed
 * to be certain.
 */
function findRtp(bytes: Uint8Array): Likeness | undefined {
  const view = asBuffer(bytes);
  for (let at = 0; at < MAX_RTP_PACKET_BYTES; at++) {
    const next = nextRtp(view, at);
    if (next === undefined) continue;
    const third = nextRtp(view, next);
    // Two packets are enough where no third one has come yet.
    const isEnough =
      third === undefined
        ? at === 0 && view.length < 2 * next + RTP_HEADER_BYTES
        : isRegular(view, at, next, third);
    if (!isEnough) continue;
    const every = third === undefined || third - next === next - at ? ` every ${next - at} bytes` : 's';
    return {
      looks: `has ${every === 's' ? '' : 'an '}RTP header${every}`,
      advice: `Take the first ${rtpHeaderBytes(view, at)} bytes off each packet and say what is behind them (RTP payload type ${view.readUInt8(at + 1) & 0x7f})`,
    };
  }
  return undefined;
}

/** Whether the timestamps of three packets grow regularly, and their source is not silence. */
function isRegular(view: Buffer, first: number, second: number, third: number): boolean {
  const [a, b, c] = [first, second, third].map((at) => view.readUInt32BE(at + 4));
  const step = ((b ?? 0) - (a ?? 0)) >>> 0;
  const isStep = step > 0 && step < MAX_RTP_STEP && step === ((c ?? 0) - (b ?? 0)) >>> 0;
  return isStep && new Set(view.subarray(first + 8, first + RTP_HEADER_BYTES)).size > 2;
}

/** Where the packet after the one at this position begins; `undefined` where there is none. */
function nextRtp(view: Buffer, at: number): number | undefined {
  if (at + RTP_HEADER_BYTES > view.length || view.readUInt8(at) >> 6 !== 2) return undefined;
  const ssrc = view.subarray(at + 8, at + RTP_HEADER_BYTES);
  const within = view.subarray(at, at + MAX_RTP_PACKET_BYTES + RTP_HEADER_BYTES);
  for (let found = 0; ;) {
    found = within.indexOf(ssrc, found + (found === 0 ? RTP_HEADER_BYTES + 8 : 1));
    if (found === -1) return undefined;
    const next = at + found - 8;
    const isCounted = view.readUInt16BE(next + 2) === ((view.readUInt16BE(at + 2) + 1) & 0xffff);
    const isAlike =
      view[next] === view[at] && ((view.readUInt8(next + 1) ^ view.readUInt8(at + 1)) & 0x7f) === 0;
    if (isCounted && isAlike) return next;
  }
}

/** The length of the header with its contributing sources and its extension. */
function rtpHeaderBytes(view: Buffer, at: number): number {
  const flags = view.readUInt8(at);
  const bytes = RTP_HEADER_BYTES + 4 * (flags & 15);
  const hasExtension = (flags & 0x10) !== 0 && at + bytes + 4 <= view.length;
  return hasExtension ? bytes + 4 + 4 * view.readUInt16BE(at + bytes + 2) : bytes;
}

function findRecording(bytes: Uint8Array): Likeness | undefined {
  const frames = findFrames(bytes);
  const view = asBuffer(bytes);
  const inner = INNER_MARKS.find(([mark]) => view.includes(mark, 0, 'latin1'))?.[1];
  const name = frames?.kind === 'mp3' ? 'MP3' : frames?.kind === 'ffmpeg' ? frames.input.name : inner;
  if (name === undefined) return undefined;
  return {
    looks: `looks like ${name} without its beginning`,
    advice: 'Send it from its beginning, or say its type (msg.mimeType, such as audio/mpeg)',
  };
}

function isEven(bytes: Uint8Array): boolean {
  const expected = bytes.length / 256;
  let chiSquare = 0;
  for (const count of histogram(bytes, 0, 1)) chiSquare += (count - expected) ** 2 / expected;
  return chiSquare < MOST_CHI_SQUARE + UNEVEN_PER_BYTE * bytes.length;
}

function findLayout(bytes: Uint8Array): Likeness | undefined {
  const wide = findWideLayout(bytes);
  const areNarrow = !wide && areLanesAlike(bytes);
  const layout = areNarrow ? quietest(bytes) : wide;
  if (!layout) return undefined;
  // Silence has no layout.
  if (roughness(bytes, USUAL) === undefined) return undefined;
  // Samples follow each other under any law; other data does not.
  if (areNarrow && (roughness(bytes, layout) ?? ROUGH) >= ROUGH) return COMPRESSED;
  const { name, advice } = layout;
  return { looks: `looks like ${name}`, advice: advice.charAt(0).toUpperCase() + advice.slice(1) };
}

/** Bytes that are samples: the right law has speech near silence, and a wrong one near full scale. */
function quietest(bytes: Uint8Array): Layout | undefined {
  let best: Layout | undefined;
  let bound = Infinity;
  const view = asBuffer(bytes);
  for (const layout of OTHERS) {
    if (layout.strideBytes !== 1) continue;
    let level = 0;
    for (let at = 0; at < view.length; at++) level += Math.abs(layout.read(view, at));
    if (level >= bound) continue;
    best = layout;
    bound = level;
  }
  return best;
}

/** Whether the first and the second byte of each pair are alike, which they are not in 16-bit samples. */
function areLanesAlike(bytes: Uint8Array): boolean {
  const even = histogram(bytes, 0, 2);
  const odd = histogram(bytes, 1, 2);
  const different = even.filter((count) => count > 0).length;
  const distance = even.reduce((sum, count, byte) => sum + Math.abs(count - (odd[byte] ?? 0)), 0);
  return different >= MIN_DIFFERENT_BYTES && distance < LANES_ALIKE * bytes.length;
}

function histogram(bytes: Uint8Array, start: number, step: number): number[] {
  const counts = new Array<number>(256).fill(0);
  for (let at = start; at < bytes.length; at += step) {
    const byte = bytes[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return counts;
}
