import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { connectionOf, CREDENTIALS } from '../../../credentials/n8n/connection';
import { AsrError, DEFAULT_MODEL, findModel } from '../../../lib';
import type { ContextTurn, SessionMode, SessionOptions, WireFormat } from '../../../lib';
import { excerpt, languageOfTag, readOtherSettings } from '../../../lib/hosts';
import { readDialogue } from '../../dialogue';
import { readParameters } from '../../stored-parameters';
import { connectionPool } from './connection-pools';
import { sessionEnvironment } from './egress';
import type { NetworkHelpers } from './egress';
import { Fields } from './fields';
import { writableFile } from './file-folders';
import { givenPreset } from './preset';
import { AUTOMATIC_RATE, CUSTOM_MODEL, PARAMETER_NAMES } from './recognition-properties';
import { readSessionSettings } from './session-settings';
import type { Recognised } from './session-settings';
import { sharedTrace } from './trace-files';

/** What executions and triggers of n8n have in common. */
export interface ParameterSource {
  /** Reads a field: in an execution for the current item, in a trigger for the workflow. */
  parameter: (name: string, fallback: unknown) => unknown;
  credentials: (name: string) => Promise<ICredentialDataDecryptedObject>;
  network: NetworkHelpers;
  logger: HostLogger;
}

/** The fields of a node. n8n throws for a hidden field unless it gets something to give in its place. */
export function fieldsOf(parameter: ParameterSource['parameter']): Fields {
  return new Fields((name) => parameter(name, ''));
}

/** n8n's log. */
export interface HostLogger {
  debug: (message: string, details: object) => void;
  warn: (message: string) => void;
}

const ANY_RATE_HZ = { min: AUTOMATIC_RATE, max: 384_000 };

/**
 * The options of a session, from the fields of recognition-properties.ts and session-settings.ts and the credentials.
 * @throws AsrError `INVALID_OPTION` for an unknown model, and for a value that its field does not take.
 */
export async function sessionOptions(
  { parameter, credentials, network, logger }: ParameterSource,
  recognised: Recognised,
): Promise<SessionOptions> {
  const fields = fieldsOf(parameter);
  const options = Fields.of('options', parameter('options', {}));
  const chosen = fields.text('model') || DEFAULT_MODEL;
  const name = chosen === CUSTOM_MODEL ? fields.text('modelName') : chosen;
  if (name === '') {
    throw new AsrError('INVALID_OPTION', 'The model is custom and has no name. Fill in Model Name.', {
      param: 'modelName',
    });
  }
  const model = findModel(name);
  const language = ['language', 'languages', 'languageCodes'].flatMap((field) => fields.list(field));
  const mode = (fields.text('mode') || 'vad') as SessionMode;
  const preset = givenPreset(fields, model, mode);
  const given = PARAMETER_NAMES.map((one) => [one, options.value(one)] as const);
  const stored = {
    ...preset.parameters,
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
  const sampleRateHz = options.number('sampleRateHz', ANY_RATE_HZ) ?? preset.sampleRateHz;
  const otherSettings = readOtherSettings(options.value('otherSettings'));
  const wireFormat = options.text('wireFormat');
  const context = dialogueOf(options);
  const connection = connectionOf(await credentials(CREDENTIALS));
  return {
    ...connection,
    environment: sessionEnvironment(network, connectionPool(connection.region)),
    model: model.id,
    // A model with one mode leaves no choice, and the leftover choice for another model is ignored.
    ...(model.modes.length > 1 && { mode }),
    language: [...new Set(language.map(languageOfTag))],
    parameters: readParameters(stored, model),
    ...(sampleRateHz && { sampleRateHz }),
    ...(wireFormat && { wireFormat: wireFormat as WireFormat }),
    ...(otherSettings && { otherSettings }),
    ...(context.length > 0 && { context }),
    ...readSessionSettings(options, recognised),
    ...traceOf(options, logger),
    log: logger,
  };
}

/** The field `context`. @throws AsrError `INVALID_OPTION` */
export function dialogueOf(fields: Fields): ContextTurn[] {
  const value = fields.value('context');
  const turns = readDialogue(value);
  if (turns) return turns;
  throw new AsrError(
    'INVALID_OPTION',
    `Expected \`context\` to be a text, or a list of turns such as [{"user": "…", "assistant": "…"}], got ${excerpt(value)}.`,
    { param: 'context' },
  );
}

function traceOf(options: Fields, { warn }: HostLogger): Pick<SessionOptions, 'trace'> {
  const file = options.text('traceFile');
  if (file === '') return {};
  const path = writableFile('traceFile', file);
  const onError = ({ message }: Error): void => {
    warn(`Cannot write the trace file ${path}: ${message}`);
  };
  return { trace: sharedTrace(path, onError) };
}
