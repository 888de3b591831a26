/** Bytes that resemble no format, and are the same each time. */
export function noise(bytes: number): Buffer {
  let state = 12345;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state >> 16;
    }),
  );
}

/** A RIFF chunk, padded to an even length. */
export function chunk(id: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 0, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function riff(...chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), ...chunks]);
  return chunk('RIFF', body);
}

function format(rateHz: number, code: number): Buffer {
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(code, 0);
  fmt.writeUInt16LE(1, 2);
  fmt.writeUInt32LE(rateHz, 4);
  fmt.writeUInt32LE(rateHz * 2, 8);
  fmt.writeUInt16LE(2, 12);
  fmt.writeUInt16LE(16, 14);
  return fmt;
}

/** A WAV of 16-bit mono PCM with chunks before and behind its audio. */
export function withChunks(
  pcm: Buffer,
  { before, after }: { before: Buffer[]; after: Buffer[] },
  rateHz = 16000,
): Buffer {
  return riff(chunk('fmt ', format(rateHz, 1)), ...before, chunk('data', pcm), ...after);
}

/** A WAV whose format chunk is WAVE_FORMAT_EXTENSIBLE with this sub-format. */
export function extensibleWav(pcm: Buffer, subFormat = 1, rateHz = 16000): Buffer {
  const more = Buffer.alloc(24);
  more.writeUInt16LE(22, 0);
  more.writeUInt16LE(16, 2);
  more.writeUInt32LE(4, 4);
  more.writeUInt16LE(subFormat, 8);
  Buffer.from('000000001000800000aa00389b71', 'hex').copy(more, 10);
  return riff(chunk('fmt ', Buffer.concat([format(rateHz, 0xfffe), more])), chunk('data', pcm));
}

/** A recording followed by bytes that cannot be read, so that the error comes late. */
export function withBrokenEnd(recording: Buffer): Buffer {
  return Buffer.concat([recording, Buffer.from('fLaC\0\0\0\x22', 'latin1'), Buffer.alloc(4000)]);
}
