import { decodeAudio } from '../audio/decode';
import type { DecodeAudioOptions } from '../audio/decode';
import { AsrError } from '../vocabulary/errors';
import type { AudioFeed } from './sources/source';

/**
 * The 16-bit mono samples of a feed, whatever its format, from its first audio to its end. The feed is closed then,
 * however it ends.
 * @throws AsrError Why it was lost, or `BAD_AUDIO`; not for a sender that sent nothing.
 */
export async function* feedSamples(
  feed: AudioFeed,
  options: Omit<DecodeAudioOptions, 'hints'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let hasArrived = false;
  const chunks = (async function* () {
    for await (const chunk of feed.chunks) {
      hasArrived ||= chunk.length > 0;
      yield chunk;
    }
  })();
  try {
    yield* decodeAudio(chunks, { ...options, hints: { ...feed.hints, isRecording: false } });
  } catch (error) {
    // A port scanner, or a device that sent nothing. That is no fault.
    const isNothing = error instanceof AsrError && error.code === 'BAD_AUDIO' && !hasArrived;
    if (!isNothing) throw error;
  } finally {
    await feed.close();
  }
}
