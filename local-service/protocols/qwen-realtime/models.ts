import { canExist } from '../snapshots';

/** protocol.md A.3, and snapshots of the same family that appear later. */
const FAMILY = /^qwen[\d.]*-asr-[a-z-]*realtime(-|$)/;

/** The model that silently runs when the name is misspelt or missing (protocol.md A.2). */
const SILENT_DEFAULT = 'qwen-omni-turbo-realtime';

/** The model that runs for `?model=…`. */
export function servedModel(requested: string | null): string {
  return requested !== null && FAMILY.test(requested) && canExist(requested) ? requested : SILENT_DEFAULT;
}
