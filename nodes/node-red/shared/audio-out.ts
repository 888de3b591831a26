import type { NodeMessage } from 'node-red';

export type AudioMessage = NodeMessage & { call?: Readonly<Record<string, unknown>> };

/** A message with 16-bit mono samples, as the palette's sox nodes send them, for append audio and for every other node. */
export function audioMessage(pcm: Uint8Array, rateHz: number, topic: string): AudioMessage {
  return {
    // The samples stay where they are; Node-RED's own nodes know only Buffers.
    payload: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength),
    topic,
    rate: rateHz,
    channels: 1,
    bits: 16,
    encoding: 'signed-integer',
  };
}

/** A message without audio, which ends the sentence (`commit`) or the session (`finish`) at append audio. */
export function endMessage(action: 'commit' | 'finish', topic: string): NodeMessage {
  return { action, topic };
}
