const WINDOW = 8000;
/** Correlated first, on every fourth sample, to find the place. */
const PROBE = 2048;

/** Where a recording is in other audio. */
export interface FoundRecording {
  /** In samples. */
  at: number;
  /** Of its least like half second, 1 for the same samples. */
  likeness: number;
}

/**
 * Finds a recording in audio of the same rate, both of 16-bit mono samples. Every half second of it has to be at the same
 * place, so nothing may be missing in between.
 */
export function findRecording(audio: Buffer, recording: Buffer): FoundRecording {
  const heard = samplesOf(audio);
  const said = samplesOf(recording);
  const loudest = loudestAt(said);
  const last = heard.length - said.length;
  let best = { at: 0, likeness: -1 };
  for (let at = 0; at <= last; at += 1) {
    const likeness = correlation(heard, at + loudest, said, loudest, PROBE, 4);
    if (likeness > best.likeness) best = { at, likeness };
  }
  for (let from = 0; from + WINDOW <= said.length; from += WINDOW) {
    best.likeness = Math.min(best.likeness, correlation(heard, best.at + from, said, from, WINDOW, 1));
  }
  return best;
}

/** Tells when somebody has spoken in audio that has no noise of its own, and then nobody for half a second. */
export class Utterance {
  #hasBegun = false;
  #quiet = 0;

  get isOver(): boolean {
    return this.#hasBegun && this.#quiet >= WINDOW;
  }

  hear(pcm: Uint8Array): void {
    const samples = samplesOf(pcm);
    const last = samples.findLastIndex((sample) => Math.abs(sample) > 2);
    this.#hasBegun ||= last >= 0;
    this.#quiet = last < 0 ? this.#quiet + samples.length : samples.length - 1 - last;
  }
}

function samplesOf(pcm: Uint8Array): Int16Array {
  return new Int16Array(Uint8Array.from(pcm.subarray(0, pcm.length & ~1)).buffer);
}

function loudestAt(samples: Int16Array): number {
  let best = 0;
  let most = -1;
  for (let at = 0; at + PROBE <= samples.length; at += PROBE) {
    const power = samples.subarray(at, at + PROBE).reduce((sum, sample) => sum + sample * sample, 0);
    if (power > most) [most, best] = [power, at];
  }
  return best;
}

function correlation(
  a: Int16Array,
  fromA: number,
  b: Int16Array,
  fromB: number,
  length: number,
  step: number,
): number {
  let [both, ofA, ofB] = [0, 0, 0];
  for (let index = 0; index < length; index += step) {
    const [x = 0, y = 0] = [a[fromA + index], b[fromB + index]];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? Number(ofA === ofB) : both / Math.sqrt(ofA * ofB);
}
