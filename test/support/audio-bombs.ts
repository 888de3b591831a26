import { fixture } from './audio-fixtures';
import { makeOgg, makeWebm, oggPackets } from './opus-containers';

/** FLAC frames that state one value for 65535 samples in 13 bytes. They are valid, and useful only to fill memory. */
export function flacBomb(frames: number, rateHz: number, isRateInFrame = false): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(65_535, 0);
  info.writeUInt16BE(65_535, 2);
  info.writeUInt32BE(rateHz * 4096, 10);
  info[12] = (info[12] ?? 0) & 0xf0;
  info[13] = 0xf0;
  const rate = isRateInFrame ? [rateHz >> 8, rateHz & 255] : [];
  const header = Buffer.of(0xff, 0xf8, isRateInFrame ? 0x7d : 0x70, 0, 0, 0xff, 0xfe, ...rate);
  const body = Buffer.concat([header, Buffer.of(crc(header, 0x07, 8)), Buffer.of(0, 0, 1)]);
  const check = crc(body, 0x8005, 16);
  const frame = Buffer.concat([body, Buffer.of(check >> 8, check & 255)]);
  const head = Buffer.concat([Buffer.from('fLaC'), Buffer.of(0x80, 0, 0, 34), info]);
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame)]);
}

/** An Opus packet of one byte, which stands for two frames of 60 ms. */
const EMPTY_OPUS = Uint8Array.of((3 << 3) | 1);

function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead\x01\x01', 'latin1');
  head.writeUInt32LE(16_000, 12);
  return head;
}

/** Blocks of WebM with 255 such packets. */
export function webmBomb(blocks: number): Buffer {
  const packets = Array<Uint8Array>(255 * blocks).fill(EMPTY_OPUS);
  return makeWebm([opusHead(), ...packets], { lacing: 'fixed', packetsPerBlock: 255 });
}

/** An MP4 whose index announces in a few bytes this many packets of one byte, followed by as many bytes. */
export function mp4Bomb(packets: number, there = packets): Buffer {
  const box = (type: string, ...content: Buffer[]): Buffer => {
    const body = Buffer.concat(content);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const words = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
    return bytes;
  };
  const settings = box('dOps', Buffer.of(0, 1, 0, 0, 0, 0, 0x3e, 0x80, 0, 0, 0));
  const entry = box('Opus', Buffer.alloc(28), settings);
  const index = (at: number): Buffer =>
    box(
      'moov',
      box(
        'trak',
        box(
          'mdia',
          box('hdlr', words(0, 0), Buffer.from('soun'), Buffer.alloc(12)),
          box(
            'minf',
            box(
              'stbl',
              box('stsd', words(0, 1), entry),
              box('stsz', words(0, 1, packets)),
              box('stsc', words(0, 1, 1, packets, 1)),
              box('stco', words(0, 1, at)),
            ),
          ),
        ),
      ),
    );
  const begin = box('ftyp', Buffer.from('isom'), Buffer.alloc(4));
  const at = begin.length + index(0).length + 8;
  return Buffer.concat([begin, index(at), box('mdat', Buffer.alloc(there, EMPTY_OPUS[0]))]);
}

/** Vorbis pages at 1000 Hz with packets of one byte, each of which stands for an empty block of the greatest length. */
export function vorbisBomb(pages: number): Buffer {
  const [head = Buffer.alloc(0), tags = Buffer.alloc(0), books = Buffer.alloc(0)] = oggPackets(
    fixture('a.ogg', '-c:a libvorbis -t 1'),
  );
  const slow = Buffer.from(head);
  slow.writeUInt32LE(1000, 12);
  const audio = Array<Uint8Array>(250 * pages).fill(Uint8Array.of(0x0e));
  return makeOgg([slow, tags, books, ...audio], { packetSamples: 1024, packetsPerPage: 250 });
}

/** This many SILK packets with these bytes, one after the other. */
export function silkBomb(packets: number, packetBytes: number, bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('\x02#!SILK_V3', 'latin1')];
  for (let packet = 0; packet < packets; packet += 1) {
    const at = (packet * packetBytes) % (bytes.length - packetBytes);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(packetBytes);
    parts.push(length, bytes.subarray(at, at + packetBytes));
  }
  return Buffer.concat(parts);
}

/** Pages of Ogg Opus with 255 packets of one byte, which stand for 120 ms each. */
export function oggOpusBomb(pages: number): Buffer {
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const audio = Array<Uint8Array>(255 * pages).fill(EMPTY_OPUS);
  return makeOgg([opusHead(), tags, ...audio], { packetSamples: 5760, packetsPerPage: 255 });
}

function crc(bytes: Buffer, polynomial: number, bits: number): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit++) {
      const carry = value & (1 << (bits - 1));
      value = ((value << 1) ^ (carry ? polynomial : 0)) & (2 ** bits - 1);
    }
  }
  return value;
}
