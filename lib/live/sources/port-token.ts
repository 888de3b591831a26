import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterReading } from '../../base/after-reading';

/**
 * Whether a connection begins with the token and a line break. What follows the line stays unread in the socket.
 * A connection that says less within the time is destroyed, and counts as one with a wrong token.
 */
export function beginsWithToken(socket: Socket, token: string, waitMs: number): Promise<boolean> {
  const expected = Buffer.from(`${token}\n`);
  return new Promise((resolve) => {
    const settle = (isRight: boolean): void => {
      cancelBound();
      socket.off('readable', read).off('close', refuse);
      resolve(isRight);
    };
    const refuse = (): void => {
      settle(false);
    };
    const read = (): void => {
      const line = socket.read(expected.length) as Buffer | null;
      if (line) settle(line.length === expected.length && timingSafeEqual(line, expected));
    };
    const cancelBound = afterReading(waitMs, () => socket.destroy());
    socket.on('close', refuse).on('readable', read);
  });
}
