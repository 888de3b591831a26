/** Whether a host name, as `URL.hostname` has it, is this machine by any name that needs no look-up. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether a host name is what Docker and Podman call the machine that a container runs on. */
export function isContainerHost(hostname: string): boolean {
  return hostname === 'host.docker.internal' || hostname === 'host.containers.internal';
}
