import type { AudioFormatHints } from './format';
import { areAlike } from './format';
import { saysRaw } from './pcm-format';
import type { Recording } from './recording';
import { identify } from './sniff';

/** A stream that has been silent for longer is regarded as over. */
const REMEMBERED_MS = 5 * 60_000;

/**
 * Decoder state of a source that continues from one session to the next. The header of a stream comes only once, and
 * its rest cannot be read without it. Give the same object to each session of the source (`SessionOptions.ongoing`),
 * one session after the other. A recording that was unfinished when a session ended is continued in the next one,
 * unless other audio begins, a hint names another format, or nothing comes for five minutes.
 */
export class OngoingAudio {
  #kept: { recording: Recording; rateHz: number; atMs: number } | undefined;
  #leaving: Promise<void> | undefined;

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    return !this.#kept && !this.#leaving;
  }

  /** Releases the kept recording. */
  release(): void {
    this.#kept?.recording.decoder.free?.();
    this.#kept = undefined;
  }

  /** @internal Settles once the previous session has given its last audio; `undefined` where it has. */
  get leaving(): Promise<void> | undefined {
    return this.#leaving;
  }

  /** @internal The next session waits until this has settled. */
  waitFor(leaving: Promise<void>): void {
    const settled: Promise<void> = leaving
      .catch(() => undefined)
      .then(() => {
        if (this.#leaving === settled) this.#leaving = undefined;
      });
    this.#leaving = settled;
  }

  /** @internal @param rateHz Rate of the session's samples. */
  keep(recording: Recording, rateHz: number): void {
    this.release();
    this.#kept = { recording, rateHz, atMs: performance.now() };
  }

  /** @internal The recording that these bytes continue. It is dropped where they do not. */
  take(bytes: Uint8Array, hints: AudioFormatHints, rateHz: number): Recording | undefined {
    const kept = this.#kept;
    if (!kept) return undefined;
    const isOld = performance.now() - kept.atMs > REMEMBERED_MS;
    if (isOld || kept.rateHz !== rateHz || !goesOn(kept.recording, bytes, hints)) {
      this.release();
      return undefined;
    }
    this.#kept = undefined;
    return kept.recording;
  }
}

/** Whether these bytes may be the rest, and nothing says that they are anything else. */
function goesOn(
  { decoder, kind, hints: before }: Recording,
  bytes: Uint8Array,
  hints: AudioFormatHints,
): boolean {
  if (hints.isRecording) return false;
  if ((saysRaw(hints) || kind === 'raw') && !areAlike(hints, before)) return false;
  if (decoder.goesOnWith?.(bytes) !== true) return false;
  try {
    const identity = identify(bytes, hints, true);
    if (identity.kind === 'raw') return true;
    // Pages, clusters and frames have marks of their own.
    const isInner = identity.kind === 'foreign' && identity.isHeadless === true;
    return kind !== 'raw' && (isInner || (kind === 'mp3' && identity.kind === 'mp3'));
  } catch {
    return false;
  }
}
