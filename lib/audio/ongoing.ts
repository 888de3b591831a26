import type { AudioFormatHints } from './format';
import { areAlike } from './format';
import { saysRaw } from './pcm-format';
import type { Recording } from './recording';
import { identify } from './sniff';

/** A stream that has been silent for longer is taken for over. */
const REMEMBERED_MS = 5 * 60_000;

/**
 * Audio of one source that goes on from one session to the next: the header of a stream comes only once, and its rest
 * makes no sense without it. Give the same one to each session of the source (`SessionOptions.ongoing`), one session
 * after the other. A recording that was in its middle when a session ended is decoded on in the next one, unless audio
 * comes that begins another or is said to be something else, or nothing comes for five minutes.
 */
export class OngoingAudio {
  #kept: { recording: Recording; rateHz: number; atMs: number } | undefined;
  #leaving: Promise<void> | undefined;

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    return !this.#kept && !this.#leaving;
  }

  /** Releases what is kept. */
  release(): void {
    this.#kept?.recording.decoder.free?.();
    this.#kept = undefined;
  }

  /** @internal Settles once the session before has given its last audio; `undefined` where it has. */
  get leaving(): Promise<void> | undefined {
    return this.#leaving;
  }

  /** @internal Whoever comes next waits until this has settled. */
  waitFor(leaving: Promise<void>): void {
    const settled: Promise<void> = leaving
      .catch(() => undefined)
      .then(() => {
        if (this.#leaving === settled) this.#leaving = undefined;
      });
    this.#leaving = settled;
  }

  /** @internal @param rateHz Of the session's samples. */
  keep(recording: Recording, rateHz: number): void {
    this.release();
    this.#kept = { recording, rateHz, atMs: performance.now() };
  }

  /** @internal What these bytes go on with; it is forgotten where they do not. */
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
