import type { IncomingMessage } from 'node:http';

/** Why a request that does not come from the editor is refused. */
export interface Refusal {
  status: 403 | 415;
  message: string;
}

/**
 * Any web page in a browser on this network can post a form to Node-RED, and without `adminAuth` nothing else
 * protects it. JSON cannot be posted across origins without the server's consent, and a browser names the origin.
 * @returns `undefined` for a request of the editor, or of a program that is no browser.
 */
export function refuseForeign({ headers }: IncomingMessage): Refusal | undefined {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType !== 'application/json') {
    const message = `Expected content-type application/json, got ${JSON.stringify(mediaType.slice(0, 100))}.`;
    return { status: 415, message };
  }
  const site = headers['sec-fetch-site'];
  const isForeign = site === 'cross-site' || site === 'same-site' || !isOwnOrigin(headers);
  return isForeign
    ? { status: 403, message: 'Only the editor of this Node-RED may ask for this.' }
    : undefined;
}

/** A proxy in front of Node-RED may have changed `host`; no browser lets a page set either header. */
function isOwnOrigin(headers: IncomingMessage['headers']): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const forwarded = [headers['x-forwarded-host']].flat().flatMap((value) => value?.split(',') ?? []);
  return [headers.host, ...forwarded].some((host) => host?.trim() === new URL(origin).host);
}
