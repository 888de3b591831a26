#!/usr/bin/env node
import { UsageError } from './cli/arguments';
import { EXIT, exitCodeOf } from './cli/exit-codes';
import { complain, failureText, print } from './cli/output';
import { inLines } from './cli/printable';
import { COMMANDS } from './commands';
import { helpFor } from './help-command';
import { versionOf } from './version';

async function main([name = '', ...argv]: string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    print(helpFor(COMMANDS));
    return EXIT.done;
  }
  if (name === '--version' || name === '-V') {
    print(`${versionOf()}\n`);
    return EXIT.done;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    if (name) complain(`unknown command "${name}".`);
    process.stderr.write(inLines(`${name ? '\n' : ''}${helpFor(COMMANDS)}`));
    return EXIT.usage;
  }
  if (asksForHelp(argv)) {
    print(helpFor(COMMANDS, name));
    return EXIT.done;
  }
  try {
    return await command.run(argv);
  } catch (error) {
    const hint = error instanceof UsageError ? ` See flow-asr ${name} --help.` : '';
    complain(failureText(error) + hint);
    return exitCodeOf(error);
  }
}

/** Whatever else is wrong with the arguments. Behind `--` there are no flags. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((one) => one === '--help' || one === '-h');
}

// A reader such as `head` may close the pipe; then there is nothing left to print.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.input);
});

// Without a reader of errors only the exit code can report one.
process.stderr.on('error', () => undefined);

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
