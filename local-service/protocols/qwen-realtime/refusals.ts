import { show } from '../../json';
import type { ErrorFields } from './frames';

/** Mistakes of the client, in the words of `error` (protocol.md A.8). */
export const NOT_JSON: ErrorFields = {
  code: 'invalid_json',
  message: 'The message is not a JSON object.',
};

export const BINARY: ErrorFields = {
  code: 'invalid_value',
  message: 'Binary messages are not supported; send audio as base64 in input_audio_buffer.append.',
};

export const NOT_BASE64: ErrorFields = {
  code: 'invalid_value',
  message: 'Invalid value: the audio is not valid base64.',
  param: 'audio',
};

export const COMMIT_IN_VAD_MODE: ErrorFields = {
  code: 'invalid_value',
  message: "Invalid value: 'input_audio_buffer.commit'. It is disabled while turn_detection is on.",
  param: 'type',
};

/** The real code is not documented (protocol.md A.4.3). */
export const EMPTY_COMMIT: ErrorFields = {
  code: 'input_audio_buffer_commit_empty',
  message: 'Error committing input audio buffer: the buffer is empty.',
};

export function unknownType(type: unknown): ErrorFields {
  return { code: 'invalid_value', message: `Invalid value: ${show(type)}.`, param: 'type' };
}
