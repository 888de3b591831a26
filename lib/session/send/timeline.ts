/** How many messages are remembered: more than a minute of live audio in pieces of 100 ms. */
const REMEMBERED_MESSAGES = 1024;
/** The initial memory; an open and quiet session needs little. */
const FIRST_MESSAGES = 64;

/** Remembers when which audio was sent. It is a ring of numbers, written once per message and read once per final. */
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

  /** Sent audio will be sent again, so positions begin anew. */
  rewind(): void {
    this.#count = 0;
  }

  /**
   * When the audio at `positionMs` was sent, on the clock; `undefined` when that is too long ago or still to come.
   */
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

/** How many shifts are remembered one by one; older ones lie before every time that the service still reports. */
const REMEMBERED_SHIFTS = 64;

/**
 * Converts milliseconds of a protocol session's audio into milliseconds of the given audio. The two differ because a
 * protocol session may begin in the middle of the given audio, silence that ends sentences is not part of it, and
 * dropped audio was never sent.
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
   * From `atMs` on, in the protocol session's time, `byMs` of the given audio are left out. A negative value is
   * silence that is sent and not part of the given audio.
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

  /** A time within such silence is moved to its beginning. Returns whole milliseconds. */
  given(sentMs: number): number {
    let ms = sentMs + this.#olderMs;
    for (const { atMs, byMs } of this.#shifts) {
      if (sentMs > atMs) ms += Math.max(byMs, atMs - sentMs);
    }
    return Math.round(this.#beginMs + Math.max(0, ms));
  }
}
