/** The sample rate of all audio in this folder. */
export const RATE_HZ = 16_000;
