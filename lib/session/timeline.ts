/** Silences that are remembered one by one; older ones are before every time the service still speaks of. */
const REMEMBERED_SILENCES = 64;

/**
 * Milliseconds of the protocol session's audio -> milliseconds of the audio that the session was given: takes out the
 * silence that was sent to end sentences.
 */
export class Timeline {
  readonly #silences: { atMs: number; lengthMs: number }[] = [];
  #olderMs = 0;

  /** Silence was sent from `atMs` on, in the protocol session's time. */
  addSilence(atMs: number, lengthMs: number): void {
    this.#silences.push({ atMs, lengthMs });
    if (this.#silences.length > REMEMBERED_SILENCES) this.#olderMs += this.#silences.shift()?.lengthMs ?? 0;
  }

  /** A time inside of such a silence is where it began. */
  given(sentMs: number): number {
    let ms = sentMs - this.#olderMs;
    for (const { atMs, lengthMs } of this.#silences) {
      if (sentMs > atMs) ms -= Math.min(lengthMs, sentMs - atMs);
    }
    return Math.max(0, ms);
  }
}
