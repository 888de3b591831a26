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
export { RecogniserError } from './recogniser/error';
export { ScriptError } from './script/load';

export interface LocalServiceOptions {
  /** What listens to the audio: a real recogniser (English), or a script that says what was heard. */
  engine: 'recogniser' | 'script';
  /** For the engine `script` what it hears and does wrong; with `recogniser` only the faults count. */
  script?: ScriptFile | string;
  /** Default 0: any free port. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1, which only this machine can reach. */
  host?: string;
  /** Without one, any key or none is accepted. */
  apiKey?: string;
  /** How many times as fast as the wall clock the service's timers run. Default 1. */
  timeScale?: number;
  /** Keep the decoded audio of each connection in its record. Default false. */
  keepAudio?: boolean;
  /** Keep keys in the record of each connection. Default false: `***` stands for them. */
  keepKeys?: boolean;
  /** Keep the first 10,000 frames each way in the record of each connection. Default true; off for a service that stays. */
  keepFrames?: boolean;
  /** How much the service takes at once. */
  limits?: ServiceLimits;
  /** Folder for engine and weights of the recogniser. Default: `FLOW_ASR_CACHE`, else the user's cache folder. */
  cache?: string;
  /** How much of the recogniser has been fetched, 0 to 1; only at first use. */
  progress?: (share: number) => void;
  /** Gives up starting. */
  signal?: AbortSignal;
  /** Hears a line about each connection. No line holds a key, audio or text. */
  log?: (line: string) => void;
}

/** A running service. */
export interface LocalService {
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Open WebSockets now. */
  readonly connectionCount: number;
  /** Every upgrade request in order of arrival: all that are open and the last 1,000 that are not. */
  readonly sessions: readonly ConnectionRecord[];
  /** Ends every connection and releases every resource. Can be called again. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in for the cloud on this machine: both protocols of docs/protocol.md with a recogniser or a script inside.
 * @throws ScriptError for a script that makes no sense, RecogniserError when the recogniser cannot be fetched or loaded.
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
  const server = new ServiceServer({ engine, script, clock, host, apiKey, limits, record, log });
  let listening: number;
  try {
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
