import type { SessionOptions } from '../../lib';
import type { LinkStateName } from '../../lib/session/link/states';
import { configure } from '../../lib/session/config';
import { StatisticsCounter } from '../../lib/session/events/statistics';
import { ServiceLink } from '../../lib/session/link/service-link';
import { Recognition } from '../../lib/session/results/recognition';
import { Sender } from '../../lib/session/send/sender';
import { ManualClock } from './clocks';
import { FakeSocket } from './fake-socket';
import { silence } from './scripted-audio';

const QWEN = 'qwen3-asr-flash-realtime';

/** A link whose service is played by hand, and the states that it went through. */
export class LinkBench {
  readonly clock = this.#seen(new ManualClock());
  readonly states: LinkStateName[] = ['asleep'];
  readonly sockets: FakeSocket[] = [];
  readonly sender: Sender;
  readonly link: ServiceLink;

  constructor(options: SessionOptions = {}) {
    const config = configure({
      region: 'local',
      model: QWEN,
      pingIntervalMs: 3_600_000,
      ...options,
      environment: {
        clock: this.clock,
        random: () => 1,
        connect: (request, handlers) => {
          const socket = new FakeSocket();
          this.sockets.push(this.#seen(socket));
          return socket.connect(request, handlers);
        },
      },
    });
    const counter = new StatisticsCounter(32);
    const emit = () => undefined;
    const { clock } = this;
    const settleBy = 'final' as const;
    const recognition = new Recognition({
      clock,
      commitTimeoutMs: 20_000,
      settleBy,
      isMeasured: true,
      counter,
      sessionId: () => undefined,
      emit,
    });
    this.sender = new Sender({
      clock,
      bytesPerMs: 32,
      sampleBytes: 2,
      maxReplayAudioMs: 60_000,
      pace: config.pace,
      counter,
      onProgress: () => undefined,
    });
    const link = new ServiceLink({
      config,
      sender: this.sender,
      recognition,
      counter,
      emit,
      onState: () => undefined,
      openedEvent: () => ({ type: 'opened', sessionId: 's', model: QWEN, region: 'local' }),
      hasUncommitted: () => false,
      onEnd: () => undefined,
    });
    this.link = this.#seen(link);
    this.link.start();
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  audio(ms = 100): void {
    this.link.wake();
    this.sender.append(silence(ms), false);
  }

  /** The task that was begun last, by its id. */
  task(event: string): void {
    this.socket.sayOfTask(event);
  }

  /** A proxy of the object that looks at the link's state after each call of a method. */
  #seen<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, args);
          const state = (this.link as ServiceLink | undefined)?.state ?? 'asleep';
          if (this.states.at(-1) !== state) this.states.push(state);
          return result;
        };
      },
    });
  }
}
