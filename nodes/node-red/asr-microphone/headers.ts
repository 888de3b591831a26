/**
 * The page uses a microphone, so it loads nothing from elsewhere and cannot be embedded in another site. Its
 * WebSocket is on the same host and port, which browsers count as 'self'.
 */
export const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'self'; img-src data:; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};
