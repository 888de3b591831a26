/**
 * What a session tells whoever looks for a fault, in the host's own log: connections, reconnects, commits, close
 * codes. Neither the key nor what was said is ever in it. A log that throws harms nothing.
 */
export interface SessionLog {
  debug(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** The same log, whose failures stay its own. */
export function harmless(log: SessionLog): SessionLog {
  return {
    debug: (message, details) => {
      try {
        log.debug(message, details);
      } catch {
        // There is nowhere left to say it.
      }
    },
  };
}
