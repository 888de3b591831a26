import { randomBytes } from 'node:crypto';

/** An opaque id in the service's spelling: `event_…`, `item_…`, `sess_…`. */
export function newId(prefix: 'event' | 'item' | 'sess'): string {
  return `${prefix}_${randomBytes(12).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
}
