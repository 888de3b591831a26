import { processState } from '../process-state';
import { Kernel } from './kernel';
import { PLAIN_BASE64, SIMD_BASE64 } from './wasm';

export { Kernel } from './kernel';
export type { AudioBlock, Levels, PcmFormat } from './kernel';

/** The one kernel of this process. It keeps no audio, and each further one would cost gigabytes of address space. */
export function kernel(): Kernel {
  return (processState.kernel ??= loadKernel());
}

function loadKernel(): Kernel {
  const simd = Buffer.from(SIMD_BASE64, 'base64');
  return new Kernel(WebAssembly.validate(simd) ? simd : Buffer.from(PLAIN_BASE64, 'base64'));
}
