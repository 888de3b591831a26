import { AsrError } from '../vocabulary/errors';
import type { AudioBlock } from './decoders/decoder';
import { kernel } from '../base/kernel';

/**
 * Makes one channel of many: the mean of all, or the chosen one. The result may be memory of the block.
 * @param block In the kernel's memory.
 * @param channel Counted from 0.
 * @throws AsrError `BAD_AUDIO` when there is no such channel.
 */
export function mixDown(block: AudioBlock, channel?: number): Float32Array {
  const [first = new Float32Array(0)] = block;
  if (channel !== undefined) {
    const picked = block[channel];
    if (picked) return picked;
    throw new AsrError(
      'BAD_AUDIO',
      `Channel ${channel} was asked for, and the audio has ${block.length} (the first is 0).`,
    );
  }
  if (block.length <= 1) return first;
  return kernel().mixed(block);
}
