import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '../../base/secrets';

/** Who may open a connection for a call. */
export interface CallAccess {
  /** The path that the provider was told. Default: every path. */
  path?: string;
  /**
   * A secret that the provider sends: as `Authorization: Bearer TOKEN`, as `?token=TOKEN`, or as the last part of the
   * path.
   */
  token?: string;
  /** Twilio signs each connection with the account's auth token and the address that it was told. */
  twilio?: { authToken: string; publicUrl: string };
}

export type AccessRefusal = 'notFound' | 'unauthorized' | 'foreignPage';

/** @returns `undefined` when the request may become a connection. */
export function callRefusal(request: IncomingMessage, access: CallAccess): AccessRefusal | undefined {
  const { path = '', token = '', twilio } = access;
  const [target = '', query = ''] = (request.url ?? '').split('?', 2);
  const wanted = withoutEnd(path === '' || path.startsWith('/') ? path : `/${path}`);
  const isPath = wanted === '' || withoutEnd(target) === wanted;
  const last = decoded(target.slice(target.lastIndexOf('/') + 1));
  const before = withoutEnd(target.slice(0, target.lastIndexOf('/')));
  const hasTokenPath = token !== '' && isSameSecret(last, token) && (wanted === '' || before === wanted);
  if (!isPath && !hasTokenPath) return 'notFound';
  if (twilio && isSigned(request, twilio)) return undefined;
  if (token !== '') {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const asked = new URLSearchParams(query).get('token') ?? '';
    return hasTokenPath || isSameSecret(bearer, token) || isSameSecret(asked, token)
      ? undefined
      : 'unauthorized';
  }
  if (twilio) return 'unauthorized';
  return isForeignPage(request) ? 'foreignPage' : undefined;
}

/** Twilio: base64 of the HMAC-SHA1 of the full address, as it was configured. */
function isSigned({ headers }: IncomingMessage, twilio: NonNullable<CallAccess['twilio']>): boolean {
  const given = headers['x-twilio-signature'];
  if (typeof given !== 'string') return false;
  const expected = createHmac('sha1', twilio.authToken).update(twilio.publicUrl).digest('base64');
  return isSameSecret(given, expected);
}

/** Without a secret, any web page that somebody opens on this machine could connect to it. */
function isForeignPage({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return origin.replace(/^\w+:\/\//, '') !== host;
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
