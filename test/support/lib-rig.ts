import { openSession } from '../../lib';
import type {
  EventOf,
  Session,
  SessionEvent,
  SessionEventType,
  SessionOptions,
  SessionState,
} from '../../lib';
import { startLocalService } from '../../local-service';
import type { LocalService, LocalServiceOptions, ScriptFile } from '../../local-service';
import { closeOnceLeft } from './close-services';
import { leaveNothingOpen } from './open-resources';

/** A session whose events are kept, and can be waited for. */
export class RecordedSession {
  readonly events: SessionEvent[] = [];
  readonly #looks = new Set<() => void>();

  constructor(readonly session: Session) {
    session.on('event', (event) => {
      // Tests append raw samples without hints. The warning about that has tests of its own.
      if (event.type === 'warning' && event.code === 'AUDIO_ASSUMED') return;
      this.events.push(event);
      for (const look of [...this.#looks]) look();
    });
  }

  /** The events without changes of state, which accompany other events and have tests of their own. */
  get types(): SessionEventType[] {
    return this.events.map(({ type }) => type).filter((type) => type !== 'state');
  }

  /** The states of the session, in order. */
  get states(): SessionState[] {
    return ['connecting', ...this.of('state').map(({ to }) => to)];
  }

  of<T extends SessionEventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The texts of all finals. */
  get finals(): string[] {
    return this.of('final').map(({ text }) => text);
  }

  /** Waits for the event of this type with this number, counted from 1. */
  async next<T extends SessionEventType>(type: T, count = 1): Promise<EventOf<T>> {
    await this.until(() => this.of(type).length >= count, `${type} no. ${count}`);
    return this.of(type)[count - 1]!;
  }

  /** Waits for a condition, which is checked after each event. */
  async until(isSo: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
    if (isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isSo()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`Waited ${timeoutMs} ms for ${what}; got ${this.types.join(', ') || 'nothing'}.`));
      }, timeoutMs);
      const done = () => {
        clearTimeout(timer);
        this.#looks.delete(look);
      };
      this.#looks.add(look);
    });
  }

  /** The last event, which is `finished` or `error`. */
  async end(): Promise<EventOf<'finished'> | EventOf<'error'>> {
    await this.until(() => this.session.state === 'closed' && this.events.length > 0, 'the end');
    const last = this.events.at(-1);
    if (last?.type !== 'finished' && last?.type !== 'error') throw new Error(`Ended with ${last?.type}.`);
    return last;
  }

  /** The error that the session ended with. */
  async failure() {
    const last = await this.end();
    if (last.type !== 'error') throw new Error('The session finished; it was expected to fail.');
    return last.error;
  }
}

/** Scripted local services and sessions with them. All of them are closed after each test. */
export interface LibRig {
  /** Starts a scripted service. Sessions go to the last one unless they say otherwise. */
  serve: (script?: ScriptFile, options?: Partial<LocalServiceOptions>) => Promise<LocalService>;
  /** Opens a session and records it. */
  open: (options?: SessionOptions) => RecordedSession;
  readonly service: LocalService;
}

/** Registers the hooks. After each test nothing may be open any more, neither here nor at the service. */
export function useLibRig(): LibRig {
  const services: LocalService[] = [];
  const sessions: Session[] = [];

  afterEach(async () => {
    for (const session of sessions.splice(0)) session.abort();
    await closeOnceLeft(services.splice(0));
  });
  leaveNothingOpen();

  const rig: LibRig = {
    serve: async (script, options) => {
      const service = await startLocalService({
        engine: 'script',
        keepKeys: true,
        ...(script && { script }),
        ...options,
      });
      services.push(service);
      return service;
    },
    open: (options) => {
      const session = openSession({ region: 'local', address: rig.service.url, ...options });
      sessions.push(session);
      return new RecordedSession(session);
    },
    get service() {
      const service = services.at(-1);
      if (!service) throw new Error('No service was started.');
      return service;
    },
  };
  return rig;
}
