import type { Cancel, Clock } from '../environment';
import { AsrError } from '../errors';
import type { Protocol } from '../protocol/protocol';
import type { Connection } from './connection';
import { Outbox } from './outbox';
import type { Command } from './outbox';
import { Pacer } from './pacer';
import { ACCEPTED, handled } from './promises';
import type { StatisticsCounter } from './statistics';
import { SendTimes } from './send-times';
import { Timeline } from './timeline';

/** One message carries at most this much audio (protocol.md A.9, rule 2; B.2.2). */
const MAX_MESSAGE_MS = 100;
/** Calls of `append` that may wait at the same time; whoever waits for each has one. */
const MAX_WAITERS = 100;

export interface SenderOptions {
  clock: Clock;
  bytesPerMs: number;
  maxHeldAudioMs: number;
  pace: { burstMs: number; multiple: number };
  counter: StatisticsCounter;
}

/** What audio goes out on. */
export interface Link {
  protocol: Protocol;
  connection: Connection;
}

/** Audio on its way to the service: at once where that is possible, else held, in order, bounded and paced. */
export class Sender {
  /** The service's times -> times of the audio that was given. */
  readonly timeline = new Timeline();
  /** When which audio went out, on the time line of the given audio. */
  readonly times = new SendTimes();
  readonly #options: SenderOptions;
  readonly #outbox = new Outbox();
  readonly #pacer: Pacer;
  readonly #maxMessageBytes: number;
  readonly #maxHeldBytes: number;
  #link: Link | undefined;
  #givenBytes = 0;
  /** All audio of this protocol session, with the silence that ends sentences. */
  #sessionBytes = 0;
  #cancelPaceTimer: Cancel | undefined;
  #waiters: { resolve: () => void; reject: (error: AsrError) => void }[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.pace.burstMs, options.pace.multiple, options.clock.now());
    this.#maxMessageBytes = MAX_MESSAGE_MS * options.bytesPerMs;
    this.#maxHeldBytes = options.maxHeldAudioMs * options.bytesPerMs;
  }

  get heldBytes(): number {
    return this.#outbox.heldBytes;
  }

  /** Whether nothing waits, neither audio nor a command. */
  get isEmpty(): boolean {
    return this.#outbox.isEmpty;
  }

  /** Runs the commands that wait, where no audio does: there is nothing to send before them. */
  runCommands(): void {
    for (let command = this.#outbox.takeCommand(); command; command = this.#outbox.takeCommand()) command();
  }

  /** Where the next audio stands on the time line of the given audio. */
  get positionMs(): number {
    return Math.round(this.#givenBytes / this.#options.bytesPerMs);
  }

  /** How much audio this protocol session got, with the silence that ends sentences. */
  get sessionMs(): number {
    return this.#sessionBytes / this.#options.bytesPerMs;
  }

  /** From now on audio goes out here, or, without a link, nowhere. */
  attach(link: Link | undefined): void {
    this.#link = link;
    this.restart();
  }

  /** A protocol session begins with the next audio. */
  restart(): void {
    this.#sessionBytes = 0;
    this.timeline.restart(this.#givenBytes / this.#options.bytesPerMs);
  }

  /** Why nothing more is taken: callers do not wait, and what is held must have a bound. */
  get limitError(): AsrError | undefined {
    if (this.#waiters.length < MAX_WAITERS) return undefined;
    const message =
      `More than ${this.#options.maxHeldAudioMs} ms of audio waits for the connection, and ${MAX_WAITERS} calls of ` +
      'append with it. This audio was not taken. Await append before the next one.';
    return new AsrError('HELD_AUDIO_LIMIT', message, { retryable: true });
  }

  /** Resolves at once unless too much is held already; the bytes are copied only if they have to wait. */
  append(bytes: Uint8Array): Promise<void> {
    const sent = this.#outbox.isEmpty ? this.#sendNow(bytes) : 0;
    if (sent < bytes.length) {
      // Not `slice`, which of a Buffer is no copy: the caller may use its memory again.
      this.#outbox.pushAudio(Uint8Array.from(bytes.subarray(sent)));
      this.#resume();
    }
    if (this.#outbox.heldBytes <= this.#maxHeldBytes) return ACCEPTED;
    return handled(new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject })));
  }

  /** Runs the command once all audio before it has been sent. */
  then(command: Command): void {
    this.#outbox.pushCommand(command);
    this.pump();
  }

  /** Sends what is held, as far as the connection and the pace allow. */
  pump(): void {
    while (!this.#outbox.isEmpty && this.#canProceed()) {
      const command = this.#outbox.takeCommand();
      if (command) {
        command();
        continue;
      }
      const link = this.#linkThatTakesAudio();
      if (!link) break;
      const message = this.#outbox.takeAudio(this.#maxMessageBytes);
      if (message) this.#send(link, message);
    }
    if (this.#waiters.length > 0 && this.#outbox.heldBytes <= this.#maxHeldBytes) {
      for (const { resolve } of this.#waiters.splice(0)) resolve();
    }
  }

  /** Silence that is not part of the given audio and takes no place on its time line. */
  sendSilence(durationMs: number): void {
    if (!this.#link) return;
    const { protocol, connection } = this.#link;
    const chunks = Math.ceil(durationMs / MAX_MESSAGE_MS);
    this.timeline.addSilence(this.sessionMs, chunks * MAX_MESSAGE_MS);
    const chunk = new Uint8Array(this.#maxMessageBytes);
    for (let i = 0; i < chunks; i++) {
      connection.send(protocol.audio(chunk));
      this.#sessionBytes += chunk.length;
    }
    this.#pacer.spend(chunks * MAX_MESSAGE_MS);
  }

  /** Gives up what is held and whoever waits; returns the bytes that were not sent. */
  stop(reason: AsrError): number {
    this.#link = undefined;
    this.#cancelPaceTimer?.();
    const lostBytes = this.#outbox.heldBytes;
    this.#outbox.clear();
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
    return lostBytes;
  }

  /** Whether what is next may go; between two tasks only a command may, and audio begins the next task. */
  #canProceed(): boolean {
    if (!this.#link) return false;
    if (this.#link.protocol.isPaused) return !this.#resume();
    return this.#link.connection.isReady;
  }

  /** Begins the next task if audio waits for it. */
  #resume(): boolean {
    if (!this.#link?.protocol.isPaused || this.#outbox.heldBytes === 0) return false;
    this.#link.connection.resume();
    return true;
  }

  /** Sends as much as may go now, in messages of at most 100 ms; returns how many bytes went. */
  #sendNow(bytes: Uint8Array): number {
    let offset = 0;
    while (offset < bytes.length) {
      const link = this.#linkThatTakesAudio();
      if (!link) break;
      const isOneMessage = bytes.length <= this.#maxMessageBytes;
      const message = isOneMessage ? bytes : bytes.subarray(offset, offset + this.#maxMessageBytes);
      this.#send(link, message);
      offset += message.length;
    }
    return offset;
  }

  /** The link, if it and the pace allow audio now. */
  #linkThatTakesAudio(): Link | undefined {
    if (!this.#link?.connection.isReady) return undefined;
    const waitMs = this.#pacer.waitMs(this.#options.clock.now());
    if (waitMs === 0) return this.#link;
    this.#cancelPaceTimer ??= this.#options.clock.after(waitMs, () => {
      this.#cancelPaceTimer = undefined;
      this.pump();
    });
    return undefined;
  }

  #send({ protocol, connection }: Link, bytes: Uint8Array): void {
    const { bytesPerMs, counter, clock } = this.#options;
    connection.send(protocol.audio(bytes));
    this.#pacer.spend(bytes.length / bytesPerMs);
    this.#sessionBytes += bytes.length;
    this.#givenBytes += bytes.length;
    const now = clock.now();
    counter.sent(bytes.length, now);
    this.times.sent(this.#givenBytes / bytesPerMs, now);
  }
}
