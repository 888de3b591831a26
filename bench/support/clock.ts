/** Microseconds of a clock that all processes of this machine share. */
export function sharedNowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The first bytes of a chunk hold the time when the client got it. The sink reads them. */
export const STAMP_BYTES = 6;

export function stamp(chunk: Buffer, nowUs: number): void {
  chunk.writeUIntLE(nowUs % STAMP_RANGE, 0, STAMP_BYTES);
}

/** The microseconds since the stamp was written. */
export function ageUs(stamped: number, nowUs: number): number {
  return (nowUs - stamped + STAMP_RANGE) % STAMP_RANGE;
}

const STAMP_RANGE = 2 ** 47;
