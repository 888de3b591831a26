import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same. The comparison takes the same time, whatever differs. */
export function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
