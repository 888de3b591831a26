import { asBuffer } from './bytes';
import { foreign } from './marks';
import type { Identity } from './marks';

/** How much is examined. */
const LOOKED_AT_BYTES = 512;
/** Shorter text could be samples by chance. */
const MIN_TEXT_BYTES = 32;
/** The samples of half a wave may all be letters, but only a few different ones. */
const MIN_DIFFERENT = 6;
/** The number for bytes with a hint that they are samples, and for a whole recording that is all text. */
const MIN_DIFFERENT_IF_TOLD = 12;

const HTML = foreign(
  'an HTML page',
  'The address gave a web page, perhaps a login or an error, and not the audio itself.',
);
const FORM = foreign(
  'a form (multipart/form-data) with the recording in it',
  'In Node-RED tick "accept file uploads" in the http in node and take the tick off "do not parse request body", else post the bytes of the recording as the body; in n8n let the webhook take the file of the form as a binary field.',
);
const UTF_16 = foreign('text in UTF-16', 'Send the bytes of a recording.');
const DATA_URL = foreign(
  'a data URL in bytes',
  'Give it as text, or decode what is behind its comma to bytes first.',
);

/**
 * The kind of text that begins with these bytes, if they are text: UTF-8 without control characters, however long the
 * binary data behind it.
 * @param isTold Whether a hint says that they are raw samples.
 * @param isAll Whether no more bytes come.
 */
export function identifyText(head: Uint8Array, isTold: boolean, isAll: boolean): Identity | undefined {
  const view = asBuffer(head).subarray(0, LOOKED_AT_BYTES);
  const start = view.toString('latin1', 0, 128).replace(/^(\xef\xbb\xbf)?\s*/, '');
  if (/^(<!doctype html|<html|<head|<body)/i.test(start)) return HTML;
  if (/^<\?xml/i.test(start)) return foreign('an XML document');
  if (/^--[\w'()+,./:=?-]{1,70}\r\ncontent-[a-z-]+:/i.test(view.toString('latin1'))) return FORM;
  if (!isTold && hasUtf16Mark(view) && isUtf16(view)) return UTF_16;
  if (/^data:[a-z]+\/[\w.+-]+[;,]/i.test(start)) return DATA_URL;

  const length = textLength(view);
  const isWhole = length === view.length;
  const isEnough = length >= MIN_TEXT_BYTES && (isWhole || !isTold);
  if (!isEnough && !(isAll && isWhole && length >= 2)) return undefined;
  const text = view.toString('utf8', 0, length);
  const different = new Set(text).size;
  if (different < (isTold ? MIN_DIFFERENT_IF_TOLD : Math.min(MIN_DIFFERENT, length - 1))) return undefined;
  return kindOf(text);
}

function kindOf(text: string): Identity {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed)) {
    return foreign('JSON text', 'Send the audio that is in it, or that it names.');
  }
  if (trimmed.length >= MIN_TEXT_BYTES && /^[A-Za-z0-9+/=\s]+$/.test(trimmed) && !trimmed.includes(' ')) {
    return foreign('text that looks like base64', 'Send it as a string, or decode it to a Buffer first.');
  }
  if (/^[\w.-]+=[^\s]*(&[\w.-]+=|$)/.test(trimmed)) {
    return foreign(
      'a form (application/x-www-form-urlencoded)',
      'Post the bytes of the recording as the body, with a content type such as audio/wav.',
    );
  }
  return foreign('text', 'Send the bytes of a recording.');
}

/** How many bytes from the beginning are UTF-8 without control characters. */
function textLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const size = characterBytes(bytes, at);
    if (size === 0) break;
    at += size;
  }
  // The last character may be cut off by the end of the examined bytes.
  return Math.min(at, bytes.length);
}

/** 0 for a byte that begins no character of a text. */
function characterBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return (first >= 0x20 && first !== 0x7f) || (first >= 9 && first <= 13) ? 1 : 0;
  const size =
    first >= 0xc2 && first < 0xe0
      ? 2
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xf0 && first < 0xf5
          ? 4
          : 0;
  for (let i = 1; i < size && at + i < bytes.length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return size;
}

function hasUtf16Mark(view: Buffer): boolean {
  const mark = view.length >= 2 ? view.readUInt16BE(0) : 0;
  return mark === 0xfffe || mark === 0xfeff;
}

/** Without a mark, other characters would be found in samples. */
const LATIN = /^[\t-\r\x20-\x7e\xa0-\xff]*$/;
const UNICODE = /^[\t-\r\x20-\x7e\xa0-\u{10ffff}]*$/u;
/** Half of a pair of surrogates; the last one may be cut off. */
const BROKEN = /\p{Surrogate}(?!$)/u;

/** Whether all of it may be UTF-16 text, of any script where it begins with a byte order mark. */
export function isUtf16(bytes: Uint8Array): boolean {
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  if (even.length < 2 * MIN_DIFFERENT) return false;
  const letters = hasUtf16Mark(even) ? UNICODE : LATIN;
  return [even.toString('utf16le'), even.swap16().toString('utf16le')].some(
    (text) => letters.test(text) && !BROKEN.test(text) && new Set(text).size >= MIN_DIFFERENT,
  );
}
