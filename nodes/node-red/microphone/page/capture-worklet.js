/* global AudioWorkletProcessor, registerProcessor, sampleRate */
// Runs beside the page: what the microphone gives becomes 16-bit mono PCM at 16 kHz, in chunks of 100 ms. The browser is
// asked for 16 kHz and does this itself then; where it does not (Firefox, some devices), it is done here.
const RATE_HZ = 16_000;
const CHUNK_SAMPLES = RATE_HZ / 10;

// Kaiser window of 80 dB. The passband ends where its slope reaches half of the lower rate.
const KAISER_BETA = 7.857;
const PASSBAND = 0.9;
const ZERO_CROSSINGS = 24;

function greatestCommonDivisor(a, b) {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function besselI0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Polyphase windowed sinc: one row of coefficients for each place that an output sample can have between two inputs. */
class Resampler {
  constructor(fromHz, toHz) {
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.up = toHz / divisor;
    this.down = fromHz / divisor;
    const ratio = Math.max(1, fromHz / toHz);
    this.half = Math.ceil(ZERO_CROSSINGS * ratio);
    this.rows = Array.from({ length: this.up }, (_, phase) => this.row(phase / this.up, PASSBAND / ratio));
    this.held = new Float32Array(this.half - 1);
    this.phase = 0;
  }

  row(fraction, cutoff) {
    const row = new Float32Array(2 * this.half);
    let sum = 0;
    for (let k = 0; k < row.length; k += 1) {
      const x = k - this.half + 1 - fraction;
      const edge = Math.max(0, 1 - (x / this.half) ** 2);
      row[k] = sinc(cutoff * x) * besselI0(KAISER_BETA * Math.sqrt(edge));
      sum += row[k];
    }
    return row.map((value) => value / sum);
  }

  /** Calls `emit` with each output sample that is complete; the rest waits for the next input. */
  process(input, emit) {
    const samples = new Float32Array(this.held.length + input.length);
    samples.set(this.held);
    samples.set(input, this.held.length);
    let start = 0;
    while (start + 2 * this.half <= samples.length) {
      const row = this.rows[this.phase];
      let sum = 0;
      for (let k = 0; k < row.length; k += 1) sum += row[k] * samples[start + k];
      emit(sum);
      this.phase += this.down;
      start += Math.floor(this.phase / this.up);
      this.phase %= this.up;
    }
    this.held = samples.slice(start);
  }
}

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = sampleRate === RATE_HZ ? undefined : new Resampler(sampleRate, RATE_HZ);
    this.begin();
  }

  begin() {
    this.chunk = new Int16Array(CHUNK_SAMPLES);
    this.filled = 0;
    this.squares = 0;
    this.peak = 0;
  }

  add(sample) {
    this.chunk[this.filled] = Math.round(Math.min(1, Math.max(-1, sample)) * 32_767);
    this.filled += 1;
    this.squares += sample * sample;
    this.peak = Math.max(this.peak, Math.abs(sample));
    if (this.filled < CHUNK_SAMPLES) return;
    const { chunk, peak } = this;
    const rms = Math.sqrt(this.squares / CHUNK_SAMPLES);
    this.port.postMessage({ pcm: chunk.buffer, rms, peak }, [chunk.buffer]);
    this.begin();
  }

  process([channels]) {
    if (channels.length === 0) return true;
    const mono = channels[0].map(
      (_, at) => channels.reduce((sum, one) => sum + one[at], 0) / channels.length,
    );
    if (this.resampler) this.resampler.process(mono, (sample) => this.add(sample));
    else mono.forEach((sample) => this.add(sample));
    return true;
  }
}

registerProcessor('capture', Capture);
