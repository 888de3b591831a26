import { kernel } from '../base/kernel';
import { PolyphaseFilter } from './polyphase-filter';

/** Converts samples of one rate into samples of another, with the WebAssembly of this process. */
export class Resampler extends PolyphaseFilter {
  /**
   * Both rates in Hz.
   * @param emit Called with the output, in pieces that are valid during the call.
   */
  constructor(fromHz: number, toHz: number, emit: (samples: Float32Array) => void) {
    super(fromHz, toHz, emit, kernel());
  }
}
