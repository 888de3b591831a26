import type { Clock, ReadAudioOptions } from '../../../lib';
import { fieldsOf, systemEnvironment } from '../../../lib/hosts';
import type { Cancel } from '../../../lib/hosts';
import { isStream } from './audio-message';
import { NodeError } from './errors';
import type { Translate } from './red';

const LOOK_EVERY_MS = 1_000;
/** Local files open in milliseconds, and those of a network in less than this. */
const OPEN_WITHIN_MS = 2_000;
/** After this time the badge shows that nothing comes. */
const QUIET_AFTER_MS = 5_000;
/** A silent stream is given up after this time where other messages wait behind it. */
const IN_THE_WAY_AFTER_MS = 10_000;
/**
 * The time where no messages wait, for a stream that has given nothing at all. One that has begun may be silent for
 * long.
 */
const NEVER_BEGUN_AFTER_MS = 60_000;

export interface StreamWatchOptions {
  stream: unknown;
  /** Texts of the node: `<type>.error.stalled`. */
  translate: Translate;
  type: string;
  /** Whether other messages wait behind the stream, so that it may be given up for them. */
  isInTheWay: (hasBegun: boolean) => boolean;
  /** Called when nothing has come for some seconds, and when something comes again. */
  onQuiet: (isQuiet: boolean) => void;
  clock?: Clock;
}

/**
 * Watches a stream in a message. Node-RED copies a message for a second wire, and the copy of a stream gives nothing
 * and does not end; without a limit it would block all later messages forever.
 */
class StreamWatch {
  readonly #options: StreamWatchOptions;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #cancel: Cancel | undefined;
  #waitsSinceMs: number | undefined;
  #hasBegun = false;
  #isQuiet = false;
  #error: NodeError | undefined;

  constructor(options: StreamWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemEnvironment.clock;
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, this.#look);
  }

  /** Aborts when the stream is given up. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Why the stream was given up. */
  get error(): NodeError | undefined {
    return this.#error;
  }

  /** Begins a wait for the stream. @returns A function to be called once something has come. */
  readonly wait = (): (() => void) => {
    this.#waitsSinceMs = this.#clock.now();
    return this.#came;
  };

  end(): void {
    this.#cancel?.();
    this.#tell(false);
  }

  readonly #came = (): void => {
    this.#waitsSinceMs = undefined;
    this.#hasBegun = true;
    this.#tell(false);
  };

  readonly #look = (): void => {
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, this.#look);
    if (this.#waitsSinceMs === undefined) return;
    const waitedMs = this.#clock.now() - this.#waitsSinceMs;
    if (waitedMs >= QUIET_AFTER_MS) this.#tell(true);
    if (waitedMs < this.#mostMs()) return;
    this.#cancel();
    const { translate, type } = this.#options;
    const text = translate(`${type}.error.stalled`, { seconds: Math.round(waitedMs / 1000) });
    this.#error = new NodeError('STALLED', text);
    this.#stop.abort(this.#error);
  };

  #mostMs(): number {
    const { stream, isInTheWay } = this.#options;
    const file = fieldsOf(stream);
    if (!this.#hasBegun && file.pending === true && 'fd' in file) return OPEN_WITHIN_MS;
    if (isInTheWay(this.#hasBegun)) return IN_THE_WAY_AFTER_MS;
    return this.#hasBegun ? Infinity : NEVER_BEGUN_AFTER_MS;
  }

  #tell(isQuiet: boolean): void {
    if (isQuiet === this.#isQuiet) return;
    this.#isQuiet = isQuiet;
    this.#options.onQuiet(isQuiet);
  }
}

/** Reads a stream under watch, and everything else directly. */
export async function watched<T>(
  options: StreamWatchOptions,
  signal: AbortSignal,
  read: (how: Pick<ReadAudioOptions, 'signal' | 'onWait'>) => Promise<T>,
): Promise<T> {
  if (!isStream(options.stream)) return read({ signal });
  const watch = new StreamWatch(options);
  try {
    return await read({ signal: AbortSignal.any([signal, watch.signal]), onWait: watch.wait });
  } catch (error) {
    throw watch.error ?? error;
  } finally {
    watch.end();
  }
}
