import type { AudioFormatHints } from '../../audio/format';
import { isRate } from '../../audio/pcm-format';
import type { CallFormat } from './call-events';

/** What the providers call their encodings, without `audio/` and `x-`. Samples of L16 have the low byte first. */
const ENCODINGS: Readonly<Record<string, CallFormat['encoding']>> = {
  mulaw: 'mu-law',
  'mu-law': 'mu-law',
  ulaw: 'mu-law',
  pcmu: 'mu-law',
  alaw: 'a-law',
  'a-law': 'a-law',
  pcma: 'a-law',
  l16: 's16le',
  linear16: 's16le',
  slin: 's16le',
  opus: 'opus',
};
const TELEPHONE_RATE_HZ = 8000;

/**
 * The format that a provider names, such as `audio/x-mulaw` with a rate beside it or `audio/l16;rate=16000`.
 * @returns `undefined` for an encoding or a rate that cannot be read.
 */
export function callFormat(encoding: string, rate?: unknown, channels?: unknown): CallFormat | undefined {
  const [type = '', ...parameters] = encoding.toLowerCase().split(';');
  const name = type.trim().replace(/^audio\/(x-)?/, '');
  const known = Object.hasOwn(ENCODINGS, name) ? ENCODINGS[name] : undefined;
  const named = parameters.map((parameter) => /^\s*rate\s*=\s*"?(\d+)/.exec(parameter)?.[1]).find(Boolean);
  const rateHz = Number(rate ?? named ?? TELEPHONE_RATE_HZ);
  const count = Number(channels ?? 1);
  if (!known || !isRate(rateHz) || (count !== 1 && count !== 2)) return undefined;
  return { encoding: known, rateHz, channels: count };
}

/** @param channel The one channel of a track, where the channels are the sides of the call. */
export function hintsOfCall(
  { encoding, rateHz, channels }: CallFormat,
  channel: number | undefined,
): AudioFormatHints {
  // Each message has one Opus packet, which says its rate itself.
  if (encoding === 'opus') return { encoding };
  return { encoding, rate: rateHz, channels, ...(channel !== undefined && { channel }) };
}
