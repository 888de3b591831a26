import { AsrError } from '../../lib';
import type { AsrErrorCode } from '../../lib';
import { UsageError } from './arguments';

/** The exit codes, for programs. Help and docs/command-line.md show this table. */
export const EXIT_CODES = [
  {
    code: 0,
    name: 'done',
    help: 'Everything was done. Also when the reader of the output, such as head, went away.',
  },
  {
    code: 1,
    name: 'input',
    help: 'An input cannot be read, is no audio, or its format is unknown; or an output cannot be written.',
  },
  { code: 2, name: 'usage', help: 'A flag, its value, or a combination of them is wrong. Nothing was sent.' },
  {
    code: 3,
    name: 'configuration',
    help: 'The key is missing, was refused or cannot pay, or the service refuses the model or a setting.',
  },
  { code: 4, name: 'service', help: 'The network or the service failed, also after further attempts.' },
  { code: 5, name: 'partial', help: 'Some of several files failed. One line on stderr says so for each.' },
  {
    code: 130,
    name: 'interrupted',
    help: 'Ctrl+C. The first ends the sentence and prints it, a second one ends at once.',
  },
  { code: 143, name: 'terminated', help: 'SIGTERM, which does the same as Ctrl+C.' },
] as const;

export type ExitName = (typeof EXIT_CODES)[number]['name'];

export const EXIT = Object.fromEntries(EXIT_CODES.map(({ name, code }) => [name, code])) as Readonly<
  Record<ExitName, number>
>;

const BY_ERROR: Readonly<Record<AsrErrorCode, ExitName>> = {
  INVALID_OPTION: 'usage',
  MISSING_API_KEY: 'configuration',
  AUTHENTICATION: 'configuration',
  PAYMENT: 'configuration',
  MODEL_MISMATCH: 'configuration',
  MODEL_UNAVAILABLE: 'configuration',
  CONFIGURATION_REJECTED: 'configuration',
  THROTTLED: 'service',
  CONNECT_FAILED: 'service',
  CONNECT_TIMEOUT: 'service',
  CONFIGURE_TIMEOUT: 'service',
  CONNECTION_LOST: 'service',
  PROTOCOL_REJECTED: 'service',
  NO_SPEECH: 'service',
  IDLE_TIMEOUT: 'service',
  SERVICE_ERROR: 'service',
  COMMIT_EMPTY: 'service',
  COMMIT_FAILED: 'service',
  COMMIT_TIMEOUT: 'service',
  SESSION_CLOSED: 'service',
  HELD_AUDIO_LIMIT: 'service',
  BAD_AUDIO: 'input',
  UNKNOWN_AUDIO: 'input',
  HOT_WORD_LIST_NOT_FOUND: 'input',
  HOT_WORD_LISTS_FULL: 'configuration',
  REQUEST_REJECTED: 'configuration',
  REQUEST_TIMEOUT: 'service',
  ABORTED: 'interrupted',
};

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof AsrError ? EXIT[BY_ERROR[error.code]] : EXIT.input;
}

/** Whether the next file would fail in the same way, so that it need not be tried. */
export function concernsAllFiles(exitCode: number): boolean {
  return exitCode === EXIT.usage || exitCode === EXIT.configuration;
}
