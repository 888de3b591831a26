import type { Quirk } from './message-plan';

export type Json = Record<string, unknown>;

const COMMITTED = 'input_audio_buffer.committed';
const CREATED = 'conversation.item.created';
const UNNAMED = [
  COMMITTED,
  'conversation.item.input_audio_transcription.text',
  'conversation.item.input_audio_transcription.completed',
];

/** Changes messages as the quirks say. One message may be dropped, passed on, or replaced by several. */
export function changed(
  quirks: readonly Quirk[],
  onHappened: (what: string) => void,
): (message: Json) => Json[] {
  let held: Json | undefined;
  return (message) => {
    const type = String(message.type);
    if (quirks.includes('no item_id')) withoutItemId(message, type, onHappened);
    if (quirks.includes('no sentence_id')) withoutSentenceId(message, onHappened);
    if (!quirks.includes('created first')) return [message];
    if (type === COMMITTED) {
      held = message;
      return [];
    }
    const before = held;
    held = undefined;
    if (!before) return [message];
    onHappened('created first');
    return type === CREATED ? [message, before] : [before, message];
  };
}

function withoutItemId(message: Json, type: string, onHappened: (what: string) => void): void {
  if (UNNAMED.includes(type)) {
    delete message.item_id;
    onHappened('no item_id');
  }
  if (type === CREATED) delete (message.item as Json).id;
}

function withoutSentenceId(message: Json, onHappened: (what: string) => void): void {
  const output = (message.payload as Json | undefined)?.output as Json | undefined;
  const sentence = output?.sentence as Json | undefined;
  if (!sentence || !('sentence_id' in sentence)) return;
  delete sentence.sentence_id;
  onHappened('no sentence_id');
}
