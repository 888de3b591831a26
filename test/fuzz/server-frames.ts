import { DOCUMENTED, frames } from '../support/documented-frames';
import type { Random } from '../support/random';
import { FINAL, frameOf, resultOf } from '../support/run-task-protocol';
import { mutateText, mutateValue } from './mutate';

const NO_END = { ...FINAL, end_time: null, sentence_end: false };

/** Well-formed frames of the service, of every kind, to begin from. */
const SERVER_FRAMES = {
  'qwen-realtime': [
    ...Object.values(DOCUMENTED),
    frames.started('a'),
    frames.interim('a', 'Good ', 'morning'),
    frames.stopped('a'),
    frames.committed('a'),
    frames.created('a'),
    frames.completed('a', 'Good morning.'),
    frames.completed(undefined, 'Good morning.'),
    frames.failed('a'),
    frames.error({ code: 'input_audio_buffer_commit_empty', message: 'Nothing.', event_id: 'event_3' }),
    frames.error({ type: 'server_error', code: 'InternalError', message: 'No.' }),
  ],
  'run-task': [
    frameOf('task-started'),
    resultOf({ ...NO_END, text: '', words: [], sentence_begin: true }),
    resultOf(NO_END),
    resultOf({ ...NO_END, words: NO_END.words.map((word) => ({ ...word, fixed: true })) }, null),
    resultOf(FINAL, { duration: 3 }),
    // The documented frames of Paraformer have no number (protocol.md B.4).
    resultOf({ ...NO_END, sentence_id: undefined }),
    resultOf({ ...FINAL, sentence_id: undefined }, { duration: 3 }),
    resultOf({ ...FINAL, sentence_id: 2, emo_tag: 'positive', emo_confidence: 0.9 }),
    resultOf({ sentence_id: 0, heartbeat: true, text: '', begin_time: 0, end_time: null, words: [] }),
    frameOf('task-finished', { output: {}, usage: null }),
    frameOf(
      'task-failed',
      {},
      { error_code: 'CLIENT_ERROR', error_message: 'request timeout after 23 seconds.' },
    ),
    frameOf('task-failed', {}, { error_code: 'InternalError', error_message: 'No.' }),
  ],
} as const;

export type ProtocolName = keyof typeof SERVER_FRAMES;

/** A malformed frame of the service: its JSON or its letters are changed. Now and then it is well-formed. */
export function mutatedFrame(random: Random, protocol: ProtocolName): string {
  const frame = random.pick<string>(SERVER_FRAMES[protocol]);
  if (random.chance(0.15)) return frame;
  if (random.chance(0.3)) return mutateText(random, frame);
  let value: unknown = JSON.parse(frame);
  for (let changes = random.int(1, 3); changes > 0; changes--) value = mutateValue(random, value);
  return JSON.stringify(value);
}
