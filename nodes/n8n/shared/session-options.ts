import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { connectionOf, CREDENTIALS } from '../../../credentials/n8n/connection';
import { AsrError, DEFAULT_MODEL, findModel } from '../../../lib';
import type { SessionMode, SessionOptions, WireFormat } from '../../../lib';
import { FIRST_CONNECT_TIMEOUT_MS, languageOfTag } from '../../../lib/hosts';
import { readParameters } from '../../stored-parameters';
import { sessionEnvironment } from './egress';
import type { NetworkHelpers } from './egress';
import { AUTOMATIC_RATE, CUSTOM_MODEL, PARAMETER_NAMES } from './recognition-properties';

/** What executions and triggers of n8n have in common. */
export interface ParameterSource {
  /** Reads a field: in an execution for the current item, in a trigger for the workflow. */
  parameter: (name: string, fallback: unknown) => unknown;
  credentials: (name: string) => Promise<ICredentialDataDecryptedObject>;
  network: NetworkHelpers;
}

/**
 * The options of a session, from the fields of recognition-properties.ts and the credentials.
 * @throws AsrError `INVALID_OPTION` for an unknown model.
 */
export async function sessionOptions({
  parameter,
  credentials,
  network,
}: ParameterSource): Promise<SessionOptions> {
  const text = (name: string): string => {
    // An expression without a result gives nothing.
    const value = parameter(name, '') ?? '';
    return typeof value === 'string' ? value.trim() : JSON.stringify(value);
  };
  const chosen = text('model') || DEFAULT_MODEL;
  const name = chosen === CUSTOM_MODEL ? text('modelName') : chosen;
  if (name === '') {
    throw new AsrError('INVALID_OPTION', 'The model is custom and has no name. Fill in Model Name.', {
      param: 'modelName',
    });
  }
  const model = findModel(name);
  const options = parameter('options', {}) as IDataObject;
  const languages = parameter('languages', []) as string[];
  const language = [text('language'), ...languages, ...text('languageCodes').split(/[\s,]+/)];
  const stored = Object.fromEntries(PARAMETER_NAMES.map((name) => [name, options[name]]));
  const { sampleRateHz, wireFormat, context } = options;
  const environment = sessionEnvironment(network);
  return {
    ...connectionOf(await credentials(CREDENTIALS)),
    ...(environment && { environment }),
    firstConnectTimeoutMs: FIRST_CONNECT_TIMEOUT_MS,
    model: model.id,
    // A model with one mode leaves no choice, and the leftover choice for another model is ignored.
    ...(model.modes.length > 1 && { mode: (text('mode') || 'vad') as SessionMode }),
    language: [...new Set(language.filter((code) => code !== '').map(languageOfTag))],
    parameters: readParameters(stored, model),
    ...(sampleRateHz && sampleRateHz !== AUTOMATIC_RATE && { sampleRateHz: Number(sampleRateHz) }),
    ...(wireFormat && { wireFormat: wireFormat as WireFormat }),
    ...(typeof context === 'string' && context.trim() !== '' && { context: [{ user: context }] }),
  };
}
