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

/** Messages that are remembered: more than a minute of live audio in pieces of 100 ms. */
const REMEMBERED_MESSAGES = 1024;
/** Memory to begin with: a session that is open and quiet needs none. */
const FIRST_MESSAGES = 64;

/** When which audio went out. A ring of numbers, written once per message and read once per final. */
export class SendTimes {
  #endMs = new Float64Array(0);
  #sentAtMs = new Float64Array(0);
  #count = 0;

  /** A message whose audio ends at `endMs` of the given audio went out; ends only grow. */
  sent(endMs: number, nowMs: number): void {
    if (this.#count === this.#endMs.length && this.#count < REMEMBERED_MESSAGES) this.#grow();
    const index = this.#count % REMEMBERED_MESSAGES;
    this.#endMs[index] = endMs;
    this.#sentAtMs[index] = nowMs;
    this.#count += 1;
  }

  /** What was sent will be sent again: ends begin anew. */
  rewind(): void {
    this.#count = 0;
  }

  /** When the audio at `positionMs` went out, on the clock; `undefined` when that is too long ago or to come. */
  sentAt(positionMs: number): number | undefined {
    let low = Math.max(0, this.#count - REMEMBERED_MESSAGES);
    let high = this.#count;
    const isForgotten = low > 0 && (this.#endMs[low % REMEMBERED_MESSAGES] ?? 0) > positionMs;
    if (isForgotten) return undefined;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#endMs[middle % REMEMBERED_MESSAGES] ?? 0) < positionMs) low = middle + 1;
      else high = middle;
    }
    return low < this.#count ? this.#sentAtMs[low % REMEMBERED_MESSAGES] : undefined;
  }

  #grow(): void {
    const length = Math.max(FIRST_MESSAGES, 2 * this.#endMs.length);
    this.#endMs = grown(this.#endMs, length);
    this.#sentAtMs = grown(this.#sentAtMs, length);
  }
}

function grown(numbers: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(numbers);
  return larger;
}
