import { asBuffer } from './bytes';
import { findFrames } from './frames';
import { OTHERS, roughness, USUAL } from './sample-layouts';
import type { Layout } from './sample-layouts';

/** What bytes without a mark look like, and what to do about it. */
export interface Likeness {
  /** Completes "it …". */
  looks: string;
  advice: string;
}

/** Fewer bytes resemble anything. */
const MIN_BYTES = 2048;
/** Samples that jump more than this are no speech, or are read in a wrong format. */
const ROUGH = 1;
/** In the right format they are smoother than this, relative to the wrong one. */
const SMOOTHER = 0.55;
/** The chi-square of 256 equally frequent byte values is 255 on average, and almost always less than this. */
const MOST_CHI_SQUARE = 400;
/**
 * Compressed bytes are a little uneven, which shows more the more of them there are; speech is 50 times as uneven.
 */
const UNEVEN_PER_BYTE = 0.02;
/** 24-bit samples at the right of 32 bits are never louder than this. */
const RIGHT_JUSTIFIED = 2 ** -8;
/** The least difference between the first and the second byte of 16-bit samples. */
const LANES_ALIKE = 0.2;
const MIN_DIFFERENT_BYTES = 8;
const RTP_HEADER_BYTES = 12;
const MAX_RTP_PACKET_BYTES = 2048;

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
 */
export function findLikeness(bytes: Uint8Array): Likeness | undefined {
  const rtp = findRtp(bytes);
  if (rtp) return rtp;
  const recording = findRecording(bytes);
  if (recording) return recording;
  if (bytes.length < MIN_BYTES) return undefined;
  if (isEven(bytes)) {
    return {
      looks: 'looks encrypted or compressed: its bytes are all as frequent, as in noise at full scale',
      advice: 'Decrypt or unpack it first, or say its format',
    };
  }
  return findLayout(bytes);
}

/** Describes in words what any bytes look like. */
export function looksLike(bytes: Uint8Array): string | undefined {
  const likeness = findLikeness(bytes);
  if (likeness) return likeness.looks;
  if (bytes.length < MIN_BYTES) return `has only ${bytes.length} bytes`;
  const rough = roughness(bytes, USUAL);
  if (rough === undefined) return 'looks like silence';
  return rough < ROUGH ? `looks like raw ${USUAL.name}` : undefined;
}

/** RFC 3550: version 2, a growing sequence number and a constant SSRC. */
function findRtp(bytes: Uint8Array): Likeness | undefined {
  if (bytes.length < 2 * RTP_HEADER_BYTES || (bytes[0] ?? 0) >> 6 !== 2) return undefined;
  const view = asBuffer(bytes);
  const ssrc = view.subarray(8, 12);
  const first = view.readUInt16BE(2);
  const at =
    view.subarray(0, RTP_HEADER_BYTES + MAX_RTP_PACKET_BYTES).indexOf(ssrc, RTP_HEADER_BYTES + 8) - 8;
  if (at < RTP_HEADER_BYTES || view.readUInt16BE(at + 2) !== ((first + 1) & 0xffff)) return undefined;
  const isLike = view[at] === view[0] && ((view[at + 1] ?? 0) & 0x7f) === ((view[1] ?? 0) & 0x7f);
  if (!isLike) return undefined;
  return {
    looks: `has an RTP header every ${at} bytes`,
    advice: `Take the first ${RTP_HEADER_BYTES} bytes off each packet and say what is behind them (RTP payload type ${(view[1] ?? 0) & 0x7f})`,
  };
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
  const usual = roughness(bytes, USUAL);
  if (usual === undefined) return undefined;
  const wide = usual > ROUGH ? smoothest(bytes, usual) : undefined;
  const layout = wide ?? (areLanesAlike(bytes) ? quietest(bytes) : undefined);
  if (!layout) return undefined;
  const isRight =
    layout.strideBytes === 4 && layout.name.startsWith('32-bit samples') && isQuiet(bytes, layout);
  if (isRight) {
    return {
      looks: 'looks like 24-bit samples at the right of 32 bits',
      advice: `Shift each sample left by 8 bits at the sender, and ${layout.advice}`,
    };
  }
  const { name, advice } = layout;
  return { looks: `looks like ${name}`, advice: advice.charAt(0).toUpperCase() + advice.slice(1) };
}

/** Floats are tried before integers of the same width, which they resemble. */
function smoothest(bytes: Uint8Array, usual: number): Layout | undefined {
  let best: Layout | undefined;
  let bound = SMOOTHER * usual;
  for (const layout of OTHERS) {
    if (layout.strideBytes === 1) continue;
    const rough = roughness(bytes, layout) ?? Infinity;
    if (rough >= bound) continue;
    best = layout;
    bound = layout.name.includes('float') ? 0 : rough;
  }
  return best;
}

/** For samples of one byte: with the right law speech is near silence, with a wrong one near full scale. */
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

function isQuiet(bytes: Uint8Array, { strideBytes, read }: Layout): boolean {
  const view = asBuffer(bytes);
  for (let at = 0; at + strideBytes <= view.length; at += strideBytes) {
    if (Math.abs(read(view, at)) >= RIGHT_JUSTIFIED) return false;
  }
  return true;
}
