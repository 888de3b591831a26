// Where everything lies in the one memory. Nothing here outlives a call from JavaScript but the table of the filter.

/** Samples that are worked on at once, of all channels. */
export const BLOCK_SAMPLES: i32 = 32_768;
/** The same of one channel. */
export const BLOCK_FRAMES: i32 = 8192;
/** Of one frame of FLAC, the largest thing that comes in one piece. */
export const INPUT_BYTES: i32 = 1024 * 1024;
export const TABLE_FLOATS: i32 = 128 * 1024;
export const MAX_TAPS: i32 = 16 * 1024;
/** Samples of one channel in a frame of FLAC. */
export const FLAC_SAMPLES: i32 = 65_536;

/** Loads of a whole vector may read so much beyond an end. */
const PAD: i32 = 64;

/** Bytes as they came. */
export const INPUT: usize = memory.data(INPUT_BYTES + PAD, 16);
/** Interleaved samples. */
export const WIDE: usize = memory.data(4 * BLOCK_SAMPLES + PAD, 16);
/** One channel after the other. */
export const PLANES: usize = memory.data(4 * BLOCK_SAMPLES + PAD, 16);
/** One channel. */
export const MONO: usize = memory.data(4 * BLOCK_FRAMES + PAD, 16);
/** What the filter reads: what it keeps of before, then what is new. */
export const SIGNAL: usize = memory.data(4 * (MAX_TAPS + BLOCK_FRAMES) + PAD, 16);
/** The filter's coefficients, row after row. */
export const TABLE: usize = memory.data(4 * TABLE_FLOATS, 16);
/** What the filter gives. */
export const FILTERED: usize = memory.data(4 * BLOCK_FRAMES + PAD, 16);
/** 16-bit samples that go out. */
export const PCM: usize = memory.data(2 * BLOCK_FRAMES + PAD, 16);
/** What each value of a byte stands for, where a sample is one byte. */
export const LOOKUP: usize = memory.data(4 * 256, 16);
/** Results that are more than one number. */
export const RESULT: usize = memory.data(64, 16);
/** Whole numbers of up to eight channels. */
export const FLAC: usize = memory.data(8 * 4 * FLAC_SAMPLES, 16);
