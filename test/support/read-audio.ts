import assert from 'node:assert/strict';
import { AsrError, readAudio } from '../../lib';
import type { AudioSource, ReadAudioOptions } from '../../lib';

export async function read(source: AudioSource, options?: ReadAudioOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readAudio(source, options)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export async function failure(source: unknown, options?: ReadAudioOptions): Promise<AsrError> {
  try {
    await read(source as AudioSource, options);
  } catch (error) {
    assert.ok(error instanceof AsrError, `not an AsrError but ${String(error)}`);
    return error;
  }
  throw new Error('It was read.');
}
