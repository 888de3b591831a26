/** Quiet audio that was sent this long before the last message, without a sentence, is silence to the service too. */
const QUIET_AFTER_MS = 5000;
/** The same time for loud audio: if the service has sent no result since, it is no speech. */
const NOISE_AFTER_MS = 60_000;
/** Length of audio between two marks. */
const MARK_EVERY_MS = 1000;
const MAX_MARKS = 256;
/** Audio before the beginning of an open sentence that a recogniser needs for its first word. */
const LEAD_MS = 300;
/**
 * The same where a new protocol session begins with it: its voice detection must have heard some silence, or the first
 * word is recognised as another one ("not" for "ask not").
 */
const FIRST_LEAD_MS = 1000;
/**
 * A short sentence is recognised better together with the one before it, as long as the pause between them and both
 * together are no longer than this.
 */
const CONTEXT_PAUSE_MS = 2500;
const CONTEXT_MS = 12_000;
/**
 * Recognisers work in frames of 10, 20, 32 or 40 ms. A replay that begins at a frame of the lost session gives the
 * same words.
 */
const FRAME_MS = 160;
/** Overlap where speech goes on without a pause after a final: enough not to cut the beginning of the next word. */
const OVERLAP_MS = 200;

/** Sound this close behind the end of a sentence is the rest of its last word. Another word goes on for longer. */
const WORD_END_MS = 300;
/** Drops in between which audio was sent. */
const MAX_UNREPEATABLE = 64;

interface Mark {
  fromMs: number;
  positionMs: number;
  sentAtMs: number;
  isLoud: boolean;
}

/**
 * How far the given audio is settled: all of its words are final, or there are none. Audio behind that has to be sent
 * again after a loss. Times are milliseconds of the given audio.
 */
export class Settled {
  #settledMs = 0;
  /** After a commit or the end of a protocol session the service begins anew, and nothing before it is needed. */
  #boundaryMs = 0;
  #lastFinalFromMs: number | undefined;
  #lastFinalEndMs = 0;
  #openFromMs: number | undefined;
  /** Sound that was sent and cannot be sent again, as long as nothing shows that it was heard. */
  #unrepeatable: { fromMs: number; toMs: number; atMs: number }[] = [];
  #heardMs = 0;
  #lastEventAtMs = 0;
  #sentSinceEventMs = 0;
  #loudSinceEventMs = 0;
  #sentMs = 0;
  /** How much was sent until when, on the clock, and whether it may contain speech. */
  #marks: Mark[] = [];
  /**
   * Marks are used again: one per second lives just long enough to cost the garbage collector most (bench/README.md).
   */
  #spareMarks: Mark[] = [];

  get ms(): number {
    return this.#settledMs;
  }

  /** Up to where the sound belongs to known sentences, or is no speech. */
  get spokenToMs(): number {
    return this.#settledMs + WORD_END_MS;
  }

  /**
   * Where the audio for a new protocol session begins: early enough before the unsettled audio that its first words
   * are recognised as they would have been.
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
      : Math.max(openFromMs - FIRST_LEAD_MS, this.#lastFinalEndMs);
  }

  /** Audio up to here was sent so long ago that the service would have begun a sentence if it contained speech. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Up to where audio is settled or was sent before the time on the clock, to a second. */
  sentBeforeMs(atMs: number): number {
    let sentMs = this.#settledMs;
    for (const { positionMs, sentAtMs } of this.#marks)
      if (sentAtMs < atMs) sentMs = Math.max(sentMs, positionMs);
    return sentMs;
  }

  /** Audio that was sent since the last event of speech. */
  get sentSinceEventMs(): number {
    return this.#sentSinceEventMs;
  }

  /** Of that, the audio that is loud enough to be speech. */
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
    this.#unrepeatable = this.#unrepeatable.filter(({ toMs }) => toMs > positionMs);
    this.#begin(positionMs);
  }

  /**
   * The audio up to the position was dropped, so what was sent of it before cannot be sent again.
   * @param isSound Whether that may contain speech.
   */
  dropped(positionMs: number, isSound: boolean, nowMs: number): void {
    if (isSound) {
      this.#unrepeatable.push({ fromMs: this.#settledMs, toMs: this.#sentMs, atMs: nowMs });
      if (this.#unrepeatable.length > MAX_UNREPEATABLE) this.#unrepeatable.shift();
    }
    this.#begin(positionMs);
    this.#sentMs = positionMs;
  }

  /** How much of the audio that cannot be sent again is lost with the connection, as no final has it. Told once. */
  takeLostMs(): number {
    let lostMs = 0;
    for (const { fromMs, toMs } of this.#unrepeatable)
      lostMs += Math.max(0, toMs - Math.max(fromMs, this.#lastFinalEndMs));
    this.#unrepeatable = [];
    return lostMs;
  }

  /** A final came; its beginning may be unknown. */
  final(beginMs: number | undefined, endMs: number): void {
    if (endMs < this.#lastFinalEndMs) return;
    this.#lastFinalFromMs = beginMs;
    this.#lastFinalEndMs = endMs;
  }

  /** The oldest sentence without a final began there, as far as that is known. */
  open(beginMs: number | undefined): void {
    // While a sentence with an unknown beginning is open, nothing more is settled.
    if (beginMs !== undefined) this.#settle(beginMs);
    this.#openFromMs = Math.max(this.#settledMs, beginMs ?? 0);
  }

  /** No sentence is open. */
  quiet(): void {
    this.#openFromMs = undefined;
    this.#settle(Math.max(this.#lastFinalEndMs, this.#heardMs));
  }

  /** The service sent an event of speech. */
  event(nowMs: number): void {
    this.#lastEventAtMs = nowMs;
    this.#sentSinceEventMs = this.#loudSinceEventMs = 0;
  }

  /** Something arrived, so everything that was sent some time before has arrived at the service. */
  alive(nowMs: number): void {
    if (this.#unrepeatable.length > 0) this.#forgetNoise(nowMs - NOISE_AFTER_MS);
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

  /** Audio behind the position will be sent again. */
  rewind(positionMs: number): void {
    this.#sentMs = positionMs;
    this.#sentSinceEventMs = this.#loudSinceEventMs = 0;
    this.#marks = [];
    this.#heardMs = this.#settledMs;
  }

  /** What was sent before this time is no speech, if there was no result since. */
  #forgetNoise(beforeMs: number): void {
    if (this.#lastEventAtMs > beforeMs) return;
    this.#unrepeatable = this.#unrepeatable.filter(({ atMs }) => atMs > beforeMs);
  }

  /** Nothing before the position is sent again. */
  #begin(positionMs: number): void {
    this.#boundaryMs = Math.max(this.#boundaryMs, positionMs);
    this.#settle(positionMs);
  }

  #settle(positionMs: number): void {
    this.#settledMs = Math.max(this.#settledMs, positionMs);
  }
}
