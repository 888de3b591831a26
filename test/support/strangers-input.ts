import { silence, wav } from './scripted-audio';
import { noise } from './wav-files';

/** Whether the input is recognised; otherwise it is refused, and this is in the message. */
export type Outcome = 'heard' | RegExp;

const RECORDING = wav(silence(2000));

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** The beginning of a format, with bytes like noise behind it. */
const file = (head: string): Buffer => Buffer.concat([bytes(head), noise(20_000)]);

/** Files as strangers send them: description, bytes, file name and type, and the result without an ffmpeg. */
export const FILES: readonly [what: string, body: Buffer, name: string, type: string, outcome: Outcome][] = [
  ['a PDF', file('%PDF-1.7\n'), 'a.pdf', 'application/pdf', /PDF/],
  ['a PDF that is called audio', file('%PDF-1.7\n'), 'a.wav', 'audio/wav', /PDF/],
  ['a Word document', file('PK\x03\x04'), 'a.docx', '', /archive|document|zip/i],
  ['an old Word document', file('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), 'a.doc', '', /document/i],
  ['RTF', bytes('{\\rtf1\\ansi Hello there, this is a document.}'), 'a.rtf', '', /text|document/],
  ['a playlist', bytes('#EXTM3U\n#EXTINF:10,\nhttp://example.com/a.ts\n'), 'a.m3u8', '', /text|playlist/],
  ['a PLS playlist', bytes('[playlist]\nFile1=http://example.com/a.mp3\n'), 'a.pls', '', /text|playlist/],
  [
    'a private key',
    bytes('-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n'),
    'a.pem',
    '',
    /text|key/,
  ],
  ['a certificate', file('\x30\x82\x03\x52\x30\x82'), 'a.der', '', /not known|encrypted/],
  ['a PNG', file('\x89PNG\r\n\x1a\n'), 'a.png', 'image/png', /PNG/],
  ['a PNG that is called audio', file('\x89PNG\r\n\x1a\n'), 'a.mp3', 'audio/mpeg', /PNG/],
  ['a JPEG', file('\xff\xd8\xff\xe1'), 'a.jpg', 'image/jpeg', /JPEG/],
  ['a GIF', file('GIF89a'), 'a', '', /GIF/],
  ['a BMP', file('BM\x36\x00\x0c\x00\x00\x00\x00\x00'), 'a.bmp', 'image/bmp', /image/],
  ['a TIFF', file('II*\0'), 'a.tif', 'image/tiff', /TIFF|image/],
  ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg" width="1"></svg>'), 'a.svg', '', /text|image/],
  ['a gzip', file('\x1f\x8b\x08\x00'), 'a.wav.gz', '', /gzip/],
  ['a RAR', file('Rar!\x1a\x07\x01\x00'), 'a', '', /RAR/i],
  ['a bzip2', file('BZh91AY&SY'), 'a', '', /bzip2/],
  ['an xz', file('\xfd7zXZ\0'), 'a', '', /xz/i],
  ['a Zstandard', file('\x28\xb5\x2f\xfd'), 'a', '', /zst/i],
  ['a program of Linux', file('\x7fELF\x02\x01\x01'), 'a', '', /program|ELF|not known/],
  ['a program of Windows', file('MZ\x90\0\x03\0\0\0'), 'a.exe', '', /program/],
  ['WebAssembly', file('\0asm\x01\0\0\0'), 'a.wasm', '', /WebAssembly|not known/],
  ['a font', file('wOF2\0\x01\0\0'), 'a.woff2', 'font/woff2', /font/],
  ['captured packets', file('\xd4\xc3\xb2\xa1\x02\0\x04\0'), 'a.pcap', '', /not known|captur/],
  ['MIDI', file('MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk'), 'a.mid', 'audio/midi', /MIDI|not known/],
  ['subtitles', bytes('1\n00:00:01,000 --> 00:00:02,000\nHello.\n'), 'a.srt', '', /text/],
  ['CSV', bytes('time;level\n1;0.5\n2;0.7\n3;0.9\n4;0.1\n'), 'a.csv', 'text/csv', /text|document/],
  ['YAML', bytes('audio:\n  rate: 16000\n  name: recording\n'), 'a.yaml', '', /text/],
  ['HTML', bytes('<!doctype html><title>Log in</title>'), 'a.wav', 'audio/wav', /HTML/],
  ['UTF-16', Buffer.from('\ufeffThis is some text.', 'utf16le'), 'a.txt', 'text/plain', /text|not known/],
  ['JSON', bytes('{"audioContent":"UklGRiR9AABXQVZF"}'), 'a.json', 'application/json', /JSON/],
  ['base64 in bytes', bytes(RECORDING.toString('base64')), 'a.wav', 'audio/wav', /base64/],
  ['zeros', Buffer.alloc(20_000), 'a', '', /not known/],
  ['one byte', bytes('a'), 'a.wav', 'audio/wav', /./],
  ['the header of a WAV', RECORDING.subarray(0, 44), 'a.wav', 'audio/wav', /no audio/],
  ['half of a header', RECORDING.subarray(0, 20), 'a.wav', 'audio/wav', /header|ends/],
  ['AMR', file('#!AMR\n\x3c'), 'a.amr', 'audio/amr', /ffmpeg/],
  ['AAC', file('\xff\xf1\x50\x80\x2e\x7f\xfc'), 'a.aac', 'audio/aac', /ffmpeg/],
  ['WMA', file('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c'), 'a.wma', '', /ffmpeg/],
  ['WavPack', file('wvpk\x20\0\0\0\x10\x04'), 'a.wv', '', /ffmpeg/],
  ["Monkey's Audio", file('MAC \x96\x0f\0\0'), 'a.ape', '', /ffmpeg/],
  ['Core Audio', file('caff\0\x01\0\0desc'), 'a.caf', '', /ffmpeg/],
  ['GSM by its name', noise(20_000), 'a.gsm', '', /ffmpeg/],
  ['G.722 by its name', noise(20_000), 'a.g722', '', /ffmpeg/],
  ['a WAV that is called MP3', RECORDING, 'a.mp3', 'audio/mpeg', 'heard'],
  ['a WAV that is called an image', RECORDING, 'a.png', 'image/png', 'heard'],
  ['a WAV that is called text', RECORDING, 'file.txt', 'text/plain', 'heard'],
  ['a WAV behind blanks', Buffer.concat([Buffer.alloc(4, ' '), RECORDING]), 'a.wav', '', /./],
];

const BASE64 = RECORDING.toString('base64');

/** Other contents of a message: a text that is read as base64, or a value. */
export const VALUES: readonly [what: string, value: unknown, outcome: Outcome][] = [
  ['base64', BASE64, 'heard'],
  ['base64 in lines', BASE64.replace(/.{76}/g, '$&\r\n'), 'heard'],
  ['base64url', RECORDING.toString('base64url'), 'heard'],
  ['a data URL', `data:audio/wav;base64,${BASE64}`, 'heard'],
  ['a data URL that says text', `data:text/plain;base64,${BASE64}`, 'heard'],
  ['a data URL of an image', `data:image/png;base64,${file('\x89PNG\r\n\x1a\n').toString('base64')}`, /PNG/],
  ['base64 in quotation marks', JSON.stringify(BASE64), /no base64/],
  ['base64 twice', Buffer.from(BASE64).toString('base64'), /base64/],
  ['base64 of JSON', Buffer.from('{"a": "some longer text in JSON"}'.repeat(3)).toString('base64'), /JSON/],
  ['hexadecimal', RECORDING.toString('hex'), /no base64|not known/],
  ['hexadecimal in capitals', RECORDING.toString('hex').toUpperCase(), /not known|no base64/],
  ['JSON with base64 in it', JSON.stringify({ audio: BASE64 }), /no base64/],
  ['a path', '/etc/passwd', /no base64/],
  ['an address', 'https://example.com/a.wav', /no base64/],
  ['what JavaScript makes of an object', '[object Object]', /no base64/],
  ['a word', 'undefined', /no base64/],
  ['a number', 42, /number/],
  ['true', true, /boolean/],
];
