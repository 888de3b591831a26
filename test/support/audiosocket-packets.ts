/** A packet of Asterisk's AudioSocket: type, length with the high byte first, payload. */
export function audioSocketPacket(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(3);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}
