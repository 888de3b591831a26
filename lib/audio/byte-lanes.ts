import { asBuffer } from './bytes';
import { OTHERS, USUAL } from './sample-layouts';
import type { Layout } from './sample-layouts';

/** The average distance of two unrelated bytes. */
const UNRELATED = 64;
/** Bytes with a smaller distance are upper bytes, or those of a quiet room. */
const LEAST_MOVING = 20;
/** Two lanes of lower bytes differ by no more than this. */
const ALIKE = 0.85;
/** The upper bytes of samples follow each other this much more closely than bytes at the expected position. */
const CLOSER = 0.65;
/** This part of the samples may be no such samples, because the first bytes may belong to something else. */
const MAY_DIFFER = 0.005;
/** Floats that are meant as sound are smaller than this. */
const LARGEST_FLOAT = 8;
const SMALLEST_FLOAT = 1e-9;

/** All bytes at one position of the samples, such as the uppermost of each. */
interface Lane {
  /** Average distance of a byte from the previous one in the same lane, on a circle of 256. */
  distance: number;
  /** Whether all of its bytes are the same, so that it is no part of a sample. */
  isConstant: boolean;
}

/**
 * The layout of wide samples that these bytes show: the upper bytes follow each other closely, and the lower ones are
 * like noise or constant. The bytes begin with a sample. `undefined` where the usual layout fits, and where none is
 * clear.
 */
export function findWideLayout(bytes: Uint8Array): Layout | undefined {
  const view = asBuffer(bytes);
  const [first, second, third, fourth] = lanesOf(view, 4);
  if (!first || !second || !third || !fourth) return undefined;
  if (areSigns(view, 3, 2)) {
    if (areSigns(view, 2, 1) && !first.isConstant) return layout('32-bit samples of 16 bits');
    if (isMoving(second) || first.isConstant) return layout('24-bit samples at the right of 32 bits');
  }
  if (areSigns(view, 0, 1) && isMoving(third)) {
    return layout('24-bit samples at the right of 32 bits, upper byte first (big endian)');
  }
  if (areFloats(view, (at) => view.readFloatLE(at))) return layout('32-bit float samples');
  if (areFloats(view, (at) => view.readFloatBE(at))) {
    return layout('32-bit float samples, upper byte first (big endian)');
  }
  if (isLower(second, first) && isFarCloser(fourth, second) && isUnlike(third, fourth))
    return layout('32-bit samples');
  if (isLower(third, fourth) && isFarCloser(first, third) && isUnlike(second, first)) {
    return layout('32-bit samples, upper byte first (big endian)');
  }
  if (isFarCloser(second, first) && isFarCloser(fourth, third)) return undefined;
  const [low, middle, high] = lanesOf(view, 3);
  if (low && middle && high) {
    if (isFarCloser(high, middle) && isFarCloser(high, low)) return layout('24-bit samples');
    if (isFarCloser(low, middle) && isFarCloser(low, high)) {
      return layout('24-bit samples, upper byte first (big endian)');
    }
  }
  const isBig = isFarCloser(first, second) && isFarCloser(third, fourth);
  return isBig ? layout('16-bit samples, upper byte first (big endian)') : undefined;
}

function layout(name: string): Layout {
  return OTHERS.find((other) => other.name === name) ?? USUAL;
}

function lanesOf(view: Buffer, stride: number): Lane[] {
  return Array.from({ length: stride }, (_, lane) => {
    // With two alternating channels, each follows its own previous byte.
    const near = distanceOf(view, lane, stride, stride);
    const far = distanceOf(view, lane, stride, 2 * stride);
    return { distance: Math.min(near, far), isConstant: isConstant(view, lane, stride) };
  });
}

function distanceOf(view: Buffer, lane: number, stride: number, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let at = lane + lag; at < view.length; at += stride) {
    const apart = Math.abs((view[at] ?? 0) - (view[at - lag] ?? 0));
    sum += Math.min(apart, 256 - apart);
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

function isConstant(view: Buffer, lane: number, stride: number): boolean {
  for (let at = lane; at < view.length; at += stride) if (view[at] !== view[lane]) return false;
  return true;
}

/** Whether a lane may be the lower bytes of samples. */
function isMoving({ distance, isConstant: isNothing }: Lane): boolean {
  return isNothing || distance > LEAST_MOVING;
}

/** Whether a lane is as unlike an upper byte as the lowest one, and does not belong to another channel. */
function isLower(lane: Lane, lowest: Lane): boolean {
  if (lane.isConstant) return true;
  return isMoving(lane) && lane.distance > ALIKE * (lowest.isConstant ? UNRELATED / 2 : lowest.distance);
}

/** Whether a lane is not itself an upper byte that moves as little. */
function isUnlike(lane: Lane, upper: Lane): boolean {
  return !lane.isConstant && lane.distance > upper.distance;
}

function isFarCloser(lane: Lane, than: Lane): boolean {
  return !lane.isConstant && lane.distance < CLOSER * (than.isConstant ? UNRELATED : than.distance);
}

/** Whether the bytes of one lane are only the sign of those of another lane that varies. */
function areSigns(view: Buffer, lane: number, of: number): boolean {
  const count = Math.floor(view.length / 4);
  let mayDiffer = MAY_DIFFER * count;
  let negative = 0;
  for (let at = 0; at + 4 <= view.length; at += 4) {
    const sign = (view[at + of] ?? 0) & 0x80 ? 0xff : 0;
    if (view[at + lane] !== sign && --mayDiffer < 0) return false;
    if (sign) negative += 1;
  }
  return negative > 0 && negative < count;
}

function areFloats(view: Buffer, read: (at: number) => number): boolean {
  const count = Math.floor(view.length / 4);
  let mayDiffer = MAY_DIFFER * count;
  let sounding = 0;
  for (let at = 0; at + 4 <= view.length; at += 4) {
    const level = Math.abs(read(at));
    const isSounding = level > SMALLEST_FLOAT && level <= LARGEST_FLOAT;
    if (!isSounding && level !== 0 && --mayDiffer < 0) return false;
    if (isSounding) sounding += 1;
  }
  return sounding > count / 2;
}
