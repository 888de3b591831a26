import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { DEFAULT_MODEL, MODELS } from '../../../lib';
import type { Model, ParameterName, ParameterSpec, WireFormat } from '../../../lib';
import { keysOf, VAD_PARAMETERS } from '../../../lib/hosts';
import { helpOf, SESSION_TEXTS } from '../../setting-texts';
import { HOT_WORD_LIST } from './hot-word-lists';
import { fieldTexts, PARAMETER_TEXTS } from './parameter-texts';
import { PRESET } from './preset';
import { sessionSettings } from './session-settings';
import type { Recognised } from './session-settings';

/**
 * The value of `model` for a name that is typed or comes from an expression, so that it is only known at run time.
 */
export const CUSTOM_MODEL = 'custom';
/** The value of the sample rate that leaves the choice to the client. */
export const AUTOMATIC_RATE = 0;

export const PARAMETER_NAMES = keysOf(PARAMETER_TEXTS);

type Show = NonNullable<IDisplayOptions['show']>;

const LANGUAGE_NAMES = new Intl.DisplayNames(['en'], { type: 'language' });
/** Longer texts get a field of more than one line. */
const LONG_TEXT = 1000;

/**
 * The fields of each model, made from the table in lib/vocabulary/models.ts: for each value of a capability there is
 * one field, shown for the models with that value.
 * @param manual What ends a sentence in the mode `manual`, in the words of the node.
 * @param show When the node has these fields at all.
 */
export function recognitionProperties(manual: string, show: Show = {}): INodeProperties[] {
  return [
    {
      displayName: 'Model',
      name: 'model',
      type: 'options',
      noDataExpression: true,
      options: [
        ...MODELS.map(({ id, ...model }) => ({ name: id, value: id, description: gistOf(model) })),
        {
          name: 'Custom',
          value: CUSTOM_MODEL,
          description: 'A newer snapshot, or a name from an expression',
        },
      ],
      default: DEFAULT_MODEL,
      displayOptions: { show },
    },
    {
      displayName: 'Model Name',
      name: 'modelName',
      type: 'string',
      required: true,
      default: '',
      placeholder: `e.g. ${DEFAULT_MODEL}`,
      description: 'Settings that the model does not have are an error',
      displayOptions: { show: { ...show, model: [CUSTOM_MODEL] } },
    },
    ...languageProperties(show),
    {
      ...fieldTexts(SESSION_TEXTS.mode),
      name: 'mode',
      type: 'options',
      options: [
        { name: 'Server VAD (At Silence)', value: 'vad', description: 'The service listens for pauses' },
        { name: `Manual (${manual})`, value: 'manual' },
      ],
      default: 'vad',
      displayOptions: { show: { ...show, model: [...idsOf(hasModes), CUSTOM_MODEL] } },
    },
    { ...PRESET, displayOptions: { show } },
  ];
}

/**
 * The settings of the models and of sessions, for a collection `options` beside the properties above.
 * @param recognised What the node recognises.
 */
export function recognitionOptions(recognised: Recognised): INodeProperties[] {
  return [
    ...PARAMETER_NAMES.flatMap(parameterProperties),
    ...rateProperties(),
    ...formatProperties(),
    {
      ...DIALOGUE,
      displayOptions: { show: { '/model': [...idsOf((model) => model.context !== 'none'), CUSTOM_MODEL] } },
    },
    {
      ...fieldTexts(SESSION_TEXTS.otherSettings),
      name: 'otherSettings',
      type: 'json',
      default: '{}',
    },
    ...sessionSettings(recognised),
  ];
}

/** The field of the dialogue before. */
export const DIALOGUE: INodeProperties = {
  ...fieldTexts(SESSION_TEXTS.context),
  name: 'context',
  type: 'string',
  typeOptions: { rows: 3 },
  default: '',
  placeholder: 'e.g. {{ $json.turns }}',
  hint: 'A text is what the person said last. A list, of an expression or as JSON, has turns: [{"user": "…", "assistant": "…"}].',
};

/** The collection, ordered by the displayed names. */
export function optionsCollection(options: INodeProperties[], show: Show = {}): INodeProperties {
  return {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [...options].sort((a, b) => a.displayName.localeCompare(b.displayName)),
    displayOptions: { show },
  };
}

function languageProperties(show: Show): INodeProperties[] {
  const lists = byValue((model) =>
    model.maxLanguages > 0 ? { codes: model.languages, most: model.maxLanguages } : undefined,
  );
  return [
    ...lists.map(({ value: { codes, most }, ids }): INodeProperties => {
      const displayOptions = { show: { ...show, model: ids } };
      const options = codes
        .map((code) => ({ name: `${LANGUAGE_NAMES.of(code) ?? code} (${code})`, value: code }))
        .sort((a, b) => a.name.localeCompare(b.name));
      if (most > 1) {
        return {
          displayName: 'Languages',
          name: 'languages',
          type: 'multiOptions',
          options,
          default: [],
          description: [helpOf(SESSION_TEXTS.language), `At most ${most}.`].join(' '),
          displayOptions,
        };
      }
      return {
        ...fieldTexts(SESSION_TEXTS.language),
        name: 'language',
        type: 'options',
        options: [{ name: 'Detect Automatically', value: '' }, ...options],
        default: '',
        displayOptions,
      };
    }),
    {
      displayName: 'Language Codes',
      name: 'languageCodes',
      type: 'string',
      default: '',
      placeholder: 'e.g. en, de',
      description: 'Of the model, separated by commas. Leave empty to detect the language.',
      displayOptions: { show: { ...show, model: [CUSTOM_MODEL] } },
    },
  ];
}

function parameterProperties(name: ParameterName): INodeProperties[] {
  const isOfVad = VAD_PARAMETERS.includes(name);
  // Where commits end the sentences, the service does not detect silence.
  const specs = byValue((model) => {
    const spec = model.parameters[name];
    return spec && { spec, hide: isOfVad && hasModes(model) };
  });
  return specs.map(({ value: { spec, hide }, ids }, index) => ({
    ...PARAMETER_TEXTS[name],
    name,
    ...(name === 'vocabularyId' ? HOT_WORD_LIST : fieldOf(spec)),
    displayOptions: {
      // An unknown model gets the field of the first model that has the setting.
      show: { '/model': index === 0 ? [...ids, CUSTOM_MODEL] : ids },
      ...(hide && { hide: { '/mode': ['manual'] } }),
    },
  }));
}

type Field = Pick<INodeProperties, 'type' | 'default' | 'typeOptions' | 'options' | 'placeholder'>;

function fieldOf(spec: ParameterSpec): Field {
  switch (spec.kind) {
    case 'boolean':
      return { type: 'boolean', default: spec.default };
    case 'number':
    case 'integer': {
      const { min, max } = spec;
      const numberPrecision = spec.kind === 'integer' ? 0 : 2;
      return {
        type: 'number',
        default: spec.default ?? 0,
        typeOptions: { minValue: min, maxValue: max, numberPrecision },
      };
    }
    case 'choice':
      return {
        type: 'options',
        default: spec.default,
        options: spec.choices.map((value) => ({ name: value, value })),
      };
    case 'text':
      return { type: 'string', default: '', ...(spec.maxLength > LONG_TEXT && { typeOptions: { rows: 3 } }) };
    case 'vocabulary':
      return { type: 'string', default: '', typeOptions: { rows: 4 }, placeholder: 'e.g. Model Studio 4' };
    case 'wordFilter':
      return { type: 'json', default: '{}' };
  }
}

function rateProperties(): INodeProperties[] {
  return choicesOf((model) => model.sampleRatesHz).map(({ value, ids }) => ({
    ...fieldTexts(SESSION_TEXTS.sampleRate),
    name: 'sampleRateHz',
    type: 'options',
    options: [
      { name: 'Automatic', value: AUTOMATIC_RATE },
      ...value.map((hz) => ({ name: `${hz} Hz`, value: hz })),
    ],
    default: AUTOMATIC_RATE,
    displayOptions: { show: { '/model': ids } },
  }));
}

function formatProperties(): INodeProperties[] {
  return choicesOf((model) => model.formats).map(({ value, ids }) => ({
    ...fieldTexts(SESSION_TEXTS.wireFormat),
    name: 'wireFormat',
    type: 'options',
    options: value.map(formatOption),
    default: 'pcm',
    displayOptions: { show: { '/model': ids } },
  }));
}

/** The choices of each model that has some. A model whose name is only known at run time has those of all models. */
function choicesOf<T>(listOf: (model: Model) => readonly T[]): { value: readonly T[]; ids: string[] }[] {
  const all = [...new Set(MODELS.flatMap(listOf))];
  const groups = byValue((model) => (listOf(model).length > 1 ? listOf(model) : undefined));
  return [...groups, { value: all, ids: [CUSTOM_MODEL] }];
}

function formatOption(format: WireFormat): INodePropertyOptions {
  if (format === 'pcm') return { name: 'PCM (Read Here)', value: format };
  return { name: `${format.toUpperCase()} (As It Is)`, value: format };
}

/** The properties by which people choose a model. */
function gistOf({ languages, emotions, timestamps, regions }: Omit<Model, 'id'>): string {
  const parts = [
    ...(languages.length > 1 ? [`${languages.length} languages`] : []),
    ...(emotions === 'none' ? [] : [`${emotions} emotions`]),
    ...(timestamps ? ['times of words'] : []),
    `in ${regions.map(capitalised).join(' and ')}`,
  ];
  return capitalised(parts.join(', '));
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hasModes({ modes }: Model): boolean {
  return modes.length > 1;
}

function idsOf(is: (model: Model) => boolean): string[] {
  return MODELS.filter(is).map(({ id }) => id);
}

/** The different values of a capability, each with the models that have it. */
function byValue<T>(capabilityOf: (model: Model) => T | undefined): { value: T; ids: string[] }[] {
  const groups = new Map<string, { value: T; ids: string[] }>();
  for (const model of MODELS) {
    const value = capabilityOf(model);
    if (value === undefined) continue;
    const key = JSON.stringify(value);
    const group = groups.get(key) ?? { value, ids: [] };
    group.ids.push(model.id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
