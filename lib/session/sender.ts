import type { Cancel, Clock } from '../environment';
import type { AsrError } from '../errors';
import type { Protocol } from '../protocol/protocol';
import type { Connection } from './connection';
import { Outbox } from './outbox';
import type { Command } from './outbox';
import { Pacer } from './pacer';
import { ACCEPTED, handled } from './promises';
import type { StatisticsCounter } from './statistics';
import { Timeline } from './timeline';

/** One message carries at most this much audio (protocol.md A.9, rule 2). */
const MAX_MESSAGE_MS = 100;

export interface SenderOptions {
  clock: Clock;
  bytesPerMs: number;
  maxHeldAudioMs: number;
  pace: { burstMs: number; multiple: number };
  counter: StatisticsCounter;
}

/** Audio on its way to the service: at once where that is possible, else held, in order, bounded and paced. */
export class Sender {
  /** The service's times -> times of the audio that was given. */
  readonly timeline = new Timeline();
  readonly #options: SenderOptions;
  readonly #protocol: Protocol;
  readonly #connection: Connection;
  readonly #outbox = new Outbox();
  readonly #pacer: Pacer;
  readonly #maxMessageBytes: number;
  readonly #maxHeldBytes: number;
  /** Everything on the wire, with the silence that ends sentences. */
  #wireBytes = 0;
  #cancelPaceTimer: Cancel | undefined;
  #waiters: { resolve: () => void; reject: (error: AsrError) => void }[] = [];

  constructor(options: SenderOptions, protocol: Protocol, connection: Connection) {
    this.#options = options;
    this.#protocol = protocol;
    this.#connection = connection;
    this.#pacer = new Pacer(options.pace.burstMs, options.pace.multiple, options.clock.now());
    this.#maxMessageBytes = MAX_MESSAGE_MS * options.bytesPerMs;
    this.#maxHeldBytes = options.maxHeldAudioMs * options.bytesPerMs;
  }

  get heldBytes(): number {
    return this.#outbox.heldBytes;
  }

  /** Where the next audio stands on the time line of the given audio. */
  get positionMs(): number {
    return this.timeline.given(this.#wireMs());
  }

  /** Resolves at once unless too much is held already; the bytes are copied only if they have to wait. */
  append(pcm: Uint8Array): Promise<void> {
    const sent = this.#outbox.isEmpty ? this.#sendNow(pcm) : 0;
    if (sent < pcm.length) this.#outbox.pushAudio(pcm.slice(sent));
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
    while (!this.#outbox.isEmpty && this.#connection.ready) {
      const command = this.#outbox.takeCommand();
      if (command) {
        command();
        continue;
      }
      if (!this.#mayGoNow()) break;
      const message = this.#outbox.takeAudio(this.#maxMessageBytes);
      if (message) this.#send(message);
    }
    if (this.#waiters.length > 0 && this.#outbox.heldBytes <= this.#maxHeldBytes) {
      for (const { resolve } of this.#waiters.splice(0)) resolve();
    }
  }

  /** Silence that is not part of the given audio and takes no place on its time line. */
  sendSilence(durationMs: number): void {
    const chunks = Math.ceil(durationMs / MAX_MESSAGE_MS);
    this.timeline.addSilence(this.#wireMs(), chunks * MAX_MESSAGE_MS);
    const chunk = new Uint8Array(this.#maxMessageBytes);
    for (let i = 0; i < chunks; i++) {
      this.#connection.send(this.#protocol.audio(chunk));
      this.#wireBytes += chunk.length;
    }
    this.#pacer.spend(chunks * MAX_MESSAGE_MS);
  }

  /** Gives up what is held and whoever waits; returns the bytes that were not sent. */
  stop(reason: AsrError): number {
    this.#cancelPaceTimer?.();
    const lostBytes = this.#outbox.heldBytes;
    this.#outbox.clear();
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
    return lostBytes;
  }

  /** Sends as much as may go now, in messages of at most 100 ms; returns how many bytes went. */
  #sendNow(pcm: Uint8Array): number {
    let offset = 0;
    while (offset < pcm.length && this.#mayGoNow()) {
      const message =
        pcm.length <= this.#maxMessageBytes ? pcm : pcm.subarray(offset, offset + this.#maxMessageBytes);
      this.#send(message);
      offset += message.length;
    }
    return offset;
  }

  #mayGoNow(): boolean {
    if (!this.#connection.ready) return false;
    const waitMs = this.#pacer.waitMs(this.#options.clock.now());
    if (waitMs === 0) return true;
    this.#cancelPaceTimer ??= this.#options.clock.after(waitMs, () => {
      this.#cancelPaceTimer = undefined;
      this.pump();
    });
    return false;
  }

  #send(pcm: Uint8Array): void {
    const { bytesPerMs, counter, clock } = this.#options;
    this.#connection.send(this.#protocol.audio(pcm));
    this.#pacer.spend(pcm.length / bytesPerMs);
    this.#wireBytes += pcm.length;
    counter.sent(pcm.length, clock.now());
  }

  #wireMs(): number {
    return this.#wireBytes / this.#options.bytesPerMs;
  }
}
