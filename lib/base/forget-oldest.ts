/** Removes the oldest entries beyond `max`, because names that others choose must not fill the memory. */
export function forgetOldest(
  named: { readonly size: number; keys: () => Iterable<string>; delete: (name: string) => unknown },
  max: number,
): void {
  for (const oldest of named.keys()) {
    if (named.size <= max) return;
    named.delete(oldest);
  }
}
