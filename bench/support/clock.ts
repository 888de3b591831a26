/** Microseconds of a clock that all processes of this machine share. */
export function sharedNowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The first bytes of a chunk tell when it was given to the client; the sink reads them back. */
export const STAMP_BYTES = 6;

export function stamp(chunk: Buffer, nowUs: number): void {
  chunk.writeUIntLE(nowUs % STAMP_RANGE, 0, STAMP_BYTES);
}

/** Microseconds since the stamp was made. */
export function ageUs(stamped: number, nowUs: number): number {
  return (nowUs - stamped + STAMP_RANGE) % STAMP_RANGE;
}

const STAMP_RANGE = 2 ** 47;
