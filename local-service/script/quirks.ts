import type { ScriptFault, ScriptQuirk } from './schema';

/** How a quirk changes each frame that it concerns. */
export const QUIRKS: Readonly<Record<ScriptQuirk, readonly ScriptFault[]>> = {
  noItemIds: [
    ...['committed', 'interim', 'final'].map((on) => removed(on, 'item_id')),
    removed('itemCreated', 'item.id'),
  ],
  createdBeforeCommitted: [{ on: 'committed', do: 'hold', until: 'itemCreated' }],
  noSentenceIds: ['speechStarted', 'interim', 'final', 'heartbeat'].map((on) =>
    removed(on, 'payload.output.sentence.sentence_id'),
  ),
};

function removed(on: string, path: string): ScriptFault {
  return { on, do: 'edit', remove: [path] };
}
