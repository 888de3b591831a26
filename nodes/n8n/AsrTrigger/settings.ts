import type { ITriggerFunctions } from 'n8n-workflow';
import { AsrError, findModel } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import { configure, firstRate } from '../../../lib/hosts';
import type { LiveSource } from '../../../lib/hosts';
import { RELIABILITY_SETTINGS } from '../../reliability-settings';
import { asNodeFault } from '../shared/errors';
import { readCaptions } from '../shared/captions';
import { outputOf } from '../shared/output';
import { ofTrigger } from '../shared/parameter-source';
import { fieldsOf, sessionOptions } from '../shared/session-options';
import type { ParameterSource } from '../shared/session-options';
import { readSource } from './read-source';
import { readSecrets } from './source-secrets';
import type { TriggerEventType, TriggerItemSettings } from './trigger-items';

const EVENT_TYPES: readonly TriggerEventType[] = ['final', 'emotion', 'ended', 'interim', 'statistics'];
/** The bounds of the fields, which the description has as well. */
export const INTERIM_SECONDS = { min: 0.1, max: 60 };
export const DEFAULT_INTERIM_SECONDS = 1;
export const STATISTICS_SECONDS = RELIABILITY_SETTINGS.statisticsSeconds.range;
export const DEFAULT_STATISTICS_SECONDS = 60;

/** The checked settings of the node. */
export interface TriggerSettings {
  source: LiveSource;
  session: SessionOptions;
  /** Rate of the audio for the session. */
  rateHz: number;
  items: TriggerItemSettings;
}

/** @throws NodeOperationError of n8n that says which field is wrong. */
export async function readSettings(context: ITriggerFunctions): Promise<TriggerSettings> {
  const source = ofTrigger(context);
  const { parameter } = source;
  try {
    const session = { ...(await sessionOptions(source, 'live')), ...statisticsInterval(parameter) };
    // Reports now what opening a session would report only once there is audio.
    configure(session);
    const model = findModel(session.model ?? '');
    const rateHz = session.sampleRateHz ?? firstRate(model);
    const secrets = await readSecrets(context, fieldsOf(parameter).text('source'));
    return {
      source: readSource(parameter, secrets, rateHz, model.id, context.helpers),
      session,
      rateHz,
      items: itemSettings(parameter),
    };
  } catch (error) {
    throw asNodeFault(context.getNode(), error);
  }
}

function itemSettings(parameter: ParameterSource['parameter']): TriggerItemSettings {
  const fields = fieldsOf(parameter);
  const types = fields.choices('events', EVENT_TYPES);
  if (types.length === 0) {
    throw new AsrError('INVALID_OPTION', 'Choose in "Trigger On" what starts the workflow.', {
      param: 'events',
    });
  }
  const interimSeconds = fields.number('interimSeconds', INTERIM_SECONDS) ?? DEFAULT_INTERIM_SECONDS;
  return {
    types,
    interimEveryMs: interimSeconds * 1000,
    isStableOnly: fields.isOn('stableOnly'),
    captions: readCaptions(fields),
    output: outputOf(fields.value('output')),
  };
}

/** The interval of statistics where they start the workflow. */
function statisticsInterval(
  parameter: ParameterSource['parameter'],
): Pick<SessionOptions, 'statisticsIntervalMs'> {
  const fields = fieldsOf(parameter);
  if (!fields.list('events').includes('statistics')) return {};
  const seconds = fields.number('statisticsSeconds', STATISTICS_SECONDS) ?? DEFAULT_STATISTICS_SECONDS;
  return { statisticsIntervalMs: seconds * 1000 };
}
