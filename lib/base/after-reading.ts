/**
 * Calls `callback` once after `delayMs`, when what has arrived by then was read. A program that was busy for long runs
 * the timers that are due before it reads: an answer that came in time would count as missing.
 * @returns Cancels the call.
 */
export function afterReading(delayMs: number, callback: () => void): () => void {
  let reading: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    reading = setImmediate(callback);
  }, delayMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(reading);
  };
}

/** Calls `callback` every `intervalMs` in the same way. @returns Ends the calls. */
export function everyAfterReading(intervalMs: number, callback: () => void): () => void {
  const ring = (): void => {
    cancel = afterReading(intervalMs, ring);
    callback();
  };
  let cancel = afterReading(intervalMs, ring);
  return () => {
    cancel();
  };
}
