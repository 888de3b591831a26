import type { Cancel, Clock } from '../../transport/environment';
import type { AsrErrorCode } from '../../vocabulary/errors';
import type { Statistics } from '../../vocabulary/events';
import { sumOf } from '../../protocol/usage';
import type { Usage } from '../../protocol/usage';

/** Percentiles are computed from the newest latencies, because a session may run for weeks. */
const KEPT_LATENCIES = 512;

/** Latencies of a session in bounded memory: percentiles of the newest 512, the maximum of all. */
class Latencies {
  readonly #newest: number[] = [];
  #count = 0;
  #maxMs: number | undefined;

  add(latencyMs: number): void {
    this.#newest[this.#count % KEPT_LATENCIES] = latencyMs;
    this.#count += 1;
    this.#maxMs = Math.max(this.#maxMs ?? 0, latencyMs);
  }

  get maxMs(): number | undefined {
    return this.#maxMs;
  }

  /** Nearest rank: the smallest latency that at least this share of the latencies does not exceed. */
  percentiles(shares: readonly number[]): number[] {
    const sorted = [...this.#newest].sort((a, b) => a - b);
    return shares.map((share) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  }
}

/** Counts what a session does. It counts audio in bytes and reports it in milliseconds. */
export class StatisticsCounter {
  audioInBytes = 0;
  audioSentBytes = 0;
  audioReplayedBytes = 0;
  audioLostBytes = 0;
  /** Audio that the voice gate did not let pass. */
  audioGatedBytes = 0;
  readonly #bytesPerMs: number;
  readonly #finalLatencies = new Latencies();
  readonly #interimLatencies = new Latencies();
  readonly #reconnects = new Map<AsrErrorCode, number>();
  /** The usage of earlier protocol sessions, and of this one so far. */
  #usageBefore: Usage = { billedSeconds: 0 };
  #usage: Usage | undefined;
  #finals = 0;
  #characters = 0;
  #firstAudioAtMs: number | undefined;
  #firstTextAfterMs: number | undefined;
  #firstPackageAfterMs: number | undefined;
  #lastPackageAfterMs: number | undefined;
  /** Speech without text yet, and when its beginning was sent. */
  #unheard: { sentenceId: string; sentAtMs: number } | undefined;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  sent(bytes: number, nowMs: number): void {
    this.#firstAudioAtMs ??= nowMs;
    this.audioSentBytes += bytes;
  }

  /** A lost connection was replaced by another one. */
  reconnected(reason: AsrErrorCode): void {
    this.#reconnects.set(reason, (this.#reconnects.get(reason) ?? 0) + 1);
  }

  /**
   * The usage that the service reports is cumulative for the protocol session, so the last one counts and never a sum
   * (protocol.md A.5.7, B.4).
   */
  usage(usage: Usage): void {
    this.#usage = usage;
  }

  /** Another protocol session begins, whose usage counts from 0. */
  protocolSessionEnded(): void {
    if (!this.#usage) return;
    this.#usageBefore = sumOf(this.#usageBefore, this.#usage);
    this.#usage = { billedSeconds: 0 };
  }

  /** The service sent a result of any kind. */
  package(nowMs: number): void {
    if (this.#firstAudioAtMs !== undefined) this.#firstPackageAfterMs ??= nowMs - this.#firstAudioAtMs;
  }

  /** The service has given all results, this long after they were asked for. */
  completed(afterMs: number): void {
    this.#lastPackageAfterMs = afterMs;
  }

  /** @param sentAtMs When the beginning of the sentence's speech was sent; `undefined` when that is unknown. */
  speechStarted(sentenceId: string, sentAtMs: number | undefined): void {
    this.#unheard = sentAtMs === undefined ? undefined : { sentenceId, sentAtMs };
  }

  /** An interim or a final came. */
  text(sentenceId: string, nowMs: number): void {
    if (this.#firstAudioAtMs !== undefined) this.#firstTextAfterMs ??= nowMs - this.#firstAudioAtMs;
    if (this.#unheard?.sentenceId !== sentenceId) return;
    this.#interimLatencies.add(nowMs - this.#unheard.sentAtMs);
    this.#unheard = undefined;
  }

  final(text: string, latencyMs: number | undefined): void {
    this.#finals += 1;
    this.#characters += text.length;
    if (latencyMs !== undefined) this.#finalLatencies.add(latencyMs);
  }

  heldMs(heldBytes: number): number {
    return this.#ms(heldBytes);
  }

  snapshot(heldBytes: number): Statistics {
    const statistics: Statistics = {
      audioInMs: this.#ms(this.audioInBytes),
      audioSentMs: this.#ms(this.audioSentBytes),
      audioReplayedMs: this.#ms(this.audioReplayedBytes),
      audioLostMs: this.#ms(this.audioLostBytes),
      audioGatedMs: this.#ms(this.audioGatedBytes),
      audioHeldMs: this.#ms(heldBytes),
      reconnects: [...this.#reconnects.values()].reduce((sum, count) => sum + count, 0),
      reconnectsByReason: Object.fromEntries(this.#reconnects),
      finals: this.#finals,
      characters: this.#characters,
    };
    if (this.#firstTextAfterMs !== undefined) statistics.firstInterimMs = Math.round(this.#firstTextAfterMs);
    const interim = summary(this.#interimLatencies);
    if (interim) {
      statistics.interimLatencyP50Ms = interim.p50Ms;
      statistics.interimLatencyP95Ms = interim.p95Ms;
      statistics.interimLatencyMaxMs = interim.maxMs;
    }
    const final = summary(this.#finalLatencies);
    if (final) {
      statistics.finalLatencyP50Ms = final.p50Ms;
      statistics.finalLatencyP95Ms = final.p95Ms;
      statistics.finalLatencyMaxMs = final.maxMs;
    }
    if (this.#usage) Object.assign(statistics, sumOf(this.#usageBefore, this.#usage));
    if (this.#firstPackageAfterMs !== undefined)
      statistics.firstPackageDelayMs = Math.round(this.#firstPackageAfterMs);
    if (this.#lastPackageAfterMs !== undefined)
      statistics.lastPackageDelayMs = Math.round(this.#lastPackageAfterMs);
    return statistics;
  }

  #ms(bytes: number): number {
    return Math.round(bytes / this.#bytesPerMs);
  }
}

function summary(latencies: Latencies): { p50Ms: number; p95Ms: number; maxMs: number } | undefined {
  const { maxMs } = latencies;
  if (maxMs === undefined) return undefined;
  const [p50Ms = 0, p95Ms = 0] = latencies.percentiles([0.5, 0.95]);
  return { p50Ms: Math.round(p50Ms), p95Ms: Math.round(p95Ms), maxMs: Math.round(maxMs) };
}

/** Calls `tell` at each interval until the returned function is called. */
export function every(clock: Clock, intervalMs: number, tell: () => void): Cancel {
  let cancel: Cancel;
  const schedule = (): void => {
    cancel = clock.after(intervalMs, () => {
      // The next call is scheduled first, because `tell` may end the session.
      schedule();
      tell();
    });
  };
  schedule();
  return () => {
    cancel();
  };
}
