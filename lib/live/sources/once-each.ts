/** Different warnings that are remembered; beyond them none is given any more. */
const MAX_WARNINGS = 100;

/** Gives each warning once, because a stranger may cause the same one without end. */
export function onceEach(onWarning: (message: string) => void): (message: string, kind?: string) => void {
  const given = new Set<string>();
  return (message, kind = message) => {
    if (given.has(kind) || given.size >= MAX_WARNINGS) return;
    given.add(kind);
    onWarning(message);
  };
}
