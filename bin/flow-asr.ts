#!/usr/bin/env node
import { runInspect } from './inspect';
import { runService } from './service';
import { runTranscribe } from './transcribe';

const USAGE = `Usage: flow-asr COMMAND [OPTIONS]

Commands:
  transcribe FILE   turn a recording into text
  inspect FILE      say what a recording is: format, length, level
  service           run the local service, the stand-in for the cloud that needs no key

flow-asr COMMAND --help tells more.
`;

const COMMANDS: Record<string, (argv: string[]) => Promise<number>> = {
  inspect: runInspect,
  service: runService,
  transcribe: runTranscribe,
};

async function main([name = '', ...argv]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(name ? `flow-asr: unknown command "${name}".\n\n${USAGE}` : USAGE);
    return 2;
  }
  return command(argv);
}

// A reader such as `head` may close the pipe; then there is nothing left to print.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// Without a reader of errors only the exit code can report one.
process.stderr.on('error', () => undefined);

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`flow-asr: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
