/** Silences that are remembered one by one; older ones are before every time the service still speaks of. */
const REMEMBERED_SILENCES = 64;

/**
 * Milliseconds of one protocol session's audio -> milliseconds of the audio that the session was given. A protocol
 * session may begin in the middle of it, and silence that was sent to end sentences is none of it.
 */
export class Timeline {
  #beginMs = 0;
  #silences: { atMs: number; lengthMs: number }[] = [];
  #olderMs = 0;

  /** A protocol session begins with the audio at `givenMs`. */
  restart(givenMs: number): void {
    this.#beginMs = givenMs;
    this.#silences = [];
    this.#olderMs = 0;
  }

  /** Silence was sent from `atMs` on, in the protocol session's time. */
  addSilence(atMs: number, lengthMs: number): void {
    this.#silences.push({ atMs, lengthMs });
    if (this.#silences.length > REMEMBERED_SILENCES) this.#olderMs += this.#silences.shift()?.lengthMs ?? 0;
  }

  /** A time inside of such a silence is where it began. Whole milliseconds. */
  given(sentMs: number): number {
    let ms = sentMs - this.#olderMs;
    for (const { atMs, lengthMs } of this.#silences) {
      if (sentMs > atMs) ms -= Math.min(lengthMs, sentMs - atMs);
    }
    return Math.round(this.#beginMs + Math.max(0, ms));
  }
}
