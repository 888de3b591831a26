import { traceToFile } from '../../../lib';
import type { TraceFile, TraceWriter } from '../../../lib';
import { hostState } from './host-state';

/** After so much time without a line a trace is closed; the next line opens it again. */
const CLOSE_AFTER_MS = 1000;

/**
 * The trace of a file, shared by all sessions of this process that write to it: two writers would rename the file under
 * each other when it is full.
 * @param onError Called when the file cannot be written.
 */
export function sharedTrace(path: string, onError: (error: Error) => void): TraceWriter {
  return {
    write: (line) => {
      const traces = hostState<SharedTrace>('traces');
      const trace = traces.get(path) ?? new SharedTrace(path, onError, () => traces.delete(path));
      traces.set(path, trace);
      trace.write(line);
    },
  };
}

class SharedTrace {
  readonly #file: TraceFile;
  readonly #timer: NodeJS.Timeout;

  constructor(path: string, onError: (error: Error) => void, onClosed: () => void) {
    this.#file = traceToFile(path, { onError });
    this.#timer = setTimeout(() => {
      onClosed();
      void this.#file.close();
    }, CLOSE_AFTER_MS);
  }

  write(line: string): void {
    this.#timer.refresh();
    this.#file.write(line);
  }
}
