import type { NodeMessageInFlow } from 'node-red';
import { isObject } from '../../../lib/hosts';

/** `msg._session.type` of audio that comes from a page of a microphone node, and of its results. */
export const PAGE_SESSION = 'asr-microphone';

/** The page of a microphone that a message is from or for; `undefined` where it is of something else. */
export function pageOf(msg: NodeMessageInFlow): string | undefined {
  const { _session: session } = msg as NodeMessageInFlow & { _session?: unknown };
  if (!isObject(session) || session.type !== PAGE_SESSION) return undefined;
  return typeof session.id === 'string' ? session.id : undefined;
}
