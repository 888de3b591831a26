import type { Cancel, Clock } from '../../transport/environment';
import type { Protocol } from '../../protocol/protocol';
import type { Connection } from '../link/connection';
import { Pacer } from './pacer';
import { SendBuffer } from './send-buffer';
import type { Command } from './send-buffer';
import type { StatisticsCounter } from '../events/statistics';
import { Settled } from './settled';
import { SendTimes, Timeline } from './timeline';

/** The most audio in one message (protocol.md A.9, rule 2; B.2.2). */
const MAX_MESSAGE_MS = 100;
/** The most audio that a session keeps, whatever its durations: half an hour at 16 kHz. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

export interface SenderOptions {
  clock: Clock;
  bytesPerMs: number;
  /** 2 for PCM, which must not be cut within a sample; 1 for audio that is passed through. */
  sampleBytes: number;
  maxReplayAudioMs: number;
  pace: { burstMs: number; multiple: number };
  counter: StatisticsCounter;
  /** Audio or a command may have been sent. */
  onProgress: () => void;
}

/** The connection that audio is sent on. */
export interface ProtocolConnection {
  protocol: Protocol;
  connection: Connection;
}

/** Audio on its way to the service. It is sent at once where possible, and else held in order, bounded and paced. */
export class Sender {
  /** Converts the service's times into times of the given audio. */
  readonly timeline = new Timeline();
  /** When which audio was sent, in times of the given audio. */
  readonly times = new SendTimes();
  /** The audio that need not be sent again. */
  readonly settled = new Settled();
  readonly #options: SenderOptions;
  readonly #buffer = new SendBuffer();
  readonly #pacer: Pacer;
  readonly #maxMessageBytes: number;
  #current: ProtocolConnection | undefined;
  /** All audio of this protocol session, including the silence that ends sentences. */
  #sessionBytes = 0;
  #lastGivenAtMs = -Infinity;
  #lastSentAtMs = -Infinity;
  #cancelPaceTimer: Cancel | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.pace.burstMs, options.pace.multiple, options.clock.now());
    this.#maxMessageBytes = MAX_MESSAGE_MS * options.bytesPerMs;
  }

  /** Bytes that were accepted and never sent. */
  get heldBytes(): number {
    return this.#buffer.heldBytes;
  }

  /** Bytes that are to be sent again. */
  get replayBytes(): number {
    return this.#buffer.replayBytes;
  }

  /** Bytes that are to be sent, for the first time or again. */
  get dueBytes(): number {
    return this.#buffer.dueBytes;
  }

  /** Whether audio waits, to be sent for the first time or again. */
  get hasAudio(): boolean {
    return this.#buffer.dueBytes > 0;
  }

  /** Whether nothing waits, neither audio nor a command. */
  get isEmpty(): boolean {
    return this.#buffer.isEmpty;
  }

  /** Runs the waiting commands where no audio is to be sent before them. */
  runCommands(): void {
    for (let next = this.#buffer.takeCommand(); next; next = this.#buffer.takeCommand()) next.run();
  }

  /** The time of the next audio to be sent, in the given audio. */
  get positionMs(): number {
    return this.#buffer.position / this.#options.bytesPerMs;
  }

  /** The end of the given audio. */
  get endMs(): number {
    return (this.#buffer.position + this.#buffer.dueBytes) / this.#options.bytesPerMs;
  }

  /** Whether sound was sent, from this time of the given audio on, that is loud enough to be speech and no known word. */
  hasUnknownSound(fromMs = 0): boolean {
    return this.#buffer.isLoud(
      this.#bytesAt(Math.max(fromMs, this.settled.spokenToMs)),
      this.#buffer.position,
    );
  }

  /** Whether this connection got no other audio than the one before it. */
  get hasSentTwice(): boolean {
    return this.#buffer.hasSentTwice;
  }

  /** How much audio this protocol session got, including the silence that ends sentences. */
  get sessionMs(): number {
    return this.#sessionBytes / this.#options.bytesPerMs;
  }

  /** When audio came last, on the clock. */
  get lastGivenAtMs(): number {
    return this.#lastGivenAtMs;
  }

  /** When audio was sent last, on the clock. */
  get lastSentAtMs(): number {
    return this.#lastSentAtMs;
  }

  /** From now on audio is sent on this connection; without one it is held. */
  attach(current: ProtocolConnection | undefined): void {
    this.#current = current;
    this.restart();
  }

  /** A protocol session begins with the next audio. */
  restart(): void {
    this.#sessionBytes = 0;
    this.timeline.restart(this.positionMs);
  }

  /** Sends nothing again, because all results of the sent audio are there. */
  skipReplay(): void {
    this.#buffer.dropOldest(this.#buffer.dueBytes);
  }

  /** Goes back to unsettled audio and the commands in it; returns how many bytes of it are no longer kept. */
  rewind(): number {
    // Up to one block more may be there than is to be kept.
    this.#forget();
    this.#buffer.rewind(this.#bytesAt(this.settled.replayFromMs));
    const forgottenBytes = Math.max(0, this.#buffer.position - this.#bytesAt(this.settled.ms));
    const lostBytes = forgottenBytes + this.#bytesAt(this.settled.takeLostMs());
    this.#options.counter.audioLostBytes += lostBytes;
    // Audio that is gone must not be counted as lost a second time.
    if (forgottenBytes > 0) this.settled.boundary(this.positionMs);
    this.settled.rewind(this.positionMs);
    this.times.rewind();
    return lostBytes;
  }

  /** Goes back to what was sent in the last time, if it may contain speech; everything before that is settled. */
  rewindRecent(durationMs: number): void {
    const fromMs = this.settled.sentBeforeMs(this.#options.clock.now() - durationMs);
    if (!this.hasUnknownSound(fromMs)) return;
    this.settled.boundary(fromMs);
    this.rewind();
  }

  /** Whether all the memory is in use that a session may have for audio, whatever the durations. */
  get isFull(): boolean {
    if (this.#buffer.keptBytes >= MAX_KEPT_BYTES) this.#forget();
    return this.#buffer.keptBytes >= MAX_KEPT_BYTES;
  }

  /** Takes the audio, and sends it where that is possible now. */
  append(bytes: Uint8Array, isLoud: boolean): void {
    this.#lastGivenAtMs = this.#options.clock.now();
    // More memory is needed, so unused memory is given back first.
    if (this.#buffer.wouldGrow(bytes.length)) this.#forget();
    this.#buffer.pushAudio(bytes, isLoud);
    this.#resume();
    this.pump();
  }

  /** Drops the oldest audio that is to be sent, at least this many bytes; returns how many. */
  dropOldest(byteLength: number): number {
    const { bytesPerMs, sampleBytes, counter } = this.#options;
    const dropBytes = sampleBytes * Math.ceil(byteLength / sampleBytes);
    const isSound = this.hasUnknownSound();
    this.#buffer.dropOldest(dropBytes);
    this.settled.dropped(this.positionMs, isSound, this.#options.clock.now());
    if (this.#sessionBytes === 0) this.restart();
    else this.timeline.shift(this.sessionMs, dropBytes / bytesPerMs);
    counter.audioLostBytes += dropBytes;
    return dropBytes;
  }

  /** Runs the command once all audio before it has been sent. */
  then(command: Command): void {
    this.#buffer.pushCommand(command);
    this.pump();
  }

  /** Sends held audio as far as the connection and the pace allow. */
  pump(): void {
    while (!this.#buffer.isEmpty && this.#canProceed()) {
      const command = this.#buffer.takeCommand();
      if (command) {
        command.run();
        continue;
      }
      const current = this.#readyConnection();
      if (!current) break;
      this.#sendNext(current);
    }
    this.#options.onProgress();
  }

  /** Sends silence that is not part of the given audio and takes no time in it. */
  sendSilence(durationMs: number): void {
    if (!this.#current) return;
    const { protocol, connection } = this.#current;
    const chunks = Math.ceil(durationMs / MAX_MESSAGE_MS);
    this.timeline.shift(this.sessionMs, -chunks * MAX_MESSAGE_MS);
    const chunk = Buffer.alloc(this.#maxMessageBytes);
    for (let i = 0; i < chunks; i++) {
      connection.send(protocol.audio(chunk));
      this.#sessionBytes += chunk.length;
    }
    this.#pacer.spend(chunks * MAX_MESSAGE_MS);
  }

  /** Drops what is to be sent; returns its bytes. */
  stop(): number {
    this.#current = undefined;
    this.#cancelPaceTimer?.();
    return this.#buffer.clear();
  }

  /** Whether the next thing may be sent. Between two tasks only a command may, and audio begins the next task. */
  #canProceed(): boolean {
    if (!this.#current) return false;
    if (this.#current.connection.isBetweenTasks) return !this.#resume();
    return this.#current.connection.isReady;
  }

  /** Begins the next task if audio waits for it. */
  #resume(): boolean {
    if (!this.#current?.connection.isBetweenTasks || !this.hasAudio) return false;
    this.#current.connection.resume();
    return true;
  }

  /** The connection, if it and the pace allow audio now. */
  #readyConnection(): ProtocolConnection | undefined {
    if (!this.#current?.connection.isReady) return undefined;
    const waitMs = this.#pacer.waitMs(this.#options.clock.now());
    if (waitMs === 0) return this.#current;
    this.#cancelPaceTimer ??= this.#options.clock.after(waitMs, () => {
      this.#cancelPaceTimer = undefined;
      this.pump();
    });
    return undefined;
  }

  #sendNext({ protocol, connection }: ProtocolConnection): void {
    const { bytesPerMs, counter, clock } = this.#options;
    const { replayBytes, position } = this.#buffer;
    const bytes = this.#buffer.takeAudio(this.#maxMessageBytes);
    if (!bytes) return;
    connection.send(protocol.audio(bytes));
    this.#pacer.spend(bytes.length / bytesPerMs);
    this.#sessionBytes += bytes.length;
    const now = clock.now();
    this.#lastSentAtMs = now;
    const replayed = Math.min(replayBytes, bytes.length);
    counter.audioReplayedBytes += replayed;
    counter.sent(bytes.length - replayed, now);
    this.times.sent(this.positionMs, now);
    this.settled.sent(this.positionMs, now, this.#buffer.isLoud(position, this.#buffer.position));
  }

  /** Frees the audio that need not be sent again, and of the rest what is more than may be kept. */
  #forget(): void {
    const maxReplayBytes = this.#bytesAt(this.#options.maxReplayAudioMs);
    const settledBytes = this.#bytesAt(this.settled.replayFromMs);
    const isTaken = this.#current?.connection.isDrained === true;
    this.#buffer.forget(Math.max(settledBytes, this.#buffer.position - maxReplayBytes), isTaken);
  }

  #bytesAt(ms: number): number {
    const { bytesPerMs, sampleBytes } = this.#options;
    return sampleBytes * Math.floor(Math.round(ms * bytesPerMs) / sampleBytes);
  }
}
