/** Sample rate of all audio here. */
export const RATE_HZ = 16_000;
