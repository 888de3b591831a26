import { once } from 'node:events';
import { messageOf } from '../../lib/hosts';
import { AsrError } from '../../lib';
import { inLines, inOneLine } from './printable';

// Everything that a command prints goes through this file and screen.ts, so that no control character of what the
// service says reaches the terminal.

/** Prints to stdout what may have several lines. */
export function print(text: string): void {
  process.stdout.write(inLines(text));
}

/**
 * Resolves when the reader of stdout has taken what waits, so that a slow reader fills no memory.
 * @param signal Ends the waiting, because a reader may take nothing for ever. Rejects with its reason.
 */
export async function outputTaken(signal: AbortSignal): Promise<void> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain', { signal });
}

/** Prints a line to stderr, as it is. */
export function log(line: string): void {
  process.stderr.write(`${inOneLine(line)}\n`);
}

/** Prints a line to stderr, with the name of the program. */
export function complain(message: string): void {
  log(`flow-asr: ${message}`);
}

/** An error in a line, with the ids that the vendor's support asks for. */
export function failureText(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof AsrError)) return message;
  const { sessionId, requestId } = error;
  const ids = [sessionId && `session ${sessionId}`, requestId && `request ${requestId}`].filter(Boolean);
  return ids.length === 0 ? message : `${message} (${ids.join(', ')})`;
}
