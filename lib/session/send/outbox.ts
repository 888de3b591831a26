import { AudioBlocks } from './audio-blocks';

/** Something that has to happen after the audio before it was sent: a commit, the finish. */
export interface Command {
  run: () => void;
  /** Whether it need not be run again when the audio before it is sent again. */
  isAnswered: () => boolean;
}

interface Placed {
  command: Command;
  atBytes: number;
}

/**
 * What goes to the service, in order: audio and the commands between it. What was sent stays until it is forgotten, so
 * that it can be sent again. Positions are bytes of the audio that was given.
 */
export class Outbox {
  readonly #audio = new AudioBlocks();
  #commands: Placed[] = [];
  /** The first of them that has not run since the last rewind. */
  #nextCommand = 0;
  /** What is sent next. */
  #cursor = 0;
  /** What was never sent begins here. */
  #newFrom = 0;

  /** Where the next audio to be sent stands. */
  get position(): number {
    return this.#cursor;
  }

  /** Audio that was never sent. */
  get heldBytes(): number {
    return this.#audio.end - this.#newFrom;
  }

  /** Audio that is still to be sent, for the first time or again. */
  get dueBytes(): number {
    return this.#audio.end - this.#cursor;
  }

  /** Of that, audio that was sent before. */
  get replayBytes(): number {
    return Math.max(0, this.#newFrom - this.#cursor);
  }

  /** All audio in memory. */
  get keptBytes(): number {
    return this.#audio.length;
  }

  /** Whether nothing is to be sent, neither audio nor a command. */
  get isEmpty(): boolean {
    return this.#cursor === this.#audio.end && this.#nextCommand === this.#commands.length;
  }

  /** Whether so much more audio needs more memory: the time to {@link forget}. */
  wouldGrow(byteLength: number): boolean {
    return this.#audio.wouldGrow(byteLength);
  }

  /** Copies the audio. */
  pushAudio(bytes: Uint8Array): void {
    this.#audio.write(bytes);
  }

  pushCommand(command: Command): void {
    this.#commands.push({ command, atBytes: this.#audio.end });
  }

  /** The command that is next, if it is one. */
  takeCommand(): Command | undefined {
    const next = this.#commands[this.#nextCommand];
    if (!next || next.atBytes > this.#cursor) return undefined;
    this.#nextCommand += 1;
    return next.command;
  }

  /** The audio that is next, at most `maxBytes` of it. */
  takeAudio(maxBytes: number): Buffer | undefined {
    const end = this.#commands[this.#nextCommand]?.atBytes ?? this.#audio.end;
    if (this.#cursor >= end) return undefined;
    const audio = this.#audio.read(this.#cursor, Math.min(maxBytes, end - this.#cursor));
    this.#cursor += audio.length;
    this.#newFrom = Math.max(this.#newFrom, this.#cursor);
    return audio;
  }

  /**
   * What was sent before the position will not be sent again.
   * @param isTaken Whether all that was sent has left this process.
   */
  forget(position: number, isTaken: boolean): void {
    const before = Math.min(position, this.#cursor);
    this.#audio.discardBefore(before, isTaken);
    this.#forgetCommands(before);
  }

  /** Begins again at the position, or as near to it as audio is left. */
  rewind(position: number): void {
    const from = Math.max(Math.min(position, this.#cursor), this.#audio.begin);
    this.#cursor = from;
    this.#forgetCommands(from);
    this.#nextCommand = 0;
  }

  /** Gives up the oldest of what is to be sent. */
  dropOldest(byteLength: number): void {
    this.#cursor = Math.min(this.#cursor + byteLength, this.#audio.end);
    this.#newFrom = Math.max(this.#newFrom, this.#cursor);
    this.#audio.discardBefore(this.#cursor, false);
  }

  /** Gives up everything; returns the bytes that were to be sent. */
  clear(): number {
    const { dueBytes } = this;
    this.#commands = [];
    this.#nextCommand = 0;
    this.#cursor = this.#newFrom = this.#audio.end;
    this.#audio.discardBefore(this.#cursor, false);
    return dueBytes;
  }

  /** Of commands that have run, those stay that would have to run again: they lie behind, or wait for their answer. */
  #forgetCommands(position: number): void {
    const ran = this.#commands.slice(0, this.#nextCommand);
    const kept = ran.filter(({ command, atBytes }) => atBytes > position || !command.isAnswered());
    if (kept.length === ran.length) return;
    this.#commands.splice(0, ran.length, ...kept);
    this.#nextCommand = kept.length;
  }
}
