import { codeOf, messageOf } from '../../base/error-details';
import { AsrError } from '../../vocabulary/errors';

/** Explains why a port cannot be opened. */
export function portError(name: string, cause: unknown): AsrError {
  return new AsrError('INVALID_OPTION', `Cannot listen on ${name}: ${reasonOf(cause)}.`, {
    cause,
    param: 'port',
  });
}

function reasonOf(cause: unknown): string {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return 'something else listens there already, perhaps an active workflow. Deactivate that, or choose another port';
    case 'EACCES':
      return 'ports below 1024 are for the administrator. Choose a higher one';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'that is no address of this machine. 127.0.0.1 is for this machine only, 0.0.0.0 for all networks';
    default:
      return messageOf(cause);
  }
}
