import assert from 'node:assert/strict';
import { AudioSocketReader } from '../../../../lib/live/calls/audiosocket';
import type { AudioSocketEvent } from '../../../../lib/live/calls/audiosocket';
import { audioSocketPacket } from '../../../support/audiosocket-packets';

const UUID = '40325ec2-5efd-4bd3-805f-53576e581d13';
const UUID_BYTES = Buffer.from(UUID.replaceAll('-', ''), 'hex');
const AUDIO = Buffer.from([1, 2, 3, 4]);

/** A call with each kind of packet. */
const CALL = Buffer.concat([
  audioSocketPacket(0x01, UUID_BYTES),
  ...[0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18].map((type) => audioSocketPacket(type, AUDIO)),
  audioSocketPacket(0x03, Buffer.from('5')),
  audioSocketPacket(0x42, Buffer.from('unknown')),
  audioSocketPacket(0x10, Buffer.alloc(0)),
  audioSocketPacket(0xff, Buffer.from([0x02])),
  audioSocketPacket(0x12, Buffer.alloc(65_535, 7)),
  audioSocketPacket(0x00, Buffer.alloc(0)),
]);

function plain(events: AudioSocketEvent[]): unknown[] {
  return events.map((event) => ('bytes' in event ? { ...event, bytes: Buffer.from(event.bytes) } : event));
}

const EXPECTED = [
  { type: 'call', uuid: UUID },
  ...[8000, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000].map((rateHz) => ({
    type: 'audio',
    rateHz,
    bytes: AUDIO,
  })),
  { type: 'dtmf', digit: '5' },
  { type: 'error', message: 'audio could not be forwarded' },
  { type: 'audio', rateHz: 16_000, bytes: Buffer.alloc(65_535, 7) },
  { type: 'hangUp' },
];

describe('AudioSocket packets', () => {
  it('are read in one piece', () => {
    assert.deepEqual(plain(new AudioSocketReader().read(CALL)), EXPECTED);
  });

  it('are read wherever they are cut in two', () => {
    const short = CALL.subarray(0, 200);
    const expected = plain(new AudioSocketReader().read(short));
    for (let at = 0; at <= short.length; at += 1) {
      const reader = new AudioSocketReader();
      const events = [...reader.read(short.subarray(0, at)), ...reader.read(short.subarray(at))];
      assert.deepEqual(plain(events), expected, `cut at ${at}`);
    }
  });

  it('are read byte by byte', () => {
    const reader = new AudioSocketReader();
    const short = CALL.subarray(0, 200);
    const events = Array.from(short, (_, at) => reader.read(short.subarray(at, at + 1))).flat();
    assert.deepEqual(plain(events), plain(new AudioSocketReader().read(short)));
  });

  for (const [what, bytes] of [
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['audio without a call', audioSocketPacket(0x10, AUDIO)],
    ['a UUID of another length', audioSocketPacket(0x01, Buffer.alloc(4))],
    ['TLS', Buffer.from([0x16, 0x03, 0x01])],
  ] as const) {
    it(`are refused where the connection begins with something else: ${what}`, () => {
      assert.throws(() => new AudioSocketReader().read(bytes), /AudioSocket\(UUID,host:port\)/);
    });
  }

  it('may be a hang-up only', () => {
    assert.deepEqual(new AudioSocketReader().read(audioSocketPacket(0, Buffer.alloc(0))), [
      { type: 'hangUp' },
    ]);
  });
});
