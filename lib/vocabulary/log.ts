/**
 * What a session writes to the host's own log for finding faults: connections, reconnects, commits, close codes. It
 * never contains the key or the recognised text. A log that throws does no harm.
 */
export interface SessionLog {
  debug(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** Wraps a log so that its failures stay its own. */
export function harmless(log: SessionLog): SessionLog {
  return {
    debug: (message, details) => {
      try {
        log.debug(message, details);
      } catch {
        // There is no other place to report it.
      }
    },
  };
}
