import type { Command } from './cli/command';
import { completionCommand } from './completion';
import { helpCommand } from './help-command';
import { HOT_WORDS } from './hot-words';
import { INSPECT } from './inspect';
import { LISTEN } from './listen';
import { SERVICE } from './service';
import { TRANSCRIBE } from './transcribe';
import { WYOMING } from './wyoming';

/** Every command of `flow-asr`. Help, completion and docs/command-line.md come from here. */
export const COMMANDS: readonly Command[] = [
  TRANSCRIBE,
  LISTEN,
  INSPECT,
  WYOMING,
  HOT_WORDS,
  SERVICE,
  completionCommand(() => COMMANDS),
  helpCommand(() => COMMANDS),
];
