import type { Command } from './cli/command';
import { completionCommand } from './completion';
import { helpCommand } from './help-command';
import { INSPECT } from './inspect';
import { LISTEN } from './listen';
import { SERVICE } from './service';
import { TRANSCRIBE } from './transcribe';

/** Every command of `flow-asr`. Help, completion and docs/command-line.md come from here. */
export const COMMANDS: readonly Command[] = [
  TRANSCRIBE,
  LISTEN,
  INSPECT,
  SERVICE,
  completionCommand(() => COMMANDS),
  helpCommand(() => COMMANDS),
];
