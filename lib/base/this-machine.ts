/** Whether a host name, as in `URL.hostname`, is a name of this machine that needs no look-up. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether a host name is the one by which Docker and Podman call the machine that runs a container. */
export function isContainerHost(hostname: string): boolean {
  return hostname === 'host.docker.internal' || hostname === 'host.containers.internal';
}
