import path from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { traceToFile } from '../../../lib';
import type { SessionLog, SessionOptions, TraceFile } from '../../../lib';
import { FIRST_CONNECT_TIMEOUT_MS } from '../../../lib/hosts';
import { readLimit, RELIABILITY_LIMITS } from './limits';

/** The settings of reliability that nodes share, as the editor stores them. */
export interface ReliabilityDef {
  reconnectAttempts?: string | number;
  livenessSeconds?: string | number;
  /** Path of the trace file; empty for none. */
  traceFile?: string;
}

/** The session options for these settings, and the host's log. */
export function reliabilityOptions(
  node: Node,
  { reconnectAttempts, livenessSeconds }: ReliabilityDef,
  trace: TraceFile | undefined,
): Pick<
  SessionOptions,
  'reconnect' | 'firstConnectTimeoutMs' | 'pingIntervalMs' | 'pongTimeoutMs' | 'log' | 'trace'
> {
  const livenessMs = readLimit(livenessSeconds, RELIABILITY_LIMITS.livenessSeconds) * 1000;
  return {
    reconnect: { maxAttempts: readLimit(reconnectAttempts, RELIABILITY_LIMITS.reconnectAttempts) },
    firstConnectTimeoutMs: FIRST_CONNECT_TIMEOUT_MS,
    // Divided as in the client's defaults: until the ping, and until its answer.
    pingIntervalMs: (livenessMs * 2) / 3,
    pongTimeoutMs: livenessMs / 3,
    log: debugLog(node),
    ...(trace && { trace }),
  };
}

/** Node-RED's own log shows only the message of an object, so each entry is one text. */
function debugLog(node: Node): SessionLog {
  return {
    debug: (message, details) => {
      node.debug(`${message} ${JSON.stringify(details)}`);
    },
  };
}

/** The trace of a node, which closes it. A relative path means the same as in the file nodes. */
export function openTrace(RED: NodeAPI, node: Node, { traceFile }: ReliabilityDef): TraceFile | undefined {
  const file = traceFile?.trim();
  if (!file) return undefined;
  const { fileWorkingDirectory = '' } = RED.settings as { fileWorkingDirectory?: string };
  return traceToFile(path.resolve(fileWorkingDirectory, file), {
    onError: ({ message }) => {
      node.warn(RED._(`${node.type}.error.trace`, { file, message }));
    },
  });
}
