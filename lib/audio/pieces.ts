import { AsrError } from '../vocabulary/errors';
import type { AudioIntake, Pcm } from './intake';

/**
 * All the PCM that a call has begun to give, piece by piece. The event loop turns in between, so that nothing else
 * waits long for it, and the signal is checked.
 * @throws AsrError `BAD_AUDIO`, `ABORTED`
 */
export async function* piecesOf(
  intake: AudioIntake,
  first: Pcm,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  let pcm = first instanceof Promise ? await first : first;
  for (;;) {
    if (pcm.length > 0) yield pcm;
    if (intake.turns.isDue) await intake.turns.take();
    if (!intake.isPending) return;
    if (signal?.aborted) {
      throw new AsrError('ABORTED', 'Decoding the audio was aborted.', { cause: signal.reason });
    }
    const next = intake.read();
    pcm = next instanceof Promise ? await next : next;
  }
}
