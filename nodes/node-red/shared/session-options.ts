import type { Node, NodeAPI } from 'node-red';
import { isCredentialsNode } from '../../../credentials/node-red/connection';
import type { SessionMode } from '../../../lib/models';
import type { ModelParameters } from '../../../lib/parameters';
import type { SessionOptions } from '../../../lib/session/options';
import { NodeError } from './errors';
import { readNumber } from './limits';
import { findNode } from './red';

/** The recognition settings that `asr session` and `transcribe` have in common, as the editor stores them. */
export interface RecognitionDef {
  /** Id of the `asr credentials` node. Not named `credentials`: Node-RED keeps a property of that name from the node. */
  connection: string;
  model?: string;
  language?: string;
  corpusText?: string;
  sampleRate?: string | number;
  mode?: SessionMode;
  vadThreshold?: string | number;
  vadSilence?: string | number;
}

/**
 * The options of a session. Asked for with each session, so that a key in an environment variable may change.
 * @throws NodeError `NO_CREDENTIALS`
 * @throws AsrError `MISSING_API_KEY` when the environment variable that should hold it does not
 */
export function sessionOptions(RED: NodeAPI, node: Node, def: RecognitionDef): SessionOptions {
  const credentials = findNode(RED, def.connection, isCredentialsNode);
  if (!credentials) {
    throw new NodeError('NO_CREDENTIALS', RED._(`${node.type}.error.no-credentials`));
  }
  const mode = def.mode ?? 'vad';
  const sampleRateHz = readNumber(def.sampleRate);
  return {
    ...credentials.connection(),
    ...(def.model && { model: def.model.trim() }),
    language: (def.language ?? '').split(/[\s,]+/).filter((code) => code !== ''),
    ...(sampleRateHz !== undefined && { sampleRateHz }),
    mode,
    parameters: {
      ...(def.corpusText && { corpusText: def.corpusText }),
      ...(mode === 'vad' && vadParameters(def)),
    },
  };
}

function vadParameters(def: RecognitionDef): ModelParameters {
  const vadThreshold = readNumber(def.vadThreshold);
  const silenceMs = readNumber(def.vadSilence);
  return {
    ...(vadThreshold !== undefined && { vadThreshold }),
    ...(silenceMs !== undefined && { silenceMs }),
  };
}
