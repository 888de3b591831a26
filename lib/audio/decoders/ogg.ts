import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import type { Decoder, DecoderOutput } from './decoder';
import { OggPages } from './ogg-pages';
import type { OggPage } from './ogg-pages';

/** A codec whose packets are in Ogg pages. Calls must not overlap. */
export interface OggCodec {
  /** The name for people, within a sentence. */
  readonly name: string;
  /** Whether more samples come out of the opened page. */
  readonly isPending: boolean;
  /** Whether audio of the present stream has come, and not only its headers. */
  readonly hasAudio: boolean;
  /** Whether this packet begins a stream of this codec. */
  isHead: (packet: Uint8Array) => boolean;
  /**
   * A stream begins: the first, or one that is chained to the previous one.
   * @throws AsrError `BAD_AUDIO`
   */
  begin: (head: Uint8Array) => void | Promise<void>;
  /** Takes the next page of the stream. Nothing of the previous page is pending. */
  open: (page: OggPage) => void;
  /** Gives the samples of the page, until enough has come out. */
  read: () => void | Promise<void>;
  free: () => void;
}

/**
 * Ogg (RFC 3533) with audio of one codec; chained streams follow each other. Streams beside the first one are left
 * out.
 */
export class OggDecoder implements Decoder {
  readonly #codec: OggCodec;
  readonly #output: DecoderOutput;
  readonly #pages: OggPages;
  /** Pages that were read and not opened yet. */
  readonly #waiting: OggPage[] = [];
  #serial: number | undefined;
  #hasEnded = false;

  constructor(codec: OggCodec, output: DecoderOutput) {
    this.#codec = codec;
    this.#output = output;
    this.#pages = new OggPages(
      (page) => this.#waiting.push(page),
      () => {
        output.cut();
      },
    );
  }

  get isPending(): boolean {
    return this.#waiting.length > 0 || this.#codec.isPending;
  }

  get rest(): Uint8Array | undefined {
    return this.isPending ? undefined : this.#pages.rest;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#pages.write(bytes);
    return this.read();
  }

  /** Chained streams are one recording, and the pages show where one begins. */
  owns(chunk: Uint8Array): boolean {
    return this.#pages.owns(chunk);
  }

  goesOnWith(chunk: Uint8Array): boolean {
    return this.#pages.isWithinPage || hasText(chunk, 0, 'OggS');
  }

  get isShort(): boolean {
    return this.#serial !== undefined && (!this.#hasEnded || this.#pages.isWithinPage);
  }

  end(): void {
    if (this.#serial === undefined) {
      throw new AsrError('BAD_AUDIO', `The Ogg file ends before its ${this.#codec.name} audio begins.`);
    }
    if (this.isShort) this.#output.cut();
  }

  free(): void {
    this.#codec.free();
  }

  read(): void | Promise<void> {
    while (this.isPending && !this.#output.isFull()) {
      const work = this.#codec.isPending ? this.#codec.read() : this.#nextPage();
      if (work) return work.then(() => this.read());
    }
  }

  #nextPage(): void | Promise<void> {
    const page = this.#waiting.shift();
    if (page?.isFirst) return this.#begin(page);
    if (!page || page.serial !== this.#serial) return;
    this.#codec.open(page);
    if (page.isLast) this.#hasEnded = true;
  }

  /** The first page of a stream. Streams that run side by side all have theirs before any audio. */
  #begin(page: OggPage): void | Promise<void> {
    const [head] = page.packets;
    if (!head || !this.#codec.isHead(head)) return;
    if (this.#serial !== undefined && !this.#codec.hasAudio && !this.#hasEnded) return;
    this.#serial = page.serial;
    this.#hasEnded = page.isLast;
    return this.#codec.begin(head);
  }
}
