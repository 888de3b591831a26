import type { Node, NodeAPI } from 'node-red';
import { isCredentialsNode } from '../../../credentials/node-red/connection';
import { languageOfTag } from '../../../lib/vocabulary/languages';
import { DEFAULT_MODEL, findModel } from '../../../lib/vocabulary/models';
import type { Model, SessionMode, WireFormat } from '../../../lib/vocabulary/models';
import type { SessionOptions } from '../../../lib/session/options';
import { NodeError } from './errors';
import { readNumber } from './limits';
import { readParameters } from '../../stored-parameters';
import type { StoredParameters } from '../../stored-parameters';
import { findNode } from './red';

/** The recognition settings that `asr session` and `transcribe` have in common, as the editor stores them. */
export interface RecognitionDef {
  /** Id of the `asr credentials` node. Not named `credentials`: Node-RED keeps a property of that name from the node. */
  connection: string;
  model?: string;
  mode?: SessionMode;
  /** Codes, separated by commas; empty is automatic. */
  language?: string;
  /** Empty is `pcm`. */
  wireFormat?: WireFormat | '';
  sampleRate?: string | number;
  parameters?: StoredParameters;
}

/** @throws AsrError `INVALID_OPTION` for a name of no known family */
export function modelOf({ model }: Pick<RecognitionDef, 'model'>): Model {
  return findModel(model?.trim() || DEFAULT_MODEL);
}

/**
 * The options of a session. Asked for with each session, so that a key in an environment variable may change.
 * @throws NodeError `NO_CREDENTIALS`
 * @throws AsrError `INVALID_OPTION` for an unknown model, `MISSING_API_KEY` when the environment variable that should
 * hold the key does not
 */
export function sessionOptions(RED: NodeAPI, node: Node, def: RecognitionDef): SessionOptions {
  const credentials = findNode(RED, def.connection, isCredentialsNode);
  if (!credentials) {
    throw new NodeError('NO_CREDENTIALS', RED._(`${node.type}.error.no-credentials`));
  }
  const model = modelOf(def);
  const sampleRateHz = readNumber(def.sampleRate);
  // Where the model has one mode there is nothing to choose, so that changing the model is all that a user has to do.
  const hasMode = def.mode !== undefined && model.modes.length > 1;
  return {
    ...credentials.connection(),
    pool: credentials.pool,
    model: model.id,
    ...(hasMode && { mode: def.mode }),
    language: (def.language ?? '')
      .split(/[\s,]+/)
      .filter((code) => code !== '')
      .map(languageOfTag),
    ...(def.wireFormat && { wireFormat: def.wireFormat }),
    ...(sampleRateHz !== undefined && { sampleRateHz }),
    parameters: readParameters(def.parameters, model),
  };
}
