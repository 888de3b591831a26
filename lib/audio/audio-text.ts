import { AsrError } from '../vocabulary/errors';
import { excerpt } from '../base/excerpt';
import type { AudioFormatHints } from './format';
import { saysRaw } from './pcm-format';

/** For trimmed text: white space at the end as well would make the pattern try every way to divide it. */
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}$/;
const DATA_URL = /^data:([^,]*?)(;base64)?,/i;
/** Shorter text is a word or a path and no audio. With a hint about the audio, any length counts. */
const MIN_BASE64_CHARACTERS = 64;
/** Bytes as base64 contain capitals, except once in 10¹⁵ cases; words and paths of many systems contain none. */
const WORDS = /^[a-z0-9/_\s-]+$/;
/** The traces of bytes that were read as text: zeros, and the replacement character. */
const BYTES_AS_TEXT = /[\0\ufffd]/;
const LOOKED_AT_CHARACTERS = 4096;

/**
 * @throws AsrError `BAD_AUDIO` for the bytes of a recording that were read as text, because nothing can restore them.
 */
export function refuseBytesAsText(text: string): void {
  if (!BYTES_AS_TEXT.test(text.slice(0, LOOKED_AT_CHARACTERS))) return;
  throw new AsrError(
    'BAD_AUDIO',
    'The audio was read as text, which destroys it: choose Buffer in the node before ("file in": a single Buffer object; ' +
      '"http request": a binary buffer), or read the file as bytes.',
  );
}

/** Whether the text can be base64 at all; otherwise it is a path or an address. */
export function maybeBase64(text: string): boolean {
  return BASE64.test(text.trim());
}

/** @throws AsrError `BAD_AUDIO` for invalid base64, and for text that only resembles it. */
export function fromBase64(text: string, hints: AudioFormatHints = {}): Uint8Array {
  const body = text.trim();
  const isShort = body.length < MIN_BASE64_CHARACTERS && body !== '';
  const isTold = hints.encoding !== undefined || saysRaw(hints);
  if (!BASE64.test(body) || body.replace(/[\s=]/g, '').length % 4 === 1) throw noBase64(text, '');
  if (!isTold && (isShort || WORDS.test(body))) throw noBase64(text, ' of audio, but text');
  return Buffer.from(body, 'base64');
}

function noBase64(text: string, but: string): AsrError {
  return new AsrError(
    'BAD_AUDIO',
    `The text of ${text.length} characters (${excerpt(text.slice(0, 60))}) is no base64${but}. ` +
      'Where it is meant to be a path or an address, that has to be chosen ("Text content" in Node-RED, the audio source in n8n).',
  );
}

export function isDataUrl(text: string): boolean {
  return /^data:/i.test(text);
}

export function typeOfDataUrl(url: string): string {
  return DATA_URL.exec(url)?.[1] ?? '';
}

/** @throws AsrError `BAD_AUDIO` */
export function fromDataUrl(url: string): Uint8Array {
  const match = DATA_URL.exec(url);
  if (!match) throw new AsrError('BAD_AUDIO', 'The data URL has no comma before its data.');
  // Escaped characters are bytes and not UTF-8 text.
  const body = url
    .slice(match[0].length)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  if (!match[2]) return Buffer.from(body, 'latin1');
  if (!maybeBase64(body))
    throw new AsrError('BAD_AUDIO', 'What is behind the comma of the data URL is no base64.');
  return Buffer.from(body, 'base64');
}
