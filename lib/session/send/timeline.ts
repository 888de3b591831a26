/** Shifts that are remembered one by one; older ones are before every time the service still speaks of. */
const REMEMBERED_SHIFTS = 64;

/**
 * Milliseconds of one protocol session's audio -> milliseconds of the audio that the session was given. A protocol
 * session may begin in the middle of it, silence that was sent to end sentences is none of it, and what had to be
 * dropped was never sent.
 */
export class Timeline {
  #beginMs = 0;
  #shifts: { atMs: number; byMs: number }[] = [];
  #olderMs = 0;

  /** A protocol session begins with the audio at `givenMs`. */
  restart(givenMs: number): void {
    this.#beginMs = givenMs;
    this.#shifts = [];
    this.#olderMs = 0;
  }

  /**
   * From `atMs` on, in the protocol session's time, `byMs` of the given audio are left out; negative: so much silence
   * is sent that is not in the given audio.
   */
  shift(atMs: number, byMs: number): void {
    const last = this.#shifts.at(-1);
    if (last?.atMs === atMs && last.byMs > 0 && byMs > 0) {
      last.byMs += byMs;
      return;
    }
    this.#shifts.push({ atMs, byMs });
    if (this.#shifts.length > REMEMBERED_SHIFTS) this.#olderMs += this.#shifts.shift()?.byMs ?? 0;
  }

  /** A time inside of such a silence is where it began. Whole milliseconds. */
  given(sentMs: number): number {
    let ms = sentMs + this.#olderMs;
    for (const { atMs, byMs } of this.#shifts) {
      if (sentMs > atMs) ms += Math.max(byMs, atMs - sentMs);
    }
    return Math.round(this.#beginMs + Math.max(0, ms));
  }
}
