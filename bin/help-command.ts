import { UsageError } from './cli/arguments';
import type { Command, Topic } from './cli/command';
import { EXIT_CODES_PAGE, commandHelp, overview, topicHelp } from './cli/help';
import { print } from './cli/output';

/** `flow-asr help [COMMAND or TOPIC]`. */
export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    operands: {
      usage: '[TOPIC]',
      get completes() {
        return [...commands(), ...pagesOf(commands())].map(({ name }) => name);
      },
    },
    summary: 'say more about a command or a topic',
    about: 'Prints the help of a command or a topic, or the list of them.',
    flags: [],
    run: ([name]) => {
      print(helpFor(commands(), name));
      return Promise.resolve(0);
    },
  };
}

/** The help of a command or a topic; that of all commands where none is named. @throws UsageError */
export function helpFor(commands: readonly Command[], name?: string): string {
  const pages = pagesOf(commands);
  if (name === undefined) return overview(commands, pages);
  const command = commands.find((one) => one.name === name);
  if (command) return commandHelp(command);
  const page = pages.find((one) => one.name === name);
  if (page) return topicHelp(page);
  const names = [...commands, ...pages].map((one) => one.name).join(', ');
  throw new UsageError(`There is no help for ${JSON.stringify(name)}, but for ${names}.`);
}

/** The topics of all commands, each once, and the page about exit codes. */
export function pagesOf(commands: readonly Command[]): readonly Topic[] {
  return [...new Set(commands.flatMap(({ topics = [] }) => topics)), EXIT_CODES_PAGE];
}
