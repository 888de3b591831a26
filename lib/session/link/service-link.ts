import { AsrError } from '../../vocabulary/errors';
import type { ContextTurn } from '../../vocabulary/parameters';
import type { Command } from '../send/send-buffer';
import type { Protocol, ServiceEvent, SpeechEvent } from '../../protocol/protocol';
import { Connection } from './connection';
import { isOwed, meaningOf } from './loss';
import { LastResults } from './last-results';
import { LinkMachine } from './machine';
import type { ServiceLinkOptions } from './machine';
import { createProtocol } from './protocols';
import { Reconnection } from './reconnection';
import type { Attempt, LinkStateName, OpenLink } from './states';
import { Watches } from './watches';

/** After the service reported a failure during the finish, hardly anything will follow. */
const AFTER_FAILURE_MS = 1000;

/**
 * The session's way to the service: one protocol session after the other, each on a new connection or on one from the
 * pool. The table in `states.ts` lists the states and transitions; this class acts on them.
 */
export class ServiceLink {
  readonly #options: ServiceLinkOptions;
  readonly #machine: LinkMachine;
  readonly #watches: Watches;
  readonly #reconnection: Reconnection;
  readonly #lastResults: LastResults;
  /** By the answer it is known that the service has what was sent before it, should this connection be lost as well. */
  readonly #ask: Command = {
    run: () => {
      this.confirm(() => undefined);
    },
    isAnswered: () => true,
  };
  #context: readonly ContextTurn[];

  constructor(options: ServiceLinkOptions) {
    this.#options = options;
    this.#context = options.config.context;
    this.#machine = new LinkMachine(options, (next) => {
      this.#watches.left(next);
    });
    this.#watches = new Watches(this.#machine, {
      onIdle: () => {
        this.#lastResults.ask('sleep');
      },
      onOld: () => {
        this.#lastResults.ask('renewal');
      },
      onSilent: () => {
        this.#silent();
      },
    });
    const connect = (attempt: Attempt, reason: string): void => {
      this.#connect(attempt, reason);
    };
    this.#reconnection = new Reconnection(this.#machine, connect);
    this.#lastResults = new LastResults(this.#machine, this.#watches, this.#reconnection, connect);
  }

  get state(): LinkStateName {
    return this.#machine.state.name;
  }

  /** The protocol session that audio goes to; `undefined` while the session sleeps. */
  get protocol(): Protocol | undefined {
    return this.#machine.current?.protocol;
  }

  /** Makes the first connection. */
  start(): void {
    this.#connect({ why: 'start', sinceMs: this.#machine.now() }, '');
  }

  /** Audio is coming, so a sleeping link wakes. */
  wake(): void {
    if (this.#machine.state.name !== 'asleep') return;
    const { voiceGate } = this.#options.config;
    this.#connect({ why: 'wake' }, voiceGate ? 'Somebody speaks.' : 'There is audio again.');
  }

  /** Audio comes to the voice gate. While nobody speaks in it, a sleeping link listens. */
  listen(): void {
    this.#watches.given();
  }

  /** Runs the command once all audio before it has been sent; at once while the link sleeps. */
  inTurn(command: Command): void {
    const { sender } = this.#options;
    sender.then(command);
    if (this.#machine.state.name === 'asleep' && !sender.hasAudio) sender.runCommands();
  }

  /** Ends the open sentence where the service has a commit command. */
  commit(): void {
    this.#machine.current?.connection.commit();
  }

  /** Calls back once the service has everything that was sent so far, if the connection lives that long. */
  confirm(onArrived: () => void): void {
    this.#machine.current?.connection.arrivals.confirm(onArrived);
  }

  updateContext(context: readonly ContextTurn[]): void {
    this.#context = context;
    const { current } = this.#machine;
    for (const frame of current?.protocol.updateContext(context) ?? []) current?.connection.send(frame);
  }

  /** From now on the link ends where it would fall asleep. */
  prepareEnd(): void {
    this.#machine.goal = 'end';
    this.#machine.timers.cancel('idle');
    this.#reconnection.bound();
    this.#machine.announce('The session is being finished.');
  }

  /** Asks for the last results within their timeout; all audio has been sent. */
  finish(): void {
    this.#lastResults.ask('rest');
  }

  /** Closes at once; nothing is called any more. */
  destroy(): void {
    this.#machine.destroy();
  }

  #connect(attempt: Attempt, reason: string): void {
    if (!this.#machine.can('connect', 'connecting')) return;
    const { config, sender, recognition, emit } = this.#options;
    const alive = () => {
      recognition.alive(sender);
      this.#watches.lookAtAge();
    };
    let toldId: string | undefined;
    const protocol = createProtocol(config, this.#context);
    const connection = new Connection(config, protocol, {
      onEvent: (event) => {
        if (event.type === 'opened') toldId = event.sessionId;
        this.#receive(event);
      },
      onLost: (error) => {
        this.#lost(error);
      },
      onResumed: () => {
        const { state } = this.#machine;
        if (state.name === 'between') this.#listen('resumed', { ...state, name: 'open' });
      },
      onDrain: () => {
        sender.pump();
      },
      onFrame: () => {
        this.#watches.heard(false);
        // An id other than the one that opened the connection belongs to the next task.
        if (toldId !== undefined && protocol.sessionId !== toldId) {
          toldId = protocol.sessionId;
          this.#options.emit({ type: 'resumed', sessionId: toldId, replayedMs: 0, lostMs: 0 });
        }
        alive();
      },
      onPong: alive,
      onWaiting: (why) => {
        emit({ type: 'waiting', reason: why });
      },
    });
    const current = { protocol, connection };
    this.#machine.enter('connect', { name: 'connecting', current, attempt });
    this.#reconnection.bound();
    sender.attach(current);
    connection.open();
    this.#machine.announce(reason);
  }

  #receive(event: ServiceEvent): void {
    const { state, finishesFor } = this.#machine;
    if (state.name === 'closing' || state.name === 'over') return;
    switch (event.type) {
      case 'opened':
        this.#opened(event.sessionId);
        break;
      case 'paused':
        if (state.name === 'open') this.#listen('paused', { ...state, name: 'between' });
        this.#options.sender.restart();
        this.#options.sender.pump();
        break;
      case 'finished':
        this.#options.recognition.finishAnswered();
        this.#lastResults.letGo(finishesFor ?? 'rest');
        break;
      case 'send':
      case 'failed':
        // The connection itself handles these.
        break;
      default:
        this.#recognised(event);
    }
  }

  #opened(sessionId: string): void {
    const { state } = this.#machine;
    if (state.name !== 'connecting') return;
    const { current, attempt } = state;
    // A session that has just begun is not idle, however long its connection took.
    if (attempt.why === 'start') this.#watches.accepted();
    this.#listen('opened', { name: 'open', current, openedAtMs: this.#machine.now() });
    this.#watches.opened();
    const reason = 'The service has accepted the session.';
    if (attempt.why === 'start') {
      this.#reconnection.refill();
      this.#machine.announce(reason, this.#options.openedEvent(sessionId));
    } else {
      const loss = attempt.why === 'loss' ? attempt.loss : undefined;
      this.#machine.announce(reason, this.#reconnection.resumed(sessionId, loss));
      // The finish asks by itself.
      if (loss && this.#machine.goal === 'listen') this.#options.sender.then(this.#ask);
    }
  }

  #listen(event: 'opened' | 'paused' | 'resumed', next: OpenLink): void {
    this.#machine.enter(event, next);
    this.#watches.start(next.openedAtMs);
  }

  #recognised(event: SpeechEvent): void {
    const { state, finishesFor } = this.#machine;
    // A renewal begins between sentences, so the new connection will recognise this speech again.
    if (finishesFor === 'renewal' && event.type !== 'usage' && event.type !== 'warning') return;
    const { sender, recognition } = this.#options;
    // A replay repeats sentences that were told before, which say nothing about the audio behind them.
    if (recognition.receive(event, sender)) this.#watches.heard(true);
    if (state.name !== 'finishing' || this.#machine.state !== state) return;
    // Each message extends the wait, because a busy service is slow and not dead. After a failure the connection
    // stays open and nothing may follow (protocol.md A.8), but other sentences may still get their finals.
    if (event.type === 'sentenceFailed') state.timeoutMs = AFTER_FAILURE_MS;
    this.#lastResults.bound(state.timeoutMs);
  }

  #silent(): void {
    const { answerTimeoutMs, endpoint } = this.#options.config;
    const message = `The service (${endpoint.label}) takes audio and has said nothing for ${answerTimeoutMs} ms.`;
    this.#machine.warn('SERVICE_SILENT', message);
    const { current } = this.#machine;
    if (!current) return;
    current.connection.destroy();
    this.#reconnection.lost(new AsrError('CONNECTION_LOST', message, { retryable: true }));
  }

  #lost(error: AsrError): void {
    const { state, finishesFor = 'rest' } = this.#machine;
    switch (meaningOf(error, this.#machine, this.#watches.lastAudioAtMs)) {
      case 'answered':
        if (state.name === 'finishing' && isOwed(this.#machine))
          this.#machine.warn('NO_SPEECH', error.message);
        if (!this.#machine.isOver()) this.#lastResults.complete(finishesFor);
        break;
      case 'silence':
        this.#machine.warn('NO_SPEECH', error.message);
        if (!this.#machine.isOver()) this.#lastResults.foundNoSpeech(finishesFor);
        break;
      case 'done':
        this.#machine.end();
        break;
      case 'missedByNobody':
        this.#lastResults.sleepThrough(error);
        break;
      case 'lost':
        if (state.name === 'connecting' && state.attempt.why === 'start') {
          this.#reconnection.firstFailed(error, state.attempt);
        } else {
          this.#reconnection.lost(error);
        }
    }
  }
}
