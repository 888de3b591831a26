import type { ITriggerFunctions } from 'n8n-workflow';
import { AsrError, findModel } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import { configure, firstRate } from '../../../lib/hosts';
import type { LiveSource } from '../../../lib/hosts';
import { asNodeFault } from '../shared/errors';
import { sessionOptions } from '../shared/session-options';
import { readSource } from './read-source';
import type { TriggerEventType, TriggerItemSettings } from './trigger-items';

const EVENT_TYPES: readonly TriggerEventType[] = ['final', 'emotion', 'interim'];
const DEFAULT_INTERIM_SECONDS = 1;
const MIN_INTERIM_SECONDS = 0.1;

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
  const parameter = (name: string, fallback: unknown): unknown => context.getNodeParameter(name, fallback);
  try {
    const session = await sessionOptions({
      parameter,
      credentials: (name) => context.getCredentials(name),
      network: context.helpers,
    });
    // Reports now what opening a session would report only once there is audio.
    configure(session);
    const rateHz = session.sampleRateHz ?? firstRate(findModel(session.model ?? ''));
    return {
      source: readSource(parameter, rateHz, context.helpers),
      session,
      rateHz,
      items: itemSettings(parameter),
    };
  } catch (error) {
    throw asNodeFault(context.getNode(), error);
  }
}

function itemSettings(parameter: (name: string, fallback: unknown) => unknown): TriggerItemSettings {
  const chosen = parameter('events', ['final']) as unknown[];
  const types = EVENT_TYPES.filter((type) => chosen.includes(type));
  if (types.length === 0) {
    throw new AsrError('INVALID_OPTION', 'Choose in "Trigger On" what starts the workflow.', {
      param: 'events',
    });
  }
  const interimSeconds = Number(parameter('interimSeconds', DEFAULT_INTERIM_SECONDS));
  return {
    types,
    interimEveryMs: Math.max(interimSeconds || DEFAULT_INTERIM_SECONDS, MIN_INTERIM_SECONDS) * 1000,
    isStableOnly: parameter('stableOnly', false) === true,
  };
}
