import type { INodeProperties } from 'n8n-workflow';
import type { IdlePolicy, OverloadPolicy, SessionOptions } from '../../../lib';
import {
  IDLE_POLICY,
  OF_RECORDINGS,
  OVERLOAD,
  RELIABILITY_SETTINGS,
  reliabilityOptions,
  VOICE_GATE,
} from '../../reliability-settings';
import type { ChoiceSetting, ReliabilityName, ReliabilitySetting } from '../../reliability-settings';
import { SESSION_TEXTS } from '../../setting-texts';
import type { Fields } from './fields';
import { fieldTexts, inTitleCase } from './parameter-texts';

/** What a node recognises: not every setting has a meaning for each. */
export type Recognised = 'recording' | 'session' | 'live';

const NUMBERS: Readonly<Record<Recognised, readonly ReliabilityName[]>> = {
  recording: OF_RECORDINGS,
  session: [...OF_RECORDINGS, 'commitSeconds', 'idleSeconds'],
  // The trigger has an `idleSeconds` of its own, which ends the stream of a device.
  live: [...OF_RECORDINGS, 'commitSeconds'],
};

/** The nodes end a session by themselves: the field for that is End When Unused, or the device's silence. */
const IDLE_POLICIES = ['reopen', 'keepAlive'] as const satisfies readonly IdlePolicy[];
const SENT = ['all', 'speech'] as const;
const OVERLOAD_POLICIES = ['wait', 'dropOldest', 'fail'] as const satisfies readonly OverloadPolicy[];

/** Fields for the collection `options`. */
export function sessionSettings(recognised: Recognised): INodeProperties[] {
  return [
    ...NUMBERS[recognised].map((name): INodeProperties => {
      const setting: ReliabilitySetting = RELIABILITY_SETTINGS[name];
      const { min, max, default: byDefault } = setting.range;
      return {
        ...fieldTexts(setting, name.endsWith('Seconds') ? ' (Seconds)' : ''),
        name,
        type: 'number',
        typeOptions: { minValue: min, maxValue: max },
        default: byDefault ?? DEFAULTS_OF_MODELS[name] ?? min,
      };
    }),
    ...(recognised === 'recording'
      ? []
      : [
          choiceField('idlePolicy', IDLE_POLICY, IDLE_POLICIES),
          choiceField('overload', OVERLOAD, OVERLOAD_POLICIES),
          choiceField('voiceGate', VOICE_GATE, SENT),
        ]),
    {
      ...fieldTexts(SESSION_TEXTS.traceFile),
      name: 'traceFile',
      type: 'string',
      default: '',
      placeholder: 'e.g. /home/node/traces/asr.jsonl',
      hint: 'Only in the folders that the operator of n8n names in FLOW_ASR_FILE_FOLDERS',
    },
  ];
}

/** What the editor shows first where the default depends on the model: that of the default model. */
const DEFAULTS_OF_MODELS: Partial<Record<ReliabilityName, number>> = { maxAgeSeconds: 900, idleSeconds: 40 };

function choiceField<T extends string>(
  name: string,
  setting: ChoiceSetting<T>,
  values: readonly [T, ...T[]],
): INodeProperties {
  const options = values.map((value) => ({ name: inTitleCase(setting.choices[value]), value }));
  return { ...fieldTexts(setting), name, type: 'options', options, default: values[0] };
}

/** @throws AsrError `INVALID_OPTION` for a value of an expression that its field does not take. */
export function readSessionSettings(fields: Fields, recognised: Recognised): SessionOptions {
  const number = (name: ReliabilityName): number | undefined =>
    NUMBERS[recognised].includes(name) ? fields.number(name, RELIABILITY_SETTINGS[name].range) : undefined;
  const idleSeconds = number('idleSeconds');
  const policy = fields.choice('idlePolicy', IDLE_POLICIES);
  const overload = fields.choice('overload', OVERLOAD_POLICIES);
  const send = fields.choice('voiceGate', SENT);
  return {
    ...reliabilityOptions(number),
    ...(overload && { overload }),
    ...(send && { voiceGate: { send } }),
    idle: { ...(policy && { policy }), ...(idleSeconds !== undefined && { afterMs: idleSeconds * 1000 }) },
  };
}
