/**
 * Formats that begin with bytes of their own, in words for people. Four bytes at least: every chunk of a live stream is
 * looked at, and three would turn up by chance in loud audio.
 */
const MAGIC: readonly { at: number; bytes: string; name: string }[] = [
  { at: 0, bytes: 'OggS', name: 'Ogg (Opus, Vorbis or Speex)' },
  { at: 0, bytes: '\x1aE\xdf\xa3', name: 'WebM or Matroska' },
  { at: 0, bytes: 'fLaC', name: 'FLAC' },
  { at: 0, bytes: 'ID3\x02', name: 'MP3' },
  { at: 0, bytes: 'ID3\x03', name: 'MP3' },
  { at: 0, bytes: 'ID3\x04', name: 'MP3' },
  { at: 0, bytes: '#!AMR', name: 'AMR' },
  { at: 0, bytes: 'FORM', name: 'AIFF' },
  { at: 0, bytes: 'RF64', name: 'RF64 (large WAV)' },
  { at: 0, bytes: 'caff', name: 'CAF' },
  { at: 4, bytes: 'ftyp', name: 'MP4 or M4A' },
  { at: 0, bytes: '\x89PNG', name: 'a PNG image' },
  { at: 0, bytes: '\xff\xd8\xff\xe0', name: 'a JPEG image' },
  { at: 0, bytes: '\xff\xd8\xff\xe1', name: 'a JPEG image' },
  { at: 0, bytes: '\xff\xd8\xff\xdb', name: 'a JPEG image' },
  { at: 0, bytes: '%PDF', name: 'a PDF document' },
  { at: 0, bytes: '<!DOCTYPE', name: 'an HTML page' },
  { at: 0, bytes: '<html', name: 'an HTML page' },
];

/** The name of a format that is not raw PCM or WAV, if the bytes begin like one. */
export function nameOfForeignFormat(bytes: Uint8Array): string | undefined {
  for (const { at, bytes: magic, name } of MAGIC) {
    if (matches(bytes, at, magic)) return name;
  }
  return undefined;
}

function matches(bytes: Uint8Array, at: number, magic: string): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let i = 0; i < magic.length; i++) {
    if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  }
  return true;
}
