import type { AudioFormatHints } from '../../audio/format';
import { isChannelCount, isRate } from '../../audio/pcm-format';
import { excerpt } from '../../base/excerpt';
import { number } from '../../base/json';
import type { JsonObject } from '../../base/json';
import { AsrError } from '../../vocabulary/errors';

/** Clients without `audio-start` and without a format in their chunks (none is known) send this. */
export const USUAL_FORMAT: AudioFormatHints = {
  rate: 16_000,
  channels: 1,
  bits: 16,
  encoding: 'signed-integer',
};

/** @throws AsrError `BAD_AUDIO` for what is no format of samples. */
export function formatOf(data: JsonObject, fallback: AudioFormatHints): AudioFormatHints {
  const { rate: usualRate = 0, channels: usualChannels = 1, bits: usualBits = 16 } = fallback;
  const rate = number(data.rate) ?? usualRate;
  const channels = number(data.channels) ?? usualChannels;
  const width = number(data.width) ?? usualBits / 8;
  if (rate === usualRate && channels === usualChannels && width * 8 === usualBits) return fallback;
  if (!isRate(rate) || !isChannelCount(channels) || ![1, 2, 3, 4].includes(width)) {
    const got = excerpt({ rate, width, channels });
    throw new AsrError(
      'BAD_AUDIO',
      `Expected audio of 1000 to 768000 Hz, 1 to 4 bytes a sample and 1 to 64 channels, got ${got}.`,
    );
  }
  return { rate, channels, bits: width * 8, encoding: 'signed-integer' };
}
