import type { AsrError, SessionEvent } from '../../../lib';
import type { Status } from '../shared/status';
import type { LiveSession, Phase } from './live-session';

/** Less than this waits for the connection all the time and is not shown. */
const BUFFERING_FROM_MS = 1000;
const BUFFERING_SHOWN_EVERY_MS = 500;

const IS_CONNECTING: ReadonlySet<Phase> = new Set<Phase>(['connecting', 'waiting', 'reconnecting']);

/** Events that change the text of the badge without changing the phase. */
export const CHANGES_BADGE: ReadonlySet<SessionEvent['type']> = new Set<SessionEvent['type']>([
  'reconnecting',
  'error',
  'finished',
]);

/** The badge of an `asr session` node: the state of its session, or how many there are. */
export class SessionBadge {
  readonly #status: Status;
  readonly #sessions: () => ReadonlySet<LiveSession>;
  #lastFailure: AsrError | undefined;
  #bufferTimer: NodeJS.Timeout | undefined;

  constructor(status: Status, sessions: () => ReadonlySet<LiveSession>) {
    this.#status = status;
    this.#sessions = sessions;
  }

  /** The error of the last failed session, until another one opens. */
  get lastFailure(): AsrError | undefined {
    return this.#lastFailure;
  }

  heard(event: SessionEvent): void {
    if (event.type === 'opened') this.#lastFailure = undefined;
    if (event.type === 'error') this.#lastFailure = event.error;
  }

  show(): void {
    const sessions = this.#sessions();
    const [first] = sessions;
    if (!first) {
      if (this.#lastFailure) this.#status.setFailed(this.#lastFailure);
      else this.#status.clear();
    } else if (sessions.size === 1) {
      this.#showOne(first);
    } else if ([...sessions].every(({ phase }) => phase === 'sleeping')) {
      this.#status.set('sessionsSleeping', { n: sessions.size });
    } else {
      const connecting = [...sessions].some(({ phase }) => IS_CONNECTING.has(phase));
      this.#status.set(connecting ? 'sessionsConnecting' : 'sessions', { n: sessions.size });
    }
  }

  /** Shows a failure that belongs to no session, unless a session has more to show. */
  showFailure(error: unknown): void {
    if (this.#sessions().size === 0) this.#status.setFailed(error);
  }

  /** Audio was given. If it has to wait, the badge shows how much, for as long as it waits. */
  watchBuffer(): void {
    const [first] = this.#sessions();
    if (!this.#bufferTimer && first && isBuffering(first)) this.show();
  }

  close(): void {
    clearTimeout(this.#bufferTimer);
    this.#status.close();
  }

  #showOne(live: LiveSession): void {
    const { phase, attempt } = live;
    if (phase === 'reconnecting') this.#status.set('reconnecting', { n: attempt });
    else if (phase === 'waiting') this.#status.set('noRoom');
    else if (isBuffering(live)) this.#showBuffer(live);
    else this.#status.set(phase);
  }

  #showBuffer({ heldAudioMs }: LiveSession): void {
    this.#status.set('buffering', { s: (heldAudioMs / 1000).toFixed(1) });
    this.#bufferTimer ??= setTimeout(() => {
      this.#bufferTimer = undefined;
      this.show();
    }, BUFFERING_SHOWN_EVERY_MS);
  }
}

/** Audio that waits for the first connection is already covered by "connecting". */
function isBuffering({ phase, heldAudioMs }: LiveSession): boolean {
  return (phase === 'connected' || phase === 'speech') && heldAudioMs >= BUFFERING_FROM_MS;
}
