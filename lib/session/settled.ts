/** Quiet audio, sent this long before the last sign of life without a sentence, is silence to the service too. */
const QUIET_AFTER_MS = 5000;
/** The same for loud audio, if the service has said nothing at all since: it is no speech. */
const NOISE_AFTER_MS = 60_000;
/** Audio between two marks. */
const MARK_EVERY_MS = 1000;
const MAX_MARKS = 256;
/** Audio before the beginning of an open sentence that a recogniser needs to hear its first word. */
const LEAD_MS = 300;
/** Where speech goes on without a pause after a final: enough not to cut the next word's beginning. */
const OVERLAP_MS = 200;

/**
 * Up to where the given audio is settled: all of its words are final, or there are none. What comes behind has to be
 * sent again after a loss. Times are milliseconds of the given audio; all of them only grow.
 */
export class Settled {
  #settledMs = 0;
  /** Behind a commit or the end of a protocol session the service begins anew: nothing before it is needed. */
  #boundaryMs = 0;
  #lastFinalEndMs = 0;
  #openFromMs: number | undefined;
  #heardMs = 0;
  #lastEventAtMs = 0;
  /** What was sent until when, on the clock, and whether there may be speech in it. */
  #marks: { fromMs: number; positionMs: number; sentAtMs: number; isLoud: boolean }[] = [];

  get ms(): number {
    return this.#settledMs;
  }

  /** Where the audio begins that a new protocol session has to hear. */
  get replayFromMs(): number {
    const openFromMs = this.#openFromMs ?? this.#settledMs;
    const goesOn = this.#openFromMs !== undefined && openFromMs - this.#lastFinalEndMs < LEAD_MS;
    const fromMs = goesOn
      ? Math.min(openFromMs, this.#lastFinalEndMs) - OVERLAP_MS
      : Math.max(openFromMs - LEAD_MS, this.#lastFinalEndMs);
    return Math.max(fromMs, this.#boundaryMs);
  }

  /** What was sent so long ago that the service would have begun a sentence if there were speech in it. */
  get heardMs(): number {
    return this.#heardMs;
  }

  sent(positionMs: number, nowMs: number, isLoud: boolean): void {
    const last = this.#marks.at(-1);
    if (last && (positionMs - last.fromMs < MARK_EVERY_MS || this.#marks.length === MAX_MARKS)) {
      last.positionMs = positionMs;
      last.sentAtMs = nowMs;
      last.isLoud ||= isLoud;
      return;
    }
    this.#marks.push({ fromMs: positionMs, positionMs, sentAtMs: nowMs, isLoud });
  }

  /** All results of the audio before the position are there, and the service begins anew behind it. */
  boundary(positionMs: number): void {
    this.#boundaryMs = Math.max(this.#boundaryMs, positionMs);
    this.#settle(positionMs);
  }

  /** A final with this end came. */
  final(endMs: number): void {
    this.#lastFinalEndMs = Math.max(this.#lastFinalEndMs, endMs);
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
  }

  /** A sign of life: all that was sent some time before has arrived. */
  alive(nowMs: number): void {
    for (let mark = this.#marks[0]; mark; mark = this.#marks[0]) {
      const { positionMs, sentAtMs, isLoud } = mark;
      const isHeard = isLoud
        ? nowMs - Math.max(sentAtMs, this.#lastEventAtMs) >= NOISE_AFTER_MS
        : nowMs - sentAtMs >= QUIET_AFTER_MS;
      if (!isHeard) return;
      this.#heardMs = positionMs;
      this.#marks.shift();
    }
  }

  /** What was sent will be sent again. */
  rewind(): void {
    this.#marks = [];
    this.#heardMs = this.#settledMs;
  }

  #settle(positionMs: number): void {
    this.#settledMs = Math.max(this.#settledMs, positionMs);
  }
}
