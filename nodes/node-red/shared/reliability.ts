import path from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { traceToFile } from '../../../lib';
import type { SessionLog, SessionOptions, TraceFile } from '../../../lib';
import { RELIABILITY_SETTINGS, reliabilityOptions } from '../../reliability-settings';
import type { ReliabilityName } from '../../reliability-settings';
import { readOptionalLimit } from './limits';

/** The settings of reliability that nodes share, as the editor stores them. */
export interface ReliabilityDef extends Partial<Record<ReliabilityName, string | number>> {
  /** Path of the trace file; empty for none. */
  traceFile?: string;
}

/** The session options for these settings, and the host's log. */
export function sessionReliability(
  node: Pick<Node, 'debug'>,
  def: ReliabilityDef,
  trace: TraceFile | undefined,
): SessionOptions {
  return {
    ...reliabilityOptions((name) => readOptionalLimit(def[name], RELIABILITY_SETTINGS[name].range)),
    log: debugLog(node),
    ...(trace && { trace }),
  };
}

/** Node-RED's own log shows only the message of an object, so each entry is one text. */
function debugLog(node: Pick<Node, 'debug'>): SessionLog {
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
