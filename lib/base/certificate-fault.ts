const NOBODY_SIGNED = /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_(UNTRUSTED|SIGNATURE)/;

/** What to do about a certificate that nobody whom Node.js knows has signed; empty for every other fault. */
export function certificateAdvice({ code }: NodeJS.ErrnoException): string {
  return NOBODY_SIGNED.test(code ?? '')
    ? ' Where a proxy or firewall opens TLS, name its certificate in NODE_EXTRA_CA_CERTS.'
    : '';
}
