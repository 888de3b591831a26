/** Quiet audio, sent this long before the last sign of life without a sentence, is silence to the service too. */
const QUIET_AFTER_MS = 5000;
/** The same for loud audio, if the service has said nothing at all since: it is no speech. */
const NOISE_AFTER_MS = 60_000;
/** Audio between two marks. */
const MARK_EVERY_MS = 1000;
const MAX_MARKS = 256;
/** Audio before the beginning of an open sentence that a recogniser needs to hear its first word. */
const LEAD_MS = 300;
/** A short phrase is better understood with the one before it, as long as both are this near and this short together. */
const CONTEXT_PAUSE_MS = 2500;
const CONTEXT_MS = 12_000;
/**
 * Recognisers hear in frames of 10, 20, 32 or 40 ms; a replay that begins with one of the lost session's gives the same
 * words.
 */
const FRAME_MS = 160;
/** Where speech goes on without a pause after a final: enough not to cut the next word's beginning. */
const OVERLAP_MS = 200;

interface Mark {
  fromMs: number;
  positionMs: number;
  sentAtMs: number;
  isLoud: boolean;
}

/**
 * Up to where the given audio is settled: all of its words are final, or there are none. What comes behind has to be
 * sent again after a loss. Times are milliseconds of the given audio; all of them only grow.
 */
export class Settled {
  #settledMs = 0;
  /** Behind a commit or the end of a protocol session the service begins anew: nothing before it is needed. */
  #boundaryMs = 0;
  #lastFinalFromMs: number | undefined;
  #lastFinalEndMs = 0;
  #openFromMs: number | undefined;
  #heardMs = 0;
  #lastEventAtMs = 0;
  #sentSinceEventMs = 0;
  #loudSinceEventMs = 0;
  #sentMs = 0;
  /** What was sent until when, on the clock, and whether there may be speech in it. */
  #marks: Mark[] = [];
  /** Used again: one a second lives just long enough to cost the garbage collector most (bench/README.md). */
  #spareMarks: Mark[] = [];

  get ms(): number {
    return this.#settledMs;
  }

  /**
   * Where the audio begins that a new protocol session should hear: before what is not settled, so that it understands
   * its first words as the lost one would have.
   */
  get replayFromMs(): number {
    const sinceBoundaryMs = this.#usefulFromMs - this.#boundaryMs;
    return this.#boundaryMs + Math.max(0, FRAME_MS * Math.floor(sinceBoundaryMs / FRAME_MS));
  }

  get #usefulFromMs(): number {
    const openFromMs = this.#openFromMs ?? this.#settledMs;
    const contextFromMs = this.#lastFinalFromMs ?? -Infinity;
    const pauseMs = openFromMs - this.#lastFinalEndMs;
    if (pauseMs <= CONTEXT_PAUSE_MS && openFromMs - contextFromMs <= CONTEXT_MS) {
      return Math.min(contextFromMs, openFromMs) - LEAD_MS;
    }
    const goesOn = this.#openFromMs !== undefined && pauseMs < LEAD_MS;
    return goesOn
      ? Math.min(openFromMs, this.#lastFinalEndMs) - OVERLAP_MS
      : Math.max(openFromMs - LEAD_MS, this.#lastFinalEndMs);
  }

  /** What was sent so long ago that the service would have begun a sentence if there were speech in it. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Audio that was sent since the service said something about speech. */
  get sentSinceEventMs(): number {
    return this.#sentSinceEventMs;
  }

  /** Of that, what is loud enough to be speech. */
  get loudSinceEventMs(): number {
    return this.#loudSinceEventMs;
  }

  sent(positionMs: number, nowMs: number, isLoud: boolean): void {
    const sentMs = positionMs - this.#sentMs;
    this.#sentMs = positionMs;
    this.#sentSinceEventMs += sentMs;
    if (isLoud) this.#loudSinceEventMs += sentMs;
    const last = this.#marks.at(-1);
    if (last && (positionMs - last.fromMs < MARK_EVERY_MS || this.#marks.length === MAX_MARKS)) {
      last.positionMs = positionMs;
      last.sentAtMs = nowMs;
      last.isLoud ||= isLoud;
      return;
    }
    const mark = this.#spareMarks.pop() ?? { fromMs: 0, positionMs: 0, sentAtMs: 0, isLoud: false };
    mark.fromMs = mark.positionMs = positionMs;
    mark.sentAtMs = nowMs;
    mark.isLoud = isLoud;
    this.#marks.push(mark);
  }

  /** All results of the audio before the position are there, and the service begins anew behind it. */
  boundary(positionMs: number): void {
    this.#boundaryMs = Math.max(this.#boundaryMs, positionMs);
    this.#settle(positionMs);
  }

  /** A final came, with its beginning as far as that is known. */
  final(beginMs: number | undefined, endMs: number): void {
    if (endMs < this.#lastFinalEndMs) return;
    this.#lastFinalFromMs = beginMs;
    this.#lastFinalEndMs = endMs;
  }

  /** A sentence that began there, as far as that is known, is the oldest without a final. */
  open(beginMs: number | undefined): void {
    // An unknown beginning: nothing more is settled while the sentence is open.
    if (beginMs !== undefined) this.#settle(beginMs);
    this.#openFromMs = Math.max(this.#settledMs, beginMs ?? 0);
  }

  /** No sentence is open. */
  quiet(): void {
    this.#openFromMs = undefined;
    this.#settle(Math.max(this.#lastFinalEndMs, this.#heardMs));
  }

  /** The service said something about speech. */
  event(nowMs: number): void {
    this.#lastEventAtMs = nowMs;
    this.#sentSinceEventMs = this.#loudSinceEventMs = 0;
  }

  /** A sign of life: all that was sent some time before has arrived. */
  alive(nowMs: number): void {
    for (let mark = this.#marks[0]; mark; mark = this.#marks[0]) {
      const { positionMs, sentAtMs, isLoud } = mark;
      const isHeard = isLoud
        ? nowMs - Math.max(sentAtMs, this.#lastEventAtMs) >= NOISE_AFTER_MS
        : nowMs - sentAtMs >= QUIET_AFTER_MS;
      if (!isHeard && positionMs > this.#settledMs) return;
      this.#heardMs = positionMs;
      this.#marks.shift();
      this.#spareMarks.push(mark);
    }
  }

  /** What was sent behind the position will be sent again. */
  rewind(positionMs: number): void {
    this.#sentMs = positionMs;
    this.#sentSinceEventMs = this.#loudSinceEventMs = 0;
    this.#marks = [];
    this.#heardMs = this.#settledMs;
  }

  #settle(positionMs: number): void {
    this.#settledMs = Math.max(this.#settledMs, positionMs);
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
