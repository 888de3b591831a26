import { DEFAULT_MODEL, MODELS, REGIONS } from '../../lib';
import type { IdlePolicy, OverloadPolicy, SessionMode, SessionOptions, WireFormat } from '../../lib';
import type { Topic } from '../cli/command';
import { flagsOfTable } from './option-flag';
import type { OptionRow } from './option-flag';
import { PRESET_FLAG } from './preset';

/** Options that no flag can express, or that have flags beside these tables. */
type WithoutRow =
  'apiKey' | 'environment' | 'log' | 'ongoing' | 'parameters' | 'pool' | 'proxy' | 'signal' | 'trace';

type Nested = 'idle' | 'pace' | 'reconnect' | 'voiceGate';

type PathsOf<K extends Nested> = `${K}.${keyof NonNullable<SessionOptions[K]> & string}`;

/** Every option of a session. A new one compiles only once it has a row here. */
type OptionPath =
  | Exclude<keyof SessionOptions, WithoutRow | Nested>
  | PathsOf<'idle'>
  | PathsOf<'pace'>
  | PathsOf<'reconnect'>
  | PathsOf<'voiceGate'>;

const MODES = namesOf<SessionMode>({ vad: true, manual: true });
const IDLE_POLICIES = namesOf<IdlePolicy>({ reopen: true, keepAlive: true, close: true });
const OVERLOAD_POLICIES = namesOf<OverloadPolicy>({ wait: true, dropOldest: true, fail: true });
const WIRE_FORMATS = namesOf<WireFormat>({
  pcm: true,
  wav: true,
  mp3: true,
  opus: true,
  speex: true,
  aac: true,
  amr: true,
});

function namesOf<T extends string>(names: Readonly<Record<T, true>>): readonly string[] {
  return Object.keys(names);
}

const LANGUAGES = [...new Set(MODELS.flatMap(({ languages }) => languages))].sort();

const RECOGNITION = {
  model: {
    kind: 'text',
    value: 'M',
    help: `The model. Default ${DEFAULT_MODEL}.`,
    choices: MODELS.map(({ id }) => id),
  },
  mode: {
    kind: 'text',
    value: 'MODE',
    help: 'Who ends a sentence: the service at silence (vad, the default), or only the end of the file (manual).',
    choices: MODES,
  },
  language: {
    kind: 'list',
    value: 'L',
    help: 'The language, or several with commas where the model takes several. Default: the service detects it.',
    choices: LANGUAGES,
  },
  context: {
    kind: 'text',
    value: 'TEXT',
    isFromFile: true,
    help: 'What was said before, which biases recognition: a text, @FILE, or as JSON [{"user": TEXT, "assistant": TEXT}].',
  },
  otherSettings: {
    kind: 'text',
    value: 'JSON',
    isFromFile: true,
    help: 'Settings by their names on the wire, sent as they are, such as \'{"name": value}\'; or @FILE.',
  },
  wireFormat: {
    kind: 'text',
    value: 'F',
    help: 'pcm (default) is decoded and checked here. With any other format the bytes of the file go to the service as they are.',
    choices: WIRE_FORMATS,
  },
  sampleRateHz: {
    kind: 'number',
    help: 'Rate of the audio that goes to the service. Default: that of the recording up to 16000, where the model takes it.',
  },
} as const satisfies Partial<Record<OptionPath, OptionRow>>;

const NETWORK = {
  region: { kind: 'text', value: 'R', help: 'Where recognition runs.', choices: REGIONS },
  address: { kind: 'text', value: 'URL', help: 'The ws:// or wss:// address of another service.' },
  workspaceId: {
    kind: 'text',
    flag: 'workspace',
    value: 'ID',
    help: 'The Model Studio workspace of the key. Default: DASHSCOPE_WORKSPACE_ID.',
  },
  connectTimeoutMs: {
    kind: 'number',
    help: 'TCP, TLS, handshake and greeting may take this long together. Default 10000.',
  },
  configureTimeoutMs: {
    kind: 'number',
    help: 'The service may take this long to confirm the configuration. Default 10000.',
  },
  commitTimeoutMs: {
    kind: 'number',
    help: 'The results of a commit may take this long. Default 20000.',
  },
  finishTimeoutMs: {
    kind: 'number',
    help: 'The last results may take this long, and again from each one that comes. Default 20000.',
  },
  firstConnectTimeoutMs: {
    kind: 'number',
    help: 'The first connection is tried again for this long where that may help. 0: not at all. Default 10000.',
  },
  pingIntervalMs: { kind: 'number', help: 'The time between pings. Default 20000.' },
  pongTimeoutMs: {
    kind: 'number',
    help: 'The service may stay silent this long after a ping before the connection counts as lost. Default 10000.',
  },
  answerTimeoutMs: {
    kind: 'number',
    help: 'The service may owe a result this long before its connection is replaced. Default 15000.',
  },
  maxAgeMs: {
    kind: 'number',
    help: 'An older connection is replaced at the next pause in speech. 0: never. Default: 900000 with Qwen-ASR-Realtime, else 0.',
  },
  maxHeldAudioMs: {
    kind: 'number',
    help: 'This much audio may wait for the connection. Default 60000.',
  },
  overload: {
    kind: 'text',
    value: 'P',
    help: 'What happens to more audio than that. Default wait.',
    choices: OVERLOAD_POLICIES,
  },
  'reconnect.maxAttempts': {
    kind: 'number',
    help: 'This many attempts in a row may fail after a lost connection. 0: a lost connection is an error. Default 12.',
  },
  'reconnect.baseDelayMs': {
    kind: 'number',
    help: 'The first attempt comes after a random part of this time, each further one after up to twice as much. Default 500.',
  },
  'reconnect.maxDelayMs': { kind: 'number', help: 'The upper bound of that delay. Default 10000.' },
  maxReplayAudioMs: {
    kind: 'number',
    help: 'This much audio without a final is kept, to be sent again after a lost connection. Default 120000.',
  },
  'pace.burstMs': { kind: 'number', help: 'This much audio may go out at once. Default 3000.' },
  'pace.multiple': {
    kind: 'number',
    help: 'The multiple of real time at which more audio than that goes out. Default 20.',
  },
  'idle.policy': {
    kind: 'text',
    value: 'P',
    help: 'What happens while no audio comes. Default reopen: nothing is connected or billed until there is some.',
    choices: IDLE_POLICIES,
  },
  'idle.afterMs': {
    kind: 'number',
    help: 'After this long without audio. Default: what suits the model.',
  },
  'voiceGate.send': {
    kind: 'text',
    value: 'W',
    help: 'What is sent of the audio. Default all; with speech, nothing is sent or billed while nobody speaks.',
    choices: ['all', 'speech'],
  },
  'voiceGate.closeAfterMs': {
    kind: 'number',
    help: 'With speech, audio is sent for this long behind it. Default 2000, and more where sentences end later.',
  },
  'voiceGate.leadMs': {
    kind: 'number',
    help: 'With speech, this much audio before it is sent as well. Default 1500.',
  },
  statisticsIntervalMs: {
    kind: 'number',
    help: 'The time between statistics events, for --json. Default: none.',
  },
} as const satisfies Partial<Record<OptionPath, OptionRow>>;

/** The rows of both topics. */
export const SESSION_TABLE: Readonly<Record<OptionPath, OptionRow>> = { ...RECOGNITION, ...NETWORK };

export const RECOGNITION_TOPIC: Topic = {
  name: 'recognition',
  summary: 'model, preset, language, mode, context',
  flags: [PRESET_FLAG, ...flagsOfTable(RECOGNITION)],
};

export const NETWORK_TOPIC: Topic = {
  name: 'network',
  summary: 'region, address, proxy, time limits, reconnects, pace',
  about:
    'The API key comes from DASHSCOPE_API_KEY, or is asked for at the terminal; no flag takes it, because other users of a machine see flags in the list of processes. Times are milliseconds.',
  flags: [
    ...flagsOfTable(NETWORK),
    {
      name: 'proxy',
      value: 'URL',
      help: 'The proxy, such as http://proxy:3128, or none. Default: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY decide. A password belongs there, too.',
    },
    {
      name: 'pace',
      value: 'P',
      help: 'How fast recordings are sent. Default fast.',
      choices: ['fast', 'realtime'],
    },
    {
      name: 'trace',
      value: 'FILE',
      completes: 'file',
      help: 'Writes every frame to this file, without key and audio, for a bug report.',
    },
    { name: 'verbose', short: 'v', help: 'Says on stderr what happens to connections and commits.' },
  ],
};
