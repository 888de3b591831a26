import type { Status } from '../shared/status';

/** The editor draws every change of every badge, and a person reads no more changes than these. */
const SHOWN_EVERY_MS = 400;
const STEPS = 8;
const QUIETEST_DB = -64;
const FULL_SCALE = 32_768;

/** Shows how loud a microphone is, as a bar in the badge: a person sees at once whether it hears anything. */
export class LevelBadge {
  readonly #status: Status;
  readonly #now: () => number;
  #shownAtMs = -Infinity;
  #squares = 0;
  #samples = 0;

  constructor(status: Status, now = () => performance.now()) {
    this.#status = status;
    this.#now = now;
  }

  /** @param pcm 16-bit samples. */
  add(pcm: Uint8Array): void {
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    for (let at = 0; at + 1 < pcm.byteLength; at += 2) this.#squares += view.getInt16(at, true) ** 2;
    this.#samples += pcm.byteLength >> 1;
    const nowMs = this.#now();
    if (this.#samples === 0 || nowMs - this.#shownAtMs < SHOWN_EVERY_MS) return;
    this.#shownAtMs = nowMs;
    this.#status.set('level', { bar: bar(Math.sqrt(this.#squares / this.#samples) / FULL_SCALE) });
    this.#squares = 0;
    this.#samples = 0;
  }
}

/** @param rms Relative to full scale. */
function bar(rms: number): string {
  const db = rms > 0 ? 20 * Math.log10(rms) : QUIETEST_DB;
  const full = Math.round(STEPS * Math.min(1, Math.max(0, 1 - db / QUIETEST_DB)));
  return '▮'.repeat(full) + '▯'.repeat(STEPS - full);
}
