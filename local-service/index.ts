import type { Engine } from './engines/engine';
import { RecogniserEngine } from './engines/recogniser-engine';
import { ScriptEngine } from './engines/script-engine';
import type { ConnectionRecord } from './inspection';
import { checkLimits, type ServiceLimits } from './limits';
import type { FetchOptions } from './recogniser/fetch';
import { loadScript } from './script/load';
import type { ScriptFile } from './script/schema';
import { ServiceServer } from './server';
import { createClock } from './time';

export type { ConnectionRecord, ReceivedFrame, SentFrame } from './inspection';
export type { ServiceLimits } from './limits';
export type * from './script/schema';
export { HotWordFileError } from './hot-words/file';
export { RecogniserError } from './recogniser/error';
export { ScriptError } from './script/load';

export interface LocalServiceOptions {
  /** The engine: a real recogniser (English), or a script that says what was heard. */
  engine: 'recogniser' | 'script';
  /** For the engine `script`, the results and faults; with `recogniser` only the faults count. */
  script?: ScriptFile | string;
  /** Default 0, which is any free port. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1, which only this machine can reach. */
  host?: string;
  /** The key that clients must send. By default any key, or none, is accepted. */
  apiKey?: string;
  /** How many times as fast as the wall clock the service's timers run. Default 1. */
  timeScale?: number;
  /** Whether each connection's record keeps the decoded audio. Default false. */
  keepAudio?: boolean;
  /** Whether the records keep keys. Default false: `***` replaces them. */
  keepKeys?: boolean;
  /**
   * Whether each connection's record keeps the first 10,000 frames each way. Default true; turn it off for a service
   * that runs for long.
   */
  keepFrames?: boolean;
  /**
   * Keeps the hot-word lists in this JSON file, which is made where there is none. Without it they end with the
   * service.
   */
  hotWordsFile?: string;
  /** How much the service takes at once. */
  limits?: ServiceLimits;
  /** Folder for the recogniser's engine and weights. Default: `FLOW_ASR_CACHE`, else the user's cache folder. */
  cache?: string;
  /** Called with the share of the recogniser that was fetched, 0 to 1; only at first use. */
  progress?: (share: number) => void;
  /** Aborts the start. */
  signal?: AbortSignal;
  /** Called with a line about each connection. No line contains a key, audio or text. */
  log?: (line: string) => void;
}

/** A running service. */
export interface LocalService {
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Number of open WebSockets. */
  readonly connectionCount: number;
  /** Every upgrade request in order of arrival: all open connections and the last 1,000 closed ones. */
  readonly sessions: readonly ConnectionRecord[];
  /** Ends every connection and releases every resource. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in for the cloud on this machine: both protocols of docs/protocol.md, with a recogniser or a
 * script behind them.
 * @throws ScriptError for an invalid script; HotWordFileError for an unusable file of lists; RecogniserError when the recogniser cannot be fetched or loaded.
 */
export async function startLocalService(options: LocalServiceOptions): Promise<LocalService> {
  const {
    port = 0,
    host = '127.0.0.1',
    apiKey,
    timeScale,
    keepAudio = false,
    keepFrames = true,
    keepKeys = false,
    log = () => undefined,
  } = options;
  const clock = createClock(timeScale);
  const limits = checkLimits(options.limits);
  const script = loadScript(options.script);
  const engine = await createEngine(options.engine, {
    log,
    ...(options.cache === undefined ? {} : { cache: options.cache }),
    ...(options.progress ? { progress: options.progress } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const record = { keepAudio, keepFrames, keepKeys };
  const { hotWordsFile } = options;
  let server: ServiceServer;
  let listening: number;
  try {
    server = new ServiceServer({ engine, script, clock, host, apiKey, limits, hotWordsFile, record, log });
    listening = await server.listen(port, host);
  } catch (error) {
    await engine.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    port: listening,
    get connectionCount() {
      return server.connectionCount;
    },
    get sessions() {
      return server.records;
    },
    close: () => (closing ??= server.close().then(() => engine.close())),
  };
}

async function createEngine(name: LocalServiceOptions['engine'], options: FetchOptions): Promise<Engine> {
  switch (name) {
    case 'script':
      return new ScriptEngine();
    case 'recogniser':
      return RecogniserEngine.create(options);
    default:
      throw new RangeError(
        `Expected \`engine\` to be 'recogniser' or 'script', got ${JSON.stringify(name)}.`,
      );
  }
}
