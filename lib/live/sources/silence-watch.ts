import type { Socket } from 'node:net';

/**
 * Calls `onSilent` when a socket has given nothing for this long.
 * @param isUnread Says that recognition is behind and nothing is read, which is no silence of the sender. The wait
 * begins anew then.
 */
export function watchSilence(
  socket: Socket,
  idleMs: number,
  isUnread: () => boolean,
  onSilent: () => void,
): void {
  const look = (): void => {
    const { bytesRead } = socket;
    // A program that stood still reads what has arrived only now.
    setImmediate(() => {
      if (socket.destroyed) return;
      if (isUnread() || socket.bytesRead > bytesRead) socket.setTimeout(idleMs, look);
      else onSilent();
    });
  };
  socket.setTimeout(idleMs, look);
}
