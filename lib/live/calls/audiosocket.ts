import { AsrError } from '../../vocabulary/errors';

const HEADER_BYTES = 3;
const HANG_UP = 0x00;
const UUID = 0x01;
const DTMF = 0x03;
const ERROR = 0xff;
/** 16-bit mono samples with the low byte first, by the type of the packet. */
const RATES_HZ: Readonly<Record<number, number>> = {
  0x10: 8000,
  0x11: 12_000,
  0x12: 16_000,
  0x13: 24_000,
  0x14: 32_000,
  0x15: 44_100,
  0x16: 48_000,
  0x17: 96_000,
  0x18: 192_000,
};
const ERRORS: Readonly<Record<number, string>> = {
  0x01: 'the calling party has hung up',
  0x02: 'audio could not be forwarded',
  0x04: 'Asterisk has no memory left',
};

export type AudioSocketEvent =
  | { type: 'call'; uuid: string }
  | { type: 'audio'; rateHz: number; bytes: Uint8Array }
  | { type: 'dtmf'; digit: string }
  | { type: 'hangUp' }
  /** Asterisk reports an error; the call may go on. */
  | { type: 'error'; message: string };

/**
 * Reads Asterisk's AudioSocket protocol from bytes that may be cut anywhere. A packet has at most 65,535 bytes, so what
 * is kept is bounded. Types of packets that are not known are left out.
 */
export class AudioSocketReader {
  #rest: Uint8Array = new Uint8Array(0);
  #hasBegun = false;

  /**
   * The events of the next bytes.
   * @throws AsrError `BAD_AUDIO` when the connection does not begin with the UUID of a call, because then it is none of
   * Asterisk.
   */
  read(bytes: Uint8Array): AudioSocketEvent[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const events: AudioSocketEvent[] = [];
    let at = 0;
    if (!this.#hasBegun) this.#checkBeginning(all);
    while (at + HEADER_BYTES <= all.length) {
      const end = at + HEADER_BYTES + view.getUint16(at + 1);
      if (end > all.length) break;
      const event = packet(view.getUint8(at), all.subarray(at + HEADER_BYTES, end));
      if (event) events.push(event);
      at = end;
    }
    // A copy, because the socket may use its buffer again and the rest must not keep all of it.
    this.#rest = at === all.length ? new Uint8Array(0) : Uint8Array.from(all.subarray(at));
    return events;
  }

  #checkBeginning(all: Uint8Array): void {
    const [type, high, low] = all;
    if (type === undefined) return;
    // A call that ends at once has only the hang-up.
    const isUuid = type === UUID && (high ?? 0) === 0 && (low ?? 16) === 16;
    const isHangUp = type === HANG_UP && (high ?? 0) === 0 && (low ?? 0) === 0;
    if (!isUuid && !isHangUp) {
      throw new AsrError(
        'BAD_AUDIO',
        'The connection does not begin with the UUID of a call, as AudioSocket does. In the dialplan of Asterisk it is ' +
          'AudioSocket(UUID,host:port).',
      );
    }
    this.#hasBegun = all.length >= HEADER_BYTES;
  }
}

function packet(type: number, payload: Uint8Array): AudioSocketEvent | undefined {
  const rateHz = RATES_HZ[type];
  if (rateHz !== undefined) return payload.length > 0 ? { type: 'audio', rateHz, bytes: payload } : undefined;
  switch (type) {
    case HANG_UP:
      return { type: 'hangUp' };
    case UUID:
      return payload.length === 16 ? { type: 'call', uuid: uuidOf(payload) } : undefined;
    case DTMF:
      return payload.length === 1 ? { type: 'dtmf', digit: String.fromCharCode(payload[0] ?? 0) } : undefined;
    case ERROR: {
      const code = payload[0] ?? 0;
      return { type: 'error', message: ERRORS[code] ?? `error ${code}` };
    }
    default:
      return undefined;
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
