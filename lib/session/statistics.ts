import type { Statistics } from '../events';

/** Final latencies that are kept for the median: the newest ones of a long session. */
const KEPT_LATENCIES = 512;

/** Counts what a session does. Audio is counted in bytes and told in milliseconds. */
export class StatisticsCounter {
  audioInBytes = 0;
  audioSentBytes = 0;
  audioLostBytes = 0;
  readonly #bytesPerMs: number;
  readonly #latenciesMs: number[] = [];
  /** Of the protocol sessions before this one, and of this one so far. */
  #billedBefore = 0;
  #billed: number | undefined;
  #finals = 0;
  #characters = 0;
  #maxLatencyMs: number | undefined;
  #firstAudioAtMs: number | undefined;
  #firstTextAfterMs: number | undefined;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  sent(bytes: number, nowMs: number): void {
    this.#firstAudioAtMs ??= nowMs;
    this.audioSentBytes += bytes;
  }

  /** What the service bills, cumulative for the protocol session: the last one counts, never a sum (A.5.7, B.4). */
  usage(billedSeconds: number): void {
    this.#billed = billedSeconds;
  }

  /** Another protocol session begins; its usage counts from 0. */
  protocolSessionEnded(): void {
    if (this.#billed === undefined) return;
    this.#billedBefore += this.#billed;
    this.#billed = 0;
  }

  /** An interim or a final came. */
  text(nowMs: number): void {
    if (this.#firstAudioAtMs !== undefined) this.#firstTextAfterMs ??= nowMs - this.#firstAudioAtMs;
  }

  final(text: string, latencyMs: number | undefined): void {
    this.#finals += 1;
    this.#characters += text.length;
    if (latencyMs === undefined) return;
    this.#maxLatencyMs = Math.max(this.#maxLatencyMs ?? 0, latencyMs);
    this.#latenciesMs.push(latencyMs);
    if (this.#latenciesMs.length > KEPT_LATENCIES) this.#latenciesMs.shift();
  }

  snapshot(heldBytes: number): Statistics {
    const statistics: Statistics = {
      audioInMs: this.#ms(this.audioInBytes),
      audioSentMs: this.#ms(this.audioSentBytes),
      audioReplayedMs: 0,
      audioLostMs: this.#ms(this.audioLostBytes),
      audioHeldMs: this.#ms(heldBytes),
      reconnects: 0,
      finals: this.#finals,
      characters: this.#characters,
    };
    if (this.#firstTextAfterMs !== undefined) statistics.firstInterimMs = Math.round(this.#firstTextAfterMs);
    if (this.#maxLatencyMs !== undefined) {
      const sorted = [...this.#latenciesMs].sort((a, b) => a - b);
      statistics.finalLatencyP50Ms = Math.round(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0);
      statistics.finalLatencyMaxMs = Math.round(this.#maxLatencyMs);
    }
    if (this.#billed !== undefined) statistics.billedSeconds = this.#billedBefore + this.#billed;
    return statistics;
  }

  #ms(bytes: number): number {
    return Math.round(bytes / this.#bytesPerMs);
  }
}
