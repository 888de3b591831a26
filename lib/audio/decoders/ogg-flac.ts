import { AsrError } from '../../vocabulary/errors';
import { hasText } from '../bytes';
import type { DecoderOutput } from './decoder';
import { FlacDecoder } from './flac';
import type { OggCodec } from './ogg';
import type { OggPage } from './ogg-pages';

/**
 * The mark of the mapping, its version and the number of headers (RFC 9639, 10.1), before what a file begins with.
 */
const MAPPING_BYTES = 9;
/** `fLaC`, the head of a block of metadata and STREAMINFO. */
const HEAD_BYTES = 4 + 4 + 34;
const LAST_BLOCK = 0x80;

/** FLAC in Ogg (RFC 9639, 10.1): each packet is a frame, and together they are the content of a FLAC file. */
export class FlacInOgg implements OggCodec {
  readonly name = 'FLAC';
  readonly #output: DecoderOutput;
  #flac: FlacDecoder | undefined;
  #frames: Uint8Array[] = [];
  #hasAudio = false;

  constructor(output: DecoderOutput) {
    this.#output = {
      ...output,
      describe: (format) => {
        output.describe({ ...format, container: 'ogg' });
      },
    };
  }

  get isPending(): boolean {
    return this.#frames.length > 0 || this.#flac?.isPending === true;
  }

  get hasAudio(): boolean {
    return this.#hasAudio;
  }

  isHead(packet: Uint8Array): boolean {
    return isFlacHead(packet);
  }

  begin(head: Uint8Array): void {
    const file = Uint8Array.from(head.subarray(MAPPING_BYTES, MAPPING_BYTES + HEAD_BYTES));
    if (file.length < HEAD_BYTES || ((file[4] ?? 0) & 0x7f) !== 0) {
      throw new AsrError('BAD_AUDIO', 'The FLAC audio in the Ogg file has a damaged header.');
    }
    // Pictures and tags have packets of their own, which are left out.
    file[4] = LAST_BLOCK;
    this.#hasAudio = false;
    this.#flac = new FlacDecoder(this.#output);
    this.#flac.write(file);
  }

  open(page: OggPage): void {
    this.#frames = page.packets.filter(isFrame);
    if (this.#frames.length > 0) this.#hasAudio = true;
  }

  read(): void {
    const flac = this.#flac;
    while (flac && this.isPending && !this.#output.isFull()) {
      const frame = flac.isPending ? undefined : this.#frames.shift();
      if (frame) flac.write(frame);
      else flac.read();
    }
  }

  free(): void {
    this.#frames = [];
  }
}

/** Whether this Ogg packet begins a FLAC stream. */
function isFlacHead(packet: Uint8Array): boolean {
  return hasText(packet, 0, '\x7fFLAC') && hasText(packet, MAPPING_BYTES, 'fLaC');
}

/** A block of metadata begins with its kind, which never has this value. */
function isFrame(packet: Uint8Array): boolean {
  return packet[0] === 0xff && ((packet[1] ?? 0) & 0xfe) === 0xf8;
}
