import { shortened } from '../../base/excerpt';
import { AsrError } from '../../vocabulary/errors';

/**
 * Parses the address as a URL of one of these protocols.
 * @throws AsrError `INVALID_OPTION`, without the address because it may contain a password.
 */
export function parseAddress(address: string, protocols: readonly string[]): URL {
  const wanted = protocols.map((name) => `${name}//`).join(' or ');
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    throw invalid(
      `The address of the audio source is no valid URL. Expected one that begins with ${wanted}.`,
    );
  }
  if (protocols.includes(url.protocol)) return url;
  throw invalid(
    `Expected the address of the audio source to begin with ${wanted}, got ${shortened(url.protocol)}. ` +
      'For RTSP cameras, HLS, files and sound cards choose the source FFmpeg.',
  );
}

/** The part of an address that may be shown: without user, password and query. */
export function publicName({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function invalid(message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param: 'address' });
}
