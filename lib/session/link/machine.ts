import type { Cancel, Clock } from '../../transport/environment';
import type { AsrError } from '../../vocabulary/errors';
import type { SessionEvent, SessionState, WarningCode } from '../../vocabulary/events';
import type { SessionConfig } from '../config';
import type { StatisticsCounter } from '../events/statistics';
import type { Recognition } from '../results/recognition';
import type { ProtocolConnection, Sender } from '../send/sender';
import { sessionStateOf, TRANSITIONS } from './states';
import type { FinishesFor, Goal, LinkEvent, LinkState, LinkStateName } from './states';

export interface ServiceLinkOptions {
  config: SessionConfig;
  sender: Sender;
  recognition: Recognition;
  counter: StatisticsCounter;
  emit: (event: SessionEvent) => void;
  /**
   * The link has another state. The end is reported by `onEnd` instead.
   * @param cause An event to be emitted before the change of state that it causes.
   */
  onState: (state: SessionState, reason: string, cause?: SessionEvent) => void;
  /** The event that reports the acceptance of the first protocol session. */
  openedEvent: (sessionId: string) => SessionEvent;
  /** Whether a pause now would divide audio that the caller has not committed yet. */
  hasUncommitted: () => boolean;
  /** The link is over: all results are there, or an error ended it. The connection is released. */
  onEnd: (error?: AsrError) => void;
}

/** The state of a link with its timers, and the only way from one state to the next. */
export class LinkMachine {
  readonly options: ServiceLinkOptions;
  /** The timers belong to the state and end with it. */
  readonly timers: Timers<'idle' | 'listen' | 'age' | 'retry' | 'bound'>;
  state: LinkState = { name: 'asleep' };
  goal: Goal = 'listen';
  /** Whether all that was sent on the connection before this one had arrived. */
  hadArrived = false;
  readonly #onLeft: (next: LinkState) => void;

  /** @param onLeft Called with the next state when a state is left. */
  constructor(options: ServiceLinkOptions, onLeft: (next: LinkState) => void) {
    this.options = options;
    this.timers = new Timers(options.config.environment.clock);
    this.#onLeft = onLeft;
  }

  get current(): ProtocolConnection | undefined {
    return 'current' in this.state ? this.state.current : undefined;
  }

  /** The service has everything that was sent on this connection before this time, on the clock. */
  get arrivedBeforeMs(): number {
    return this.current?.connection.arrivals.arrivedBeforeMs ?? -Infinity;
  }

  // A method, because a listener may end the session between two reads.
  isOver(): boolean {
    return this.state.name === 'over';
  }

  /** For what the last results of the protocol session were requested, if they were. */
  get finishesFor(): FinishesFor | undefined {
    return 'finishesFor' in this.state ? this.state.finishesFor : undefined;
  }

  /** Whether another connection would have nothing to do. */
  get hasAllResults(): boolean {
    const { sender, recognition } = this.options;
    const isAllSettled = !sender.hasAudio && sender.settled.ms >= sender.positionMs;
    return this.goal === 'end' && isAllSettled && !recognition.hasOpenResults;
  }

  can(event: LinkEvent, to: LinkStateName): boolean {
    return TRANSITIONS[this.state.name][event] === to;
  }

  /**
   * Enters the next state. An event that is not in the table is a defect. The caller sets the timers of the new
   * state.
   */
  enter(event: LinkEvent, next: LinkState): void {
    if (!this.can(event, next.name)) return;
    this.timers.clear();
    this.#onLeft(next);
    this.state = next;
  }

  /** Reports the state of the link. The session itself reports its end, after the last finals. */
  announce(reason: string, cause?: SessionEvent): void {
    if (!this.isOver()) this.options.onState(sessionStateOf(this.state, this.goal), reason, cause);
  }

  warn(code: WarningCode, message: string): void {
    if (!this.isOver()) this.options.emit({ type: 'warning', code, message });
  }

  end(error?: AsrError): void {
    if (this.isOver()) return;
    this.destroy();
    this.options.onEnd(error);
  }

  /** Closes at once; nothing is called any more. */
  destroy(): void {
    const { current } = this;
    this.enter('end', { name: 'over' });
    current?.connection.destroy();
  }

  now(): number {
    return this.options.config.environment.clock.now();
  }
}

/** The timers of one state by name. Setting one again replaces it, and all of them end with the state. */
class Timers<Name extends string> {
  readonly #clock: Clock;
  readonly #cancels = new Map<Name, Cancel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: Name, delayMs: number, onRing: () => void): void {
    this.cancel(name);
    this.#cancels.set(
      name,
      this.#clock.after(Math.max(0, delayMs), () => {
        this.#cancels.delete(name);
        onRing();
      }),
    );
  }

  cancel(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  clear(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
