import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import type { Decoder, DecoderOutput } from './decoder';
import { OggPages } from './ogg-pages';
import type { OggPage } from './ogg-pages';
import { opusFormat, OpusPacketDecoder, opusPacketSamples, readOpusHead } from './opus';
import type { OpusSetup } from './opus';

const NO_GRANULE = -1n;

/** Ogg Opus (RFC 7845), one stream after the other where they are chained. Streams beside the first are left out. */
export class OggOpusDecoder implements Decoder {
  readonly #output: DecoderOutput;
  readonly #pages: OggPages;
  /** Pages that were read and not decoded yet. */
  readonly #waiting: OggPage[] = [];
  /** Packets of the page that is being decoded, and how many of their samples belong to the recording. */
  #packets: Uint8Array[] = [];
  #nextPacket = 0;
  #samplesLeft = 0;
  #serial: number | undefined;
  #setup: OpusSetup | undefined;
  #decoder: OpusPacketDecoder | undefined;
  /** Header packets still to come: `OpusHead`, `OpusTags`. */
  #headers = 0;
  #hasAudio = false;
  #hasEnded = false;
  #toSkip = 0;
  #granule = NO_GRANULE;

  constructor(output: DecoderOutput) {
    this.#output = output;
    this.#pages = new OggPages(
      (page) => this.#waiting.push(page),
      () => {
        output.cut();
      },
    );
  }

  get isPending(): boolean {
    return this.#waiting.length > 0 || this.#nextPacket < this.#packets.length;
  }

  get rest(): Uint8Array | undefined {
    return this.isPending ? undefined : this.#pages.rest;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#pages.write(bytes);
    return this.read();
  }

  /** Chained streams are one recording, and the pages tell where one begins. */
  owns(chunk: Uint8Array): boolean {
    return this.#pages.owns(chunk);
  }

  goesOnWith(chunk: Uint8Array): boolean {
    return this.#pages.isWithinPage || hasText(chunk, 0, 'OggS');
  }

  get isShort(): boolean {
    return this.#setup !== undefined && (!this.#hasEnded || this.#pages.isWithinPage);
  }

  end(): void {
    if (!this.#setup) throw new AsrError('BAD_AUDIO', 'The Ogg file ends before its Opus audio begins.');
    if (this.isShort) this.#output.cut();
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }

  read(): void | Promise<void> {
    while (this.isPending && !this.#output.isFull()) {
      if (this.#nextPacket < this.#packets.length) {
        this.#decodePacket(this.#packets[this.#nextPacket] ?? new Uint8Array(0));
        this.#nextPacket += 1;
        continue;
      }
      const page = this.#waiting.shift();
      if (page?.isFirst) {
        const loading = this.#begin(page);
        if (loading) return loading.then(() => this.read());
      } else if (page?.serial === this.#serial && page) this.#open(page);
    }
  }

  /** The first page of a stream. Streams that run side by side all have theirs before any audio. */
  #begin(page: OggPage): Promise<void> | undefined {
    const [head] = page.packets;
    if (!head || !hasText(head, 0, 'OpusHead')) return undefined;
    if (this.#setup && !this.#hasAudio && !this.#hasEnded) return undefined;
    const setup = readOpusHead(head);
    this.free();
    this.#setup = setup;
    this.#serial = page.serial;
    this.#headers = 1;
    this.#hasAudio = false;
    this.#hasEnded = page.isLast;
    this.#toSkip = setup.preSkip;
    this.#granule = NO_GRANULE;
    this.#output.describe(opusFormat('ogg', setup));
    return OpusPacketDecoder.load(setup).then((decoder) => {
      this.#decoder = decoder;
    });
  }

  #open(page: OggPage): void {
    const packets = page.packets.slice(this.#headers);
    this.#headers -= page.packets.length - packets.length;
    if (packets.length > 0) this.#hasAudio = true;
    const pageSamples = packets.reduce((sum, packet) => sum + opusPacketSamples(packet), 0);
    this.#samplesLeft = pageSamples;
    if (page.isLast && page.granule !== NO_GRANULE) {
      // The end may be trimmed; a stream of one page begins at 0.
      const startedAt = this.#granule === NO_GRANULE ? 0n : this.#granule;
      const kept = Number(page.granule - startedAt);
      if (kept >= 0 && kept < pageSamples) this.#samplesLeft = kept;
    }
    this.#packets = packets;
    this.#nextPacket = 0;
    if (page.granule !== NO_GRANULE) this.#granule = page.granule;
    if (page.isLast) this.#hasEnded = true;
  }

  #decodePacket(packet: Uint8Array): void {
    const block = this.#decoder?.decode(packet);
    if (!block) {
      this.#output.cut();
      return;
    }
    const length = block[0]?.length ?? 0;
    const end = Math.max(0, Math.min(length, this.#samplesLeft));
    const start = Math.min(end, this.#toSkip);
    this.#toSkip -= start;
    this.#samplesLeft -= length;
    if (end > start) this.#output.emit(block.map((samples) => samples.subarray(start, end)));
  }
}
