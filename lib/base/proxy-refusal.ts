/** Explains the refusal of a proxy, and what to do. */
export function proxyRefusal(host: string, status: number): Error {
  const advice =
    status === 407
      ? 'it wants a user and a password, as in http://user:password@proxy:3128'
      : 'it does not let connections to this address through';
  return new Error(`the proxy ${host} answered HTTP ${status}: ${advice}`);
}
