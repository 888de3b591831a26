/** Half a second at 16 kHz, a second at 8 kHz: whole messages, and little that is kept beyond what has to be. */
const BLOCK_BYTES = 16_000;
/** One megabyte for all sessions together. */
const MIN_SPARE_BLOCKS = 64;

/**
 * What other sessions need no more: without it, every block would be memory that the garbage collector has to find. A
 * sentence takes a block each half second and gives all of them back at its end, so that there are as many of them as are
 * in use, at most; with those, never more than were in use once.
 */
const spareBlocks: Buffer[] = [];
/** Of all sessions. One that ends gives up all of its own. */
let blocksInUse = 0;

/**
 * Audio between two positions of an endless stream, in blocks of memory that come and go with what it holds. What was
 * read stays as it is until it is discarded. Positions are bytes from the beginning of the stream.
 */
export class AudioBlocks {
  #blocks: Buffer[] = [];
  /** The number of the first of them, counted from the beginning of the stream. */
  #firstBlock = 0;
  #begin = 0;
  #end = 0;

  /** Where the oldest audio begins that is still here. */
  get begin(): number {
    return this.#begin;
  }

  /** Where the next audio will be written. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  /** Whether so much more needs another block. */
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

  /** A view of the audio from `position` on, at most `maxBytes` and less where a block ends; never half a sample. */
  read(position: number, maxBytes: number): Buffer {
    const block = this.#blocks[this.#numberOf(position) - this.#firstBlock];
    if (!block) return Buffer.alloc(0);
    const at = position % BLOCK_BYTES;
    return block.subarray(at, Math.min(at + maxBytes, at + this.#end - position, BLOCK_BYTES));
  }

  /**
   * Audio before the position is not needed any more.
   * @param isUnused Whether nobody holds what was read of it: not a socket either, to which it was handed.
   */
  discardBefore(position: number, isUnused: boolean): void {
    this.#begin = Math.max(this.#begin, Math.min(position, this.#end));
    // Of a stream that is at rest, nothing is kept.
    const count = this.length === 0 ? this.#blocks.length : this.#numberOf(this.#begin) - this.#firstBlock;
    if (count <= 0) return;
    const discarded = this.#blocks.splice(0, count);
    this.#firstBlock += count;
    blocksInUse -= discarded.length;
    const maxSpare = Math.max(MIN_SPARE_BLOCKS, blocksInUse);
    if (isUnused) spareBlocks.push(...discarded);
    if (spareBlocks.length > maxSpare) spareBlocks.length = maxSpare;
  }

  #addBlock(): Buffer {
    if (this.#blocks.length === 0) this.#firstBlock = this.#numberOf(this.#end);
    // A new one is not from the pool that small buffers share, which it would keep, and is not filled with zeros first.
    const block = spareBlocks.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#blocks.push(block);
    blocksInUse += 1;
    return block;
  }

  #numberOf(position: number): number {
    return Math.floor(position / BLOCK_BYTES);
  }
}

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

/** Audio that is all loud enough to be speech, or all not, up to where it ends. */
interface LoudnessRun {
  isLoud: boolean;
  endBytes: number;
}

/**
 * What goes to the service, in order: audio and the commands between it. What was sent stays until it is forgotten, so
 * that it can be sent again. Positions are bytes of the audio that was given.
 */
export class Outbox {
  readonly #audio = new AudioBlocks();
  /** Of the audio, and perhaps of some before it. */
  readonly #loudness: LoudnessRun[] = [];
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

  /** Copies the audio. @param isLoud Whether it may be speech. */
  pushAudio(bytes: Uint8Array, isLoud = true): void {
    this.#audio.write(bytes);
    const last = this.#loudness.at(-1);
    if (last?.isLoud === isLoud) last.endBytes = this.#audio.end;
    else this.#loudness.push({ isLoud, endBytes: this.#audio.end });
  }

  /** Whether anything between the two positions is loud enough to be speech. */
  isLoud(fromBytes: number, toBytes: number): boolean {
    for (let index = this.#loudness.length - 1; index >= 0; index -= 1) {
      const run = this.#loudness[index];
      if (!run || run.endBytes <= fromBytes) return false;
      const beginBytes = this.#loudness[index - 1]?.endBytes ?? 0;
      if (run.isLoud && beginBytes < toBytes) return true;
    }
    return false;
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
    const firstKept = this.#loudness.findIndex(({ endBytes }) => endBytes > before);
    if (firstKept > 0) this.#loudness.splice(0, firstKept);
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
