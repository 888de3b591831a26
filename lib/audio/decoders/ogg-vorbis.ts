import type { AudioBlock, DecoderOutput } from './decoder';
import type { OggCodec } from './ogg';
import { NO_GRANULE } from './ogg-pages';
import type { OggPage } from './ogg-pages';
import { Trim } from './trim';
import { isVorbisBooks, isVorbisHead, readVorbisHead, vorbisFormat, VorbisPacketDecoder } from './vorbis';
import type { VorbisSetup } from './vorbis';

/** Number of packets that are decoded at once; each has at most 4096 samples. */
const GROUP_PACKETS = 8;
/** The first page is held back to be trimmed. No genuine file has more than this in it. */
const MAX_HELD_SAMPLES = 1024 * 1024;

/** Vorbis in Ogg (Vorbis I, A). */
export class VorbisInOgg implements OggCodec {
  readonly name = 'Vorbis';
  readonly #output: DecoderOutput;
  #setup: VorbisSetup | undefined;
  #decoder: VorbisPacketDecoder | undefined;
  #books: Uint8Array | undefined;
  #packets: Uint8Array[] = [];
  #hasAudio = false;
  #trim = new Trim();
  #granule = NO_GRANULE;
  /** The samples of the first page so far; how many of them to leave out is only known at its end. */
  #held: AudioBlock[] | undefined;
  #heldSamples = 0;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  get isPending(): boolean {
    return this.#packets.length > 0;
  }

  get hasAudio(): boolean {
    return this.#hasAudio;
  }

  isHead(packet: Uint8Array): boolean {
    return isVorbisHead(packet);
  }

  begin(head: Uint8Array): void {
    this.#setup = readVorbisHead(head);
    this.free();
    this.#books = undefined;
    this.#packets = [];
    this.#hasAudio = false;
    this.#granule = NO_GRANULE;
    this.#held = undefined;
    this.#output.describe(vorbisFormat('ogg', this.#setup));
  }

  open({ packets, granule, isLast }: OggPage): void {
    this.#books ??= packets.find(isVorbisBooks);
    // The kinds of headers are odd numbers, and the lowest bit of audio packets is 0 (Vorbis I, 4.2.1 and 4.3.1).
    this.#packets = packets.filter((packet) => packet.length > 0 && ((packet[0] ?? 1) & 1) === 0);
    this.#trim = new Trim();
    if (this.#packets.length === 0) return;
    const isFirst = !this.#hasAudio;
    this.#hasAudio = true;
    if (granule === NO_GRANULE) return;
    if (isFirst && !isLast) this.#held = [];
    const startedAt = this.#granule === NO_GRANULE ? 0n : this.#granule;
    if (isLast && granule >= startedAt) this.#trim.left = Number(granule - startedAt);
    this.#granule = granule;
  }

  async read(): Promise<void> {
    if (!this.#decoder) {
      if (!this.#setup || !this.#books) {
        // Without the headers nothing can be decoded.
        this.#packets = [];
        this.#output.cut();
        return;
      }
      this.#decoder = await VorbisPacketDecoder.load(this.#setup, this.#books);
    }
    const group = this.#packets.slice(0, GROUP_PACKETS);
    const block = await this.#decoder.decode(group);
    // The first packet gives no samples yet.
    if (group.length > 1 && !block[0]?.length) this.#output.cut();
    this.#give(block);
    this.#packets = this.#packets.slice(GROUP_PACKETS);
    if (this.#packets.length === 0) this.#release();
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  #give(block: AudioBlock): void {
    const samples = block[0]?.length ?? 0;
    if (samples === 0) return;
    if (this.#held) {
      this.#held.push(block);
      this.#heldSamples += samples;
      if (this.#heldSamples > MAX_HELD_SAMPLES) this.#release();
      return;
    }
    const kept = this.#trim.of(block);
    if (kept) this.#output.emit(kept);
  }

  /** A first page with more samples than its position begins before the recording does. */
  #release(): void {
    const blocks = this.#held ?? [];
    this.#held = undefined;
    if (this.#packets.length === 0 && this.#granule >= 0n) {
      this.#trim.toSkip = Math.max(0, this.#heldSamples - Number(this.#granule));
    }
    this.#heldSamples = 0;
    for (const block of blocks) this.#give(block);
  }
}
