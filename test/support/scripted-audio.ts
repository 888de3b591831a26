/**
 * A quiet room as 16-bit mono PCM; scripted services hear what their script says in it. It is not quite silent,
 * because a session warns of a microphone that gives nothing at all.
 */
export function silence(ms: number, rateHz = 16_000): Buffer {
  const samples = Math.round((ms * rateHz) / 1000);
  const room = new Int16Array(samples);
  for (let i = 0; i < samples; i++) room[i] = ((i * 7919) % 127) - 63;
  return Buffer.from(room.buffer);
}

/** The format of {@link silence}: with this hint a session assumes nothing and gives no warning. */
export const RAW = { encoding: 's16le', rate: 16_000 } as const;

/** Audio that is loud enough to be speech. */
export function loud(ms: number, rateHz = 16_000): Buffer {
  const samples = Math.round((ms * rateHz) / 1000);
  return Buffer.from(Int16Array.from({ length: samples }, (_, i) => (i % 40 < 20 ? 6000 : -6000)).buffer);
}

/** Digital silence, as a muted microphone gives it. */
export function deadSilence(ms: number, rateHz = 16_000): Buffer {
  return Buffer.alloc(Math.round((ms * rateHz) / 1000) * 2);
}

/** A WAV file of 16-bit mono PCM. */
export function wav(pcm: Buffer, rateHz = 16_000): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
