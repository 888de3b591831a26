import { hasText } from '../bytes';
import type { DecoderOutput } from './decoder';
import type { OggCodec } from './ogg';
import { NO_GRANULE } from './ogg-pages';
import type { OggPage } from './ogg-pages';
import { opusFormat, OpusPacketDecoder, opusPacketSamples, readOpusHead } from './opus';
import { Trim } from './trim';

/** Opus in Ogg (RFC 7845). */
export class OpusInOgg implements OggCodec {
  readonly name = 'Opus';
  readonly #output: DecoderOutput;
  /** Packets of the page that is being decoded. */
  #packets: Uint8Array[] = [];
  #nextPacket = 0;
  #decoder: OpusPacketDecoder | undefined;
  /** Header packets that are still to come: `OpusTags`. */
  #headers = 0;
  #hasAudio = false;
  #trim = new Trim();
  #granule = NO_GRANULE;

  constructor(output: DecoderOutput) {
    this.#output = output;
  }

  get isPending(): boolean {
    return this.#nextPacket < this.#packets.length;
  }

  get hasAudio(): boolean {
    return this.#hasAudio;
  }

  isHead(packet: Uint8Array): boolean {
    return hasText(packet, 0, 'OpusHead');
  }

  async begin(head: Uint8Array): Promise<void> {
    const setup = readOpusHead(head);
    this.free();
    this.#headers = 1;
    this.#hasAudio = false;
    this.#trim = new Trim();
    this.#trim.toSkip = setup.preSkip;
    this.#granule = NO_GRANULE;
    this.#output.describe(opusFormat('ogg', setup));
    this.#decoder = await OpusPacketDecoder.load(setup);
  }

  open(page: OggPage): void {
    const packets = page.packets.slice(this.#headers);
    this.#headers -= page.packets.length - packets.length;
    if (packets.length > 0) this.#hasAudio = true;
    this.#trim.left = Infinity;
    if (page.isLast && page.granule !== NO_GRANULE) {
      // The end may be trimmed; a stream of one page begins at 0.
      const startedAt = this.#granule === NO_GRANULE ? 0n : this.#granule;
      const kept = Number(page.granule - startedAt);
      const pageSamples = packets.reduce((sum, packet) => sum + opusPacketSamples(packet), 0);
      if (kept >= 0 && kept < pageSamples) this.#trim.left = kept;
    }
    this.#packets = packets;
    this.#nextPacket = 0;
    if (page.granule !== NO_GRANULE) this.#granule = page.granule;
  }

  read(): void {
    while (this.isPending && !this.#output.isFull()) {
      const block = this.#decoder?.decode(this.#packets[this.#nextPacket] ?? new Uint8Array(0));
      this.#nextPacket += 1;
      const kept = block && this.#trim.of(block);
      if (!block) this.#output.cut();
      else if (kept) this.#output.emit(kept);
    }
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }
}
