import type { Node, NodeAPI } from 'node-red';
import { isCredentialsNode } from '../../../credentials/node-red/connection';
import { DEFAULT_MODEL, findModel } from '../../../lib';
import type { Model, SessionMode, SessionOptions, WireFormat } from '../../../lib';
import { languageOfTag, readOtherSettings } from '../../../lib/hosts';
import { NodeError } from './errors';
import { readNumber } from './limits';
import { readParameters } from '../../stored-parameters';
import type { StoredParameters } from '../../stored-parameters';
import { findNode } from './red';

/** The settings of recognition that `asr session` and `transcribe` share, as the editor stores them. */
export interface RecognitionDef {
  /** Id of the `asr credentials` node. Not named `credentials`: Node-RED keeps a property of that name from the node. */
  connection: string;
  model?: string;
  mode?: SessionMode;
  /** Codes separated by commas; empty for automatic detection. */
  language?: string;
  /** Empty means `pcm`. */
  wireFormat?: WireFormat | '';
  sampleRate?: string | number;
  parameters?: StoredParameters;
  /** JSON text, or an object in a generated flow. */
  otherSettings?: unknown;
}

/** @throws AsrError `INVALID_OPTION` for a name that fits no family. */
export function modelOf({ model }: Pick<RecognitionDef, 'model'>): Model {
  return findModel(model?.trim() || DEFAULT_MODEL);
}

/**
 * The options of a session. They are made for each session, because a key in an environment variable may change.
 * @throws NodeError `NO_CREDENTIALS`
 * @throws AsrError `INVALID_OPTION` for an unknown model, or other settings that are no JSON object; `MISSING_API_KEY` when the environment variable for the key
 * is not set.
 */
export function sessionOptions(RED: NodeAPI, node: Node, def: RecognitionDef): SessionOptions {
  const credentials = findNode(RED, def.connection, isCredentialsNode);
  if (!credentials) {
    throw new NodeError('NO_CREDENTIALS', RED._(`${node.type}.error.no-credentials`));
  }
  const model = modelOf(def);
  const sampleRateHz = readNumber(def.sampleRate);
  const otherSettings = readOtherSettings(def.otherSettings);
  // A model with one mode leaves no choice, so a user only has to change the model.
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
    ...(otherSettings && { otherSettings }),
  };
}
