import { makeOgg } from './opus-containers';

/** Frames of FLAC that say one value for 65535 samples each, in 13 bytes: valid, and of no use but to fill memory. */
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

/** Pages of Ogg Opus with 255 packets of one byte, which stand for 120 ms each. */
export function oggOpusBomb(pages: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead\x01\x01', 'latin1');
  head.writeUInt32LE(16_000, 12);
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const audio = Array<Uint8Array>(255 * pages).fill(Uint8Array.of((3 << 3) | 1));
  return makeOgg([head, tags, ...audio], { packetSamples: 5760, packetsPerPage: 255 });
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
