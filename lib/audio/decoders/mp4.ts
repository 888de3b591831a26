import { AsrError } from '../../vocabulary/errors';
import { ByteQueue } from '../bytes';
import type { Decoder, DecoderOutput } from './decoder';
import { readBoxHead, withIndexFirst } from './mp4-boxes';
import type { Mp4BoxHead } from './mp4-boxes';
import { readFragment, readMovie } from './mp4-movie';
import type { Mp4Opus, Mp4Sample } from './mp4-movie';
import { opusFormat, OpusPacketDecoder } from './opus';
import { Trim } from './trim';

/** The largest index; that of a day of audio has half of this. */
const MAX_INDEX_BYTES = 32 * 1024 * 1024;
/** This much is kept in memory while the index is behind the audio. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const MAX_FRAGMENT_BYTES = 4 * 1024 * 1024;
const MAX_PACKET_BYTES = 256 * 1024;
/** The work of one turn, also where it gives no audio. */
const MAX_STEPS = 1000;

/** Creates the decoder for other codecs. @param needsFile Whether the index is behind the audio. */
type CreateOther = (needsFile: boolean) => Decoder;

/**
 * MP4 (ISO 14496-12): finds the index and decodes Opus, also in fragments; other codecs go to another decoder. Where
 * the index is behind the audio, the audio waits in memory, within a limit.
 */
export class Mp4Decoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #createOther: CreateOther;
  #other: Decoder | undefined;
  readonly #queue = new ByteQueue();
  /** Where the queue begins in the file. */
  #position = 0;
  /** How far the index was searched for, counted from the beginning of the queue. */
  #lookedAt = 0;
  #hasAudioBefore = false;
  #opus: Mp4Opus | undefined;
  #decoder: OpusPacketDecoder | undefined;
  /** Packets that the index and the fragments tell of. */
  #sources: Iterator<Mp4Sample, void>[] = [];
  #packet: Mp4Sample | undefined;
  /** Where the box that is passed over ends in the file. */
  #boxEnd = 0;
  readonly #trim = new Trim();
  #isStopped = false;

  constructor(output: DecoderOutput, createOther: CreateOther) {
    this.#output = output;
    this.#createOther = createOther;
  }

  get isPending(): boolean {
    return this.#other?.isPending ?? this.#isStopped;
  }

  get rest(): Uint8Array | undefined {
    return this.#other?.rest;
  }

  get endsAtPause(): boolean {
    return this.#other?.endsAtPause ?? !this.#opus;
  }

  /** A file within a box has a mark of its own. */
  owns(chunk: Uint8Array): boolean {
    if (this.#other) return this.#other.owns?.(chunk) ?? false;
    return this.#position < this.#boxEnd || this.#queue.length > 0;
  }

  /** Only the index says where the packets are. */
  goesOnWith(): boolean {
    return this.#other === undefined && this.isShort;
  }

  get isShort(): boolean {
    if (!this.#opus) return false;
    const isWithin = this.#boxEnd !== Infinity && this.#position < this.#boxEnd;
    return isWithin || this.#nextPacket() !== undefined;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    if (this.#other) return this.#other.write(bytes);
    this.#queue.push(bytes);
    return this.#opus ? this.read() : this.#findIndex();
  }

  read(): void | Promise<void> {
    if (this.#other) return this.#other.read?.();
    this.#isStopped = true;
    for (let steps = 0; steps < MAX_STEPS && !this.#output.isFull(); steps++) {
      if (!this.#step()) {
        this.#isStopped = false;
        return;
      }
    }
  }

  end(): void | Promise<void> {
    if (this.#other) return this.#other.end();
    if (!this.#opus) {
      throw new AsrError(
        'BAD_AUDIO',
        'The MP4 ends before its index (the box "moov"): it is cut off, or was never finished. Nothing of it can be read.',
      );
    }
    if (this.isShort) this.#output.cut();
  }

  free(): void {
    this.#other?.free?.();
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  /** Searches the boxes from the beginning, and keeps all of them. */
  #findIndex(): void | Promise<void> {
    for (;;) {
      const view = this.#queue.bytes.subarray(this.#lookedAt);
      const head = readBoxHead(view);
      const isIndex = head?.type === 'moov';
      const isLost = head?.bytes === 0 || (isIndex && head.bytes > MAX_INDEX_BYTES);
      const keptBytes = this.#hasAudioBefore || !isIndex ? MAX_KEPT_BYTES : MAX_INDEX_BYTES + MAX_KEPT_BYTES;
      if (isLost || this.#queue.length > keptBytes)
        return this.#giveAway(this.#hasAudioBefore || isLost, this.#queue.bytes);
      if (!head) return;
      if (head.type === 'mdat') this.#hasAudioBefore = true;
      if (head.bytes > view.length) {
        // Kept bytes are searched again once this box has come.
        return head.type === 'mdat' && head.bytes > MAX_KEPT_BYTES
          ? this.#giveAway(true, this.#queue.bytes)
          : undefined;
      }
      if (isIndex) return this.#readIndex(head);
      this.#lookedAt += head.bytes;
    }
  }

  #readIndex(head: Mp4BoxHead): void | Promise<void> {
    const file = this.#queue.bytes;
    const at = this.#lookedAt;
    const { isSilent, opus } = readMovie(Buffer.from(file.subarray(at + head.headBytes, at + head.bytes)));
    if (isSilent) {
      throw new AsrError('BAD_AUDIO', 'There is no sound in the MP4: it has no track of audio.');
    }
    if (!opus?.isInOrder) {
      return this.#giveAway(false, this.#hasAudioBefore ? withIndexFirst(file, at, head) : file);
    }
    this.#opus = opus;
    this.#sources = [opus.packets];
    this.#trim.toSkip = opus.toSkip;
    this.#trim.left = opus.samples;
    this.#output.describe(opusFormat('mp4', opus.setup));
    return OpusPacketDecoder.load(opus.setup).then((decoder) => {
      this.#decoder = decoder;
      return this.read();
    });
  }

  #giveAway(needsFile: boolean, file: Uint8Array): void | Promise<void> {
    const bytes = Uint8Array.from(file);
    this.#queue.clear();
    this.#other = this.#createOther(needsFile);
    return this.#other.write(bytes);
  }

  #nextPacket(): Mp4Sample | undefined {
    while (!this.#packet && this.#sources[0]) {
      const next = this.#sources[0].next();
      if (next.done) this.#sources.shift();
      else this.#packet = next.value;
    }
    return this.#packet;
  }

  /** @returns whether there may be more to do with what has come. */
  #step(): boolean {
    if (this.#position < this.#boxEnd) return this.#readContent();
    const view = this.#queue.bytes;
    const head = readBoxHead(view);
    if (!head) return false;
    if (head.bytes === 0) {
      // The following bytes are no MP4.
      this.#output.cut();
      this.#boxEnd = Infinity;
      return true;
    }
    const isFragment = head.type === 'moof' && head.bytes <= MAX_FRAGMENT_BYTES;
    if (isFragment && view.length < head.bytes) return false;
    if (isFragment && this.#opus) {
      const moof = Buffer.from(view.subarray(head.headBytes, head.bytes));
      this.#sources.push(readFragment(moof, this.#position, this.#opus));
    }
    this.#boxEnd = this.#position + head.bytes;
    return true;
  }

  /** Reads the packets in a box, and the bytes between them. */
  #readContent(): boolean {
    const packet = this.#nextPacket();
    const isHere = packet && packet.at < this.#boxEnd;
    if (!isHere || packet.at > this.#position) {
      const end = isHere ? packet.at : this.#boxEnd;
      const skipped = Math.min(this.#queue.length, end - this.#position);
      this.#queue.skip(skipped);
      this.#position += skipped;
      return skipped > 0;
    }
    if (packet.at < this.#position || packet.bytes > MAX_PACKET_BYTES) {
      throw new AsrError(
        'BAD_AUDIO',
        'The index of the MP4 is damaged: its packets do not follow each other.',
      );
    }
    if (this.#queue.length < packet.bytes) return false;
    this.#packet = undefined;
    const block = this.#decoder?.decode(this.#queue.bytes.subarray(0, packet.bytes));
    const kept = block && this.#trim.of(block);
    if (!block) this.#output.cut();
    else if (kept) this.#output.emit(kept);
    this.#queue.skip(packet.bytes);
    this.#position += packet.bytes;
    return true;
  }
}
