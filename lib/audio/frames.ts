import { findFlacHeader } from './decoders/flac-frame';
import { readMp3Frame } from './decoders/mp3-frames';
import { ffmpeg } from './marks';
import type { Identity } from './marks';

/** Two frames of MPEG audio of the usual kinds. */
const FRAME_SEARCH_BYTES = 4096;
/** A frame of two channels of 24 bits that could not be compressed. */
const MAX_FLAC_FRAME_BYTES = 64 * 1024;
/** A recording that was cut off at its front has its first whole frame within this. */
const MAX_CUT_BYTES = 8192;
/** This many frames in a row are no chance, wherever the first one stands. */
const SURE_FRAMES = 4;
const TS_PACKET_BYTES = [188, 192, 204];

const UNKNOWN: Identity = { kind: 'unknown' };

/** Identifies frames of MPEG audio or AAC at the beginning, where each must begin at the end of the previous one. */
export function identifyFrames(head: Uint8Array, isAll: boolean): Identity | undefined {
  if (isTransportStream(head, 0, 3)) return ffmpeg('mpegts', 'MPEG video');
  if (findFlacHeader(head, 0)) {
    if (isFlacChain(head, 0)) return { kind: 'flac' };
    return isAll || head.length > MAX_FLAC_FRAME_BYTES ? undefined : UNKNOWN;
  }
  const isFrame = head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0;
  if (!isFrame) return undefined;
  const mp3 = readMp3Frame(head, 0);
  if (mp3) {
    if (head.length < mp3.bytes + 4) return isAll || head.length > FRAME_SEARCH_BYTES ? undefined : UNKNOWN;
    if (isMp3Chain(head, 0, 2)) return { kind: 'mp3' };
  }
  if (isAdts(head, 0)) {
    const length = adtsLength(head, 0);
    if (head.length < length + 3) return isAll || head.length > 2 * FRAME_SEARCH_BYTES ? undefined : UNKNOWN;
    if (isAdtsChain(head, 0, 2)) return ffmpeg('aac', 'AAC');
  }
  return undefined;
}

/**
 * Identifies data that begins in the middle of a frame: several whole frames in a row somewhere near the beginning.
 * @returns `undefined` also where more bytes are needed.
 */
export function findFrames(head: Uint8Array): Identity | undefined {
  const last = Math.min(head.length, MAX_CUT_BYTES);
  for (let at = 0; at < last; at++) {
    if (head[at] === 0x47 && isTransportStream(head, at, SURE_FRAMES)) return ffmpeg('mpegts', 'MPEG video');
    if (head[at] !== 0xff) continue;
    // Layer 1 is not in use, and its short frames occur by chance in samples with more bits than they need.
    if (readMp3Frame(head, at)?.layer !== 1 && isMp3Chain(head, at, SURE_FRAMES)) return { kind: 'mp3' };
    if (isAdtsChain(head, at, SURE_FRAMES)) return ffmpeg('aac', 'AAC');
    if (isFlacChain(head, at)) return { kind: 'flac' };
  }
  return undefined;
}

/**
 * Whether a frame of FLAC begins here, followed by another of the same kind with the next number. A frame does not
 * give its own length.
 */
function isFlacChain(bytes: Uint8Array, start: number): boolean {
  const first = findFlacHeader(bytes, start);
  if (!first) return false;
  for (let at = bytes.indexOf(0xff, start + 1); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = findFlacHeader(bytes, at);
    const isNext = next?.number === first.number + 1 || next?.number === first.number + first.size;
    if (isNext && next.rateHz === first.rateHz && next.bits === first.bits) return true;
  }
  return false;
}

export function isAdts(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xf6) === 0xf0;
}

function isMp3Chain(bytes: Uint8Array, start: number, count: number): boolean {
  const first = readMp3Frame(bytes, start);
  let at = start;
  for (let i = 0; i < count; i++) {
    const frame = readMp3Frame(bytes, at);
    if (frame?.rateHz !== first?.rateHz || frame?.layer !== first?.layer || !frame) return false;
    at += frame.bytes;
  }
  return true;
}

function isAdtsChain(bytes: Uint8Array, start: number, count: number): boolean {
  let at = start;
  for (let i = 0; i < count; i++) {
    // The rate, the profile and the channels are the same in all frames.
    const isLikeFirst = (bytes[at + 2] ?? 0) >> 2 === (bytes[start + 2] ?? 0) >> 2;
    if (at + 3 > bytes.length || !isAdts(bytes, at) || !isLikeFirst) return false;
    const length = adtsLength(bytes, at);
    // The last frame need not be complete.
    if (length <= 7 && i < count - 1) return false;
    at += length;
  }
  return true;
}

function adtsLength(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
}

/** Packets of MPEG-TS, each with its mark. */
function isTransportStream(bytes: Uint8Array, start: number, count: number): boolean {
  return TS_PACKET_BYTES.some((size) => {
    for (let i = 0; i < count; i++) if (bytes[start + i * size] !== 0x47) return false;
    return true;
  });
}
