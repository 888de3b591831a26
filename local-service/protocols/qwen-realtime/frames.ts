import { newId } from '../../ids';
import type { JsonObject } from '../../json';
import type { FrameKind } from '../../script/schema';

/** A frame with the name under which scripts know it. */
export interface Frame {
  kind: FrameKind;
  frame: JsonObject & { type: string };
}

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

function frame(kind: FrameKind, type: string, fields: JsonObject = {}): Frame {
  return { kind, frame: { event_id: newId('event'), type, ...fields } };
}

/** protocol.md A.5.1. */
export function sessionCreated(session: JsonObject): Frame {
  return frame('opened', 'session.created', { session });
}

/** protocol.md A.5.2. */
export function sessionUpdated(session: JsonObject): Frame {
  return frame('configured', 'session.updated', { session });
}

/** protocol.md A.5.3. */
export function speechStarted(itemId: string, atMs: number): Frame {
  return frame('speechStarted', 'input_audio_buffer.speech_started', {
    audio_start_ms: Math.round(atMs),
    item_id: itemId,
  });
}

/** protocol.md A.5.3. */
export function speechStopped(itemId: string, atMs: number): Frame {
  return frame('speechStopped', 'input_audio_buffer.speech_stopped', {
    audio_end_ms: Math.round(atMs),
    item_id: itemId,
  });
}

/** protocol.md A.5.4. @param previousItemId `null` for the first item. */
export function committed(itemId: string, previousItemId: string | null): Frame {
  return frame('committed', 'input_audio_buffer.committed', {
    previous_item_id: previousItemId,
    item_id: itemId,
  });
}

/** protocol.md A.5.5, where `type` comes first. */
export function itemCreated(itemId: string, previousItemId: string | null): Frame {
  return {
    kind: 'itemCreated',
    frame: {
      type: 'conversation.item.created',
      event_id: newId('event'),
      previous_item_id: previousItemId,
      item: {
        id: itemId,
        object: 'realtime.item',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_audio', transcript: null }],
      },
    },
  };
}

/** protocol.md A.5.6. */
export function interim(
  itemId: string,
  { language, emotion, stable, draft }: { language: string; emotion: string; stable: string; draft: string },
): Frame {
  const fields = { item_id: itemId, content_index: 0, language, emotion, text: stable, stash: draft };
  return frame('interim', `${TRANSCRIPTION}.text`, fields);
}

/** protocol.md A.5.7. */
export function completed(
  itemId: string,
  { language, emotion, text }: { language: string; emotion: string; text: string },
  usage: JsonObject,
): Frame {
  const fields = { item_id: itemId, content_index: 0, language, emotion, transcript: text, usage };
  return frame('final', `${TRANSCRIPTION}.completed`, fields);
}

/** Manual mode without speech (protocol.md A.5.7). */
export function completedWithoutSpeech(itemId: string, durationSeconds: number): Frame {
  const nothing = { transcript: '', language: '', emotion: '', usage: { duration: durationSeconds } };
  return frame('final', `${TRANSCRIPTION}.completed`, { item_id: itemId, content_index: 0, ...nothing });
}

/** protocol.md A.5.8. */
export function itemFailed(itemId: string, code: string, message: string): Frame {
  const fields = { item_id: itemId, content_index: 0, error: { code, message, param: null } };
  return frame('itemFailed', `${TRANSCRIPTION}.failed`, fields);
}

/** protocol.md A.5.9. */
export function sessionFinished(): Frame {
  return frame('finished', 'session.finished');
}

/** protocol.md A.5.10. @param clientEventId Id of the client event that caused it. */
export function error(
  { type = 'invalid_request_error', code, message, param = null }: ErrorFields,
  clientEventId: string | null,
): Frame {
  return frame('error', 'error', { error: { type, code, message, param, event_id: clientEventId } });
}

export interface ErrorFields {
  /** Default `invalid_request_error`. */
  type?: string;
  code: string;
  message: string;
  param?: string | null;
}
