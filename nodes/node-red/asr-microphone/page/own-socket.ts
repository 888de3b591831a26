// The page's connection to its microphone node. A ticket comes by HTTP, behind the login of Node-RED, which a
// WebSocket does not pass; it goes beside the protocol's name, because addresses are logged.
const SUBPROTOCOL = 'asr-microphone';
const TOKEN_KEY = 'asr-token';
const ID_BYTES = 16;

/** Why there is no ticket: the token is missing or wrong, everybody's place is taken, or nobody answers. */
export type Refusal = 'token' | 'full' | 'away';

export class LinkRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

/** This page, as long as it is open; its connections follow each other. */
const page = [...crypto.getRandomValues(new Uint8Array(ID_BYTES))]
  .map((byte) => byte.toString(16).padStart(2, '0'))
  .join('');

/** Typed here, or behind the `#` of the address, which no server sees. */
function token(): string {
  const [, behind] = /^#token=(.*)$/.exec(window.location.hash) ?? [];
  return sessionStorage.getItem(TOKEN_KEY) ?? behind ?? '';
}

export function rememberToken(typed: string): void {
  sessionStorage.setItem(TOKEN_KEY, encodeURIComponent(typed));
}

/** @throws LinkRefused */
export async function openOwnSocket(signal: AbortSignal): Promise<WebSocket> {
  const headers = { 'x-asr-page': page, 'x-asr-token': token() };
  const answer = await fetch('ticket', { method: 'POST', headers, signal }).catch(() => undefined);
  const { ticket = '', code = '' } = answer ? await readAnswer(answer) : {};
  if (ticket === '') throw new LinkRefused(code === 'token' || code === 'full' ? code : 'away');
  const url = new URL('socket', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return new WebSocket(url, [SUBPROTOCOL, ticket]);
}

async function readAnswer(answer: Response): Promise<{ ticket?: string; code?: string }> {
  try {
    return (await answer.json()) as { ticket?: string; code?: string };
  } catch {
    // Another node, or a proxy, answers with a page of its own.
    return {};
  }
}
