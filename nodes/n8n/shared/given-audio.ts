import { createHash } from 'node:crypto';
import { errorOf } from '../../../lib/hosts';
import { AsrError } from '../../../lib';

/** How much of an item's audio a session has taken. When the item fails, the next try goes on from there. */
export class GivenAudio {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #refusal: Error | undefined;

  /**
   * The audio without the part that was taken already.
   * @throws AsrError For audio whose beginning has changed, and the refusal of an earlier part: neither can be
   * continued.
   */
  async *rest(audio: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    if (this.#refusal) throw this.#refusal;
    const again = createHash('sha256');
    let known = this.#bytes;
    for await (const chunk of audio) {
      const skipped = Math.min(known, chunk.length);
      if (skipped > 0) {
        again.update(chunk.subarray(0, skipped));
        known -= skipped;
        if (known === 0 && again.digest('hex') !== this.#hash.copy().digest('hex')) throw anotherAudio();
      }
      if (skipped < chunk.length) yield skipped === 0 ? chunk : chunk.subarray(skipped);
    }
    if (known > 0) throw anotherAudio();
  }

  /** The session has taken the chunk. */
  took(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
  }

  /** The session refuses to go on. Where it has taken nothing, another try costs nothing. */
  refused(error: unknown): void {
    if (this.#bytes > 0) this.#refusal = errorOf(error);
  }
}

function anotherAudio(): AsrError {
  return new AsrError(
    'BAD_AUDIO',
    'The audio of this item is not what it was at the first try, and the session has heard a part of that. ' +
      'Begin with a new session, so that nothing is said twice.',
  );
}
