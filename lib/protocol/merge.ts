import { object } from '../base/json';
import type { JsonObject } from '../base/json';

/**
 * A message's values with the caller's other settings: objects are merged at every depth, and any other value of the
 * caller replaces ours.
 */
export function merged(ours: JsonObject, other: JsonObject | undefined): JsonObject {
  if (!other) return ours;
  // Entries, because an assignment to `__proto__` would not make a property.
  const values = new Map(Object.entries(ours));
  for (const [name, value] of Object.entries(other)) {
    const [ourObject, otherObject] = [object(values.get(name)), object(value)];
    values.set(name, ourObject && otherObject ? merged(ourObject, otherObject) : value);
  }
  return Object.fromEntries(values);
}
