import { codeOf } from './error-details';

const NOBODY_SIGNED = /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_(UNTRUSTED|SIGNATURE)/;

/** Advice for a certificate whose signer Node.js does not know; empty for every other fault. */
export function certificateAdvice(error: Error): string {
  return NOBODY_SIGNED.test(codeOf(error))
    ? ' Where a proxy or firewall opens TLS, name its certificate in NODE_EXTRA_CA_CERTS.'
    : '';
}
