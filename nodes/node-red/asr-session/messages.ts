import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { SessionEvent } from '../../../lib';
import { errorInfo } from '../shared/errors';

/** The part of the message that opened a session which its results need to find their way back, without its audio. */
export type Route = Pick<NodeMessageInFlow, '_msgid' | 'topic'> & Record<string, unknown>;

const ROUTING_PROPERTIES = ['_msgid', 'topic', '_session', 'req', 'res', 'call'];

/** Never kept: the results have their own, and audio is not to be held for the life of a session. */
const OWN_PROPERTIES = ['payload', 'asr', 'error', '__proto__'];

/** @param keep Properties beside those that route replies. */
export function routeOf(msg: NodeMessageInFlow, keep: readonly string[] = []): Route {
  const route: Record<string, unknown> = {};
  for (const property of [...ROUTING_PROPERTIES, ...keep]) {
    if (OWN_PROPERTIES.includes(property)) continue;
    if (msg[property] !== undefined) route[property] = msg[property];
  }
  return route as Route;
}

/** The four outputs: interim, final, emotion, and all other events. */
export type Outputs = [NodeMessage | null, NodeMessage | null, NodeMessage | null, NodeMessage | null];

export function toOutputs(event: SessionEvent, route: Route): Outputs {
  // No spread is used, because it would make a hidden class for each message (bench/README.md).
  const message = (payload: unknown, asr: object): NodeMessage => Object.assign({ payload, asr }, route);
  switch (event.type) {
    case 'interim':
      return [message(event.text, event), null, null, null];
    case 'final':
      return [null, message(event.text, event), null, null];
    case 'emotion':
      return [null, null, message(event.emotion, event), null];
    case 'error': {
      const plain = { ...event, error: errorInfo(event.error) };
      return [null, null, null, message(plain, plain)];
    }
    default:
      return [null, null, null, message(event, event)];
  }
}
