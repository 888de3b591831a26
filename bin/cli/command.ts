/** A flag of the command line. The parser, the help, completion and docs/command-line.md are all made of it. */
export interface Flag {
  /** The name without dashes, such as `silence-ms`. */
  name: string;
  /** The name of its value in the help, such as `N`. A flag without one is a switch. */
  value?: string;
  /** The effect, in one or more sentences or the beginning of one. */
  help: string;
  short?: string;
  /** The values that exist, for help and completion. Whoever reads the value checks it. */
  choices?: readonly string[];
  /** What completion offers for the value. */
  completes?: 'file' | 'folder';
  /** Whether `--no-NAME` exists, too. */
  isNegatable?: true;
  /** Whether it may be given several times. */
  isRepeatable?: true;
}

/** Flags that several commands share, with a page of the help of their own. */
export interface Topic {
  /** `flow-asr help NAME` shows it. */
  name: string;
  summary: string;
  /** The text in front of the flags. */
  about?: string;
  flags: readonly Flag[];
}

/** The arguments of a command that are no flags. */
export interface Operands {
  /** The operands as the first line of the help shows them, such as `FILE...`. */
  usage: string;
  /** What completion offers: files, or these words. */
  completes: 'file' | readonly string[];
}

/** A command of `flow-asr`. */
export interface Command {
  name: string;
  operands?: Operands;
  /** One line for the list of commands. */
  summary: string;
  /** The text of its help between the first line and the flags. */
  about: string;
  /** Its own flags. Every command has `--help` as well. */
  flags: readonly Flag[];
  /** The topics whose flags the command takes beside its own. */
  topics?: readonly Topic[];
  /** The text of its help behind the flags. */
  notes?: string;
  /**
   * Runs the command with the arguments behind its name. Resolves with the exit code; a rejection is reported in one
   * line, with the exit code of the error.
   */
  run: (argv: readonly string[]) => Promise<number>;
}

export const HELP_FLAG: Flag = { name: 'help', short: 'h', help: 'This text.' };

/** Every flag that a command takes. */
export function flagsOf({ flags, topics = [] }: Pick<Command, 'flags' | 'topics'>): readonly Flag[] {
  return [...flags, ...topics.flatMap((topic) => topic.flags), HELP_FLAG];
}
