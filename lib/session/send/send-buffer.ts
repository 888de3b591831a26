import { processState } from '../../base/process-state';

/**
 * Half a second at 16 kHz or a second at 8 kHz: a block holds whole messages, and little more is kept than has to be.
 */
const BLOCK_BYTES = 16_000;
/** One megabyte for all sessions together. */
const MIN_SPARE_BLOCKS = 64;

const { audioBlocks: blocks } = processState;

/**
 * Audio between two positions of an endless stream, in blocks of memory that come and go with its content. Memory
 * that was read does not change until it is discarded. Positions are bytes from the beginning of the stream.
 */
export class AudioBlocks {
  #blocks: Buffer[] = [];
  /** The number of the first block, counted from the beginning of the stream. */
  #firstBlock = 0;
  #begin = 0;
  #end = 0;

  /** Position of the oldest audio that is kept. */
  get begin(): number {
    return this.#begin;
  }

  /** Position of the next audio to be written. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  /** Whether this many more bytes need another block. */
  wouldGrow(byteLength: number): boolean {
    return this.#end + byteLength > BLOCK_BYTES * (this.#firstBlock + this.#blocks.length);
  }

  /** Copies the bytes. */
  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const at = this.#end % BLOCK_BYTES;
      const count = Math.min(bytes.length - from, BLOCK_BYTES - at);
      const block = this.#blocks[this.#numberOf(this.#end) - this.#firstBlock] ?? this.#addBlock();
      block.set(count === bytes.length ? bytes : bytes.subarray(from, from + count), at);
      from += count;
      this.#end += count;
    }
  }

  /** A view of the audio from `position` on, at most `maxBytes`, and less where a block ends; never half a sample. */
  read(position: number, maxBytes: number): Buffer {
    const block = this.#blocks[this.#numberOf(position) - this.#firstBlock];
    if (!block) return Buffer.alloc(0);
    const at = position % BLOCK_BYTES;
    return block.subarray(at, Math.min(at + maxBytes, at + this.#end - position, BLOCK_BYTES));
  }

  /**
   * Audio before the position is not needed any more.
   * @param isUnused Whether nobody holds a view of it, including sockets that it was handed to.
   */
  discardBefore(position: number, isUnused: boolean): void {
    this.#begin = Math.max(this.#begin, Math.min(position, this.#end));
    // A stream at rest keeps nothing.
    const count = this.length === 0 ? this.#blocks.length : this.#numberOf(this.#begin) - this.#firstBlock;
    if (count <= 0) return;
    const discarded = this.#blocks.splice(0, count);
    this.#firstBlock += count;
    blocks.inUse -= discarded.length;
    const maxSpare = Math.max(MIN_SPARE_BLOCKS, blocks.inUse);
    if (isUnused) blocks.spare.push(...discarded);
    if (blocks.spare.length > maxSpare) blocks.spare.length = maxSpare;
  }

  #addBlock(): Buffer {
    if (this.#blocks.length === 0) this.#firstBlock = this.#numberOf(this.#end);
    // A new block is not taken from Node's pool of small buffers, which it would keep alive, and is not filled with
    // zeros first.
    const block = blocks.spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#blocks.push(block);
    blocks.inUse += 1;
    return block;
  }

  #numberOf(position: number): number {
    return Math.floor(position / BLOCK_BYTES);
  }
}

/** Something that has to happen after the audio before it was sent: a commit, or the finish. */
export interface Command {
  run: () => void;
  /** Whether it need not run again when the audio before it is sent again. */
  isAnswered: () => boolean;
}

interface Placed {
  command: Command;
  atBytes: number;
}

/** A run of audio up to `end`, all of it loud enough to be speech or none of it. */
interface LoudnessRun {
  isLoud: boolean;
  endBytes: number;
}

/**
 * Everything that goes to the service, in order: audio, with commands in between. Sent audio is kept until it is
 * forgotten, so that it can be sent again. Positions are bytes of the given audio.
 */
export class SendBuffer {
  readonly #audio = new AudioBlocks();
  /** Loudness of the audio, and perhaps of some before it. */
  readonly #loudness: LoudnessRun[] = [];
  #commands: Placed[] = [];
  /** The first command that has not run since the last rewind. */
  #nextCommand = 0;
  /** Position of what is sent next. */
  #cursor = 0;
  /** Audio from this position on was never sent. */
  #newFrom = 0;
  /** Audio before this position was sent before the last rewind. */
  #sentTo = 0;

  /** Position of the next audio to be sent. */
  get position(): number {
    return this.#cursor;
  }

  /** Bytes that were never sent. */
  get heldBytes(): number {
    return this.#audio.end - this.#newFrom;
  }

  /** Bytes that are still to be sent, for the first time or again. */
  get dueBytes(): number {
    return this.#audio.end - this.#cursor;
  }

  /** Of those, the bytes that were sent before. */
  get replayBytes(): number {
    return Math.max(0, this.#newFrom - this.#cursor);
  }

  /** All audio in memory. */
  get keptBytes(): number {
    return this.#audio.length;
  }

  /** Whether all that was sent since the last rewind had been sent before it, too. */
  get hasSentTwice(): boolean {
    return this.#newFrom === this.#sentTo;
  }

  /** Whether nothing is to be sent, neither audio nor a command. */
  get isEmpty(): boolean {
    return this.#cursor === this.#audio.end && this.#nextCommand === this.#commands.length;
  }

  /** Whether this much more audio needs more memory, which is the time to {@link forget}. */
  wouldGrow(byteLength: number): boolean {
    return this.#audio.wouldGrow(byteLength);
  }

  /** Copies the audio. @param isLoud Whether it may contain speech. */
  pushAudio(bytes: Uint8Array, isLoud = true): void {
    this.#audio.write(bytes);
    const last = this.#loudness.at(-1);
    if (last?.isLoud === isLoud) last.endBytes = this.#audio.end;
    else this.#loudness.push({ isLoud, endBytes: this.#audio.end });
  }

  /** Whether anything between the two positions is loud enough to be speech. */
  isLoud(fromBytes: number, toBytes: number): boolean {
    if (toBytes <= fromBytes) return false;
    for (let index = this.#loudness.length - 1; index >= 0; index -= 1) {
      const run = this.#loudness[index];
      if (!run || run.endBytes <= fromBytes) return false;
      const beginBytes = this.#loudness[index - 1]?.endBytes ?? 0;
      if (run.isLoud && beginBytes < toBytes) return true;
    }
    return false;
  }

  /** A command that waits at the end already is not put there again. */
  pushCommand(command: Command): void {
    const last = this.#commands.at(-1);
    const waits = last?.command === command && this.#nextCommand < this.#commands.length;
    if (waits && last.atBytes === this.#audio.end) return;
    this.#commands.push({ command, atBytes: this.#audio.end });
  }

  /** The next thing to be sent, if it is a command. */
  takeCommand(): Command | undefined {
    const next = this.#commands[this.#nextCommand];
    if (!next || next.atBytes > this.#cursor) return undefined;
    this.#nextCommand += 1;
    return next.command;
  }

  /** The next audio to be sent, at most `maxBytes` of it. */
  takeAudio(maxBytes: number): Buffer | undefined {
    const end = this.#commands[this.#nextCommand]?.atBytes ?? this.#audio.end;
    if (this.#cursor >= end) return undefined;
    const audio = this.#audio.read(this.#cursor, Math.min(maxBytes, end - this.#cursor));
    this.#cursor += audio.length;
    this.#newFrom = Math.max(this.#newFrom, this.#cursor);
    return audio;
  }

  /**
   * Audio before the position will not be sent again.
   * @param isTaken Whether everything that was sent has left this process.
   */
  forget(position: number, isTaken: boolean): void {
    const before = Math.min(position, this.#cursor);
    this.#audio.discardBefore(before, isTaken);
    const firstKept = this.#loudness.findIndex(({ endBytes }) => endBytes > before);
    if (firstKept > 0) this.#loudness.splice(0, firstKept);
    this.#forgetCommands(before);
  }

  /** Goes back to the position, or as near to it as audio is kept. */
  rewind(position: number): void {
    const from = Math.max(Math.min(position, this.#cursor), this.#audio.begin);
    this.#sentTo = this.#newFrom;
    this.#cursor = from;
    this.#forgetCommands(from);
    this.#nextCommand = 0;
  }

  /** Drops the oldest audio that is still to be sent. */
  dropOldest(byteLength: number): void {
    this.#cursor = Math.min(this.#cursor + byteLength, this.#audio.end);
    this.#newFrom = Math.max(this.#newFrom, this.#cursor);
    this.#audio.discardBefore(this.#cursor, false);
  }

  /** Drops everything; returns the number of bytes that were still to be sent. */
  clear(): number {
    const { dueBytes } = this;
    this.#commands = [];
    this.#nextCommand = 0;
    this.#cursor = this.#newFrom = this.#audio.end;
    this.#audio.discardBefore(this.#cursor, false);
    return dueBytes;
  }

  /** Keeps those commands that would have to run again: they lie behind the position, or wait for their answer. */
  #forgetCommands(position: number): void {
    const ran = this.#commands.slice(0, this.#nextCommand);
    const kept = ran.filter(({ command, atBytes }) => atBytes > position || !command.isAnswered());
    if (kept.length === ran.length) return;
    this.#commands.splice(0, ran.length, ...kept);
    this.#nextCommand = kept.length;
  }
}
