/** Length of the frames that are judged. */
const FRAME_MS = 20;
/** Hum of the mains and rumble of the street lie below; a voice has most of its energy above. */
const HIGH_PASS_HZ = 250;
/** The lowest level, relative to full scale, at which a recogniser finds speech: -58 dB. */
const LEAST_POWER = 10 ** -5.8;
/** How far a voice stands out of the noise around it: 6 dB. */
const VOICE_FACTOR = 10 ** 0.6;
/** The noise floor is the quietest moment of this long: longer than a speaker goes on without a breath. */
const FLOOR_SPANS = 8;
const FLOOR_SPAN_FRAMES = 25;
/** Power is smoothed over about this many frames before the quietest moment is taken. */
const SMOOTHED_FRAMES = 5;
/** The window in which frames of a voice are counted. A click of a key lasts a frame or two; a syllable lasts more. */
const WINDOW_FRAMES = 16;
const VOICED_FRAMES = 6;

/**
 * Tells speech from silence and from steady noise, by how far the power above the hum stands out of the quietest moment
 * of the last seconds. It sees 16-bit mono audio as it comes, in pieces of any length.
 */
export class VoiceDetector {
  readonly #frameSamples: number;
  /** The second-order high-pass filter, and its last two states. */
  readonly #b0: number;
  readonly #a1: number;
  readonly #a2: number;
  #state1 = 0;
  #state2 = 0;
  #frameEnergy = 0;
  #frameLength = 0;
  #smoothed = -1;
  /** The quietest moments of the last spans, the current one last. */
  readonly #quietest = new Float64Array(FLOOR_SPANS).fill(Infinity);
  #spanFrames = 0;
  #floor = Infinity;
  /** One bit for each of the last frames: whether it stood out. */
  #window = 0;

  constructor(rateHz: number) {
    this.#frameSamples = (rateHz * FRAME_MS) / 1000;
    const tan = Math.tan((Math.PI * HIGH_PASS_HZ) / rateHz);
    const scale = 1 / (1 + Math.SQRT2 * tan + tan * tan);
    this.#b0 = scale;
    this.#a1 = 2 * (tan * tan - 1) * scale;
    this.#a2 = (1 - Math.SQRT2 * tan + tan * tan) * scale;
  }

  /** Whether somebody may be speaking at the end of what was heard: it is too early to tell. */
  get isUncertain(): boolean {
    return this.#window !== 0;
  }

  /** Whether anybody speaks in the next piece of whole samples. */
  hears(pcm: Uint8Array): boolean {
    const b0 = this.#b0;
    const a1 = this.#a1;
    const a2 = this.#a2;
    let state1 = this.#state1;
    let state2 = this.#state2;
    let energy = this.#frameEnergy;
    let length = this.#frameLength;
    let hasVoice = false;
    for (let at = 0; at + 1 < pcm.length; at += 2) {
      const sample = (((pcm[at + 1] ?? 0) << 24) >> 16) | (pcm[at] ?? 0);
      const next = sample - a1 * state1 - a2 * state2;
      const filtered = b0 * (next - 2 * state1 + state2);
      state2 = state1;
      state1 = next;
      energy += filtered * filtered;
      length += 1;
      if (length < this.#frameSamples) continue;
      if (this.#frame(energy / length / 32768 ** 2)) hasVoice = true;
      energy = length = 0;
    }
    this.#state1 = state1;
    this.#state2 = state2;
    this.#frameEnergy = energy;
    this.#frameLength = length;
    return hasVoice;
  }

  /** Whether enough of the last frames stood out, this one included. */
  #frame(power: number): boolean {
    this.#smoothed = this.#smoothed < 0 ? power : this.#smoothed + (power - this.#smoothed) / SMOOTHED_FRAMES;
    const last = FLOOR_SPANS - 1;
    const quietest = this.#quietest;
    if (this.#spanFrames === FLOOR_SPAN_FRAMES) {
      quietest.copyWithin(0, 1);
      quietest[last] = Infinity;
      this.#spanFrames = 0;
      this.#floor = Math.min(...quietest);
    }
    this.#spanFrames += 1;
    if (this.#smoothed < (quietest[last] ?? 0)) quietest[last] = this.#smoothed;
    if (this.#smoothed < this.#floor) this.#floor = this.#smoothed;
    const standsOut = power > LEAST_POWER && power > this.#floor * VOICE_FACTOR;
    this.#window = ((this.#window << 1) | (standsOut ? 1 : 0)) & (2 ** WINDOW_FRAMES - 1);
    return standsOut && bitsOf(this.#window) >= VOICED_FRAMES;
  }
}

function bitsOf(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
