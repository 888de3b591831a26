/**
 * The messages of telephone providers as their documentation shows them, one call each. `pieces` are the pieces of
 * audio of one track or, interleaved, of two.
 */
export interface CallScript {
  provider: string;
  /** The messages before the audio. */
  before: string[];
  /** One piece of audio. */
  media: (piece: Buffer, track: string, index: number) => string | Buffer;
  /** The messages behind the audio; none where the call ends with the connection. */
  after: string[];
  key: (track: string) => string;
  callId?: string;
  encoding: 'mu-law' | 's16le';
  rateHz: number;
}

const json = JSON.stringify;

const TWILIO = {
  media: (piece: Buffer, track: string, index: number) =>
    json({
      event: 'media',
      sequenceNumber: String(index + 2),
      media: {
        track,
        chunk: String(index + 1),
        timestamp: String(5 + index * 20),
        payload: piece.toString('base64'),
      },
      streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
    }),
  key: (track: string) => `MZ18ad3ab5a668481ce02b83e7395059f0/${track}`,
  after: [
    json({
      event: 'mark',
      sequenceNumber: '8',
      streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
      mark: { name: 'my label' },
    }),
    json({
      event: 'dtmf',
      streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
      sequenceNumber: '9',
      dtmf: { track: 'inbound_track', digit: '1' },
    }),
    json({
      event: 'stop',
      sequenceNumber: '10',
      stop: { accountSid: 'AC123', callSid: 'CA123' },
      streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
    }),
  ],
  encoding: 'mu-law' as const,
  rateHz: 8000,
};

const twilioStart = (accountSid: string, encoding: string) =>
  json({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid,
      streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
      callSid: 'CA123',
      tracks: ['inbound', 'outbound'],
      mediaFormat: { encoding, sampleRate: 8000, channels: 1 },
      customParameters: { FirstName: 'Jane', RemoteParty: 'Bob' },
    },
    streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
  });

export const CALL_SCRIPTS: CallScript[] = [
  {
    provider: 'twilio',
    before: [
      json({ event: 'connected', protocol: 'Call', version: '1.0.0' }),
      twilioStart('AC123', 'audio/x-mulaw'),
    ],
    callId: 'CA123',
    ...TWILIO,
  },
  {
    // SignalWire's compatibility API has the same messages with its own ids.
    provider: 'twilio',
    before: [
      json({ event: 'connected', protocol: 'Call', version: '0.2.0' }),
      twilioStart('6f8b8a7e-9c1d-4f0e-8a59-000000000001', 'audio/x-l16'),
    ],
    callId: 'CA123',
    ...TWILIO,
    encoding: 's16le',
  },
  {
    provider: 'telnyx',
    before: [
      json({ event: 'connected', version: '1.0.0' }),
      json({
        event: 'start',
        sequence_number: '1',
        start: {
          user_id: '3e6f995f-85f7-4705-9741-53b116d28237',
          call_control_id: 'v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ',
          media_format: { encoding: 'PCMU', sample_rate: 8000, channels: 1 },
        },
        stream_id: '32DE0DEA-53CB-4B21-89A4-9E1819C043BC',
      }),
    ],
    media: (piece, track, index) =>
      json({
        event: 'media',
        sequence_number: String(index + 2),
        media: {
          track,
          chunk: String(index + 1),
          timestamp: String(index * 20),
          payload: piece.toString('base64'),
        },
        stream_id: '32DE0DEA-53CB-4B21-89A4-9E1819C043BC',
      }),
    after: [
      json({
        event: 'stop',
        sequence_number: '5',
        stop: {
          user_id: '3e6f995f-85f7-4705-9741-53b116d28237',
          call_control_id: 'v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ',
        },
        stream_id: '32DE0DEA-53CB-4B21-89A4-9E1819C043BC',
      }),
    ],
    key: (track) => `32DE0DEA-53CB-4B21-89A4-9E1819C043BC/${track}`,
    callId: 'v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ',
    encoding: 'mu-law',
    rateHz: 8000,
  },
  {
    provider: 'plivo',
    before: [
      json({
        sequenceNumber: 0,
        event: 'start',
        start: {
          callId: 'd1c1c5b0-6b5c-4f3b-9c6c-0f3d6d8b8a11',
          streamId: 'b77e037d-4119-44b5-902d-25826b654539',
          accountId: '11111',
          tracks: ['inbound', 'outbound'],
          mediaFormat: { encoding: 'audio/x-l16', sampleRate: 16000 },
        },
        extra_headers: '{"department":"sales"}',
      }),
    ],
    media: (piece, track, index) =>
      json({
        sequenceNumber: index + 1,
        streamId: 'b77e037d-4119-44b5-902d-25826b654539',
        event: 'media',
        media: {
          track,
          timestamp: String(1_770_000_000_000 + index * 20),
          chunk: index + 1,
          payload: piece.toString('base64'),
        },
        extra_headers: '{}',
      }),
    after: [json({ event: 'stop', sequenceNumber: 9, streamId: 'b77e037d-4119-44b5-902d-25826b654539' })],
    key: (track) => `b77e037d-4119-44b5-902d-25826b654539/${track}`,
    callId: 'd1c1c5b0-6b5c-4f3b-9c6c-0f3d6d8b8a11',
    encoding: 's16le',
    rateHz: 16_000,
  },
  {
    provider: 'vonage',
    before: [
      json({
        event: 'websocket:connected',
        'content-type': 'audio/l16;rate=16000',
        uuid: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab',
        customer: 'Jane',
      }),
    ],
    media: (piece) => piece,
    after: [],
    key: (track) => `aaaaaaaa-bbbb-cccc-dddd-0123456789ab/${track}`,
    callId: 'aaaaaaaa-bbbb-cccc-dddd-0123456789ab',
    encoding: 's16le',
    rateHz: 16_000,
  },
  {
    provider: 'jambonz',
    before: [
      json({
        sampleRate: 8000,
        callSid: 'df09e8d4-7ffd-492b-94d9-51a60318552c',
        direction: 'inbound',
        from: '+16173333456',
        to: '+16173333457',
        mixType: 'mono',
        metadata: { department: 'sales' },
      }),
    ],
    media: (piece) => piece,
    after: [],
    key: (track) => `df09e8d4-7ffd-492b-94d9-51a60318552c/${track}`,
    callId: 'df09e8d4-7ffd-492b-94d9-51a60318552c',
    encoding: 's16le',
    rateHz: 8000,
  },
  {
    provider: 'freeswitch',
    before: [json({ sampleRate: 16000, uuid: '7f4de4bc-17d7-11dd-b7a0-db4edd065621', queue: 'support' })],
    media: (piece) => piece,
    after: [],
    key: (track) => `7f4de4bc-17d7-11dd-b7a0-db4edd065621/${track}`,
    callId: '7f4de4bc-17d7-11dd-b7a0-db4edd065621',
    encoding: 's16le',
    rateHz: 16_000,
  },
];

const ULAW_BIAS = 0x84;
const ULAW_CLIP = 32_635;

/** G.711 mu-law of 16-bit samples. */
export function muLaw(pcm: Buffer): Buffer {
  const encoded = Buffer.alloc(pcm.length >> 1);
  for (let index = 0; index < encoded.length; index += 1) {
    const sample = pcm.readInt16LE(index * 2);
    const sign = sample < 0 ? 0x80 : 0;
    const magnitude = Math.min(Math.abs(sample), ULAW_CLIP) + ULAW_BIAS;
    const exponent = Math.max(0, 24 - Math.clz32(magnitude));
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    encoded[index] = ~(sign | (exponent << 4) | mantissa) & 0xff;
  }
  return encoded;
}

/** Cuts audio into pieces of 20 ms, as providers send it. */
export function telephonePieces(
  audio: Buffer,
  { encoding, rateHz }: Pick<CallScript, 'encoding' | 'rateHz'>,
): Buffer[] {
  const bytes = (rateHz / 50) * (encoding === 'mu-law' ? 1 : 2);
  return Array.from({ length: Math.ceil(audio.length / bytes) }, (_, index) =>
    audio.subarray(index * bytes, (index + 1) * bytes),
  );
}
