/** The rows of docs/settings.md: every option of the library, with what the hosts call it. */
import { entriesOf } from '../lib/hosts';
import type { SessionOptions } from '../lib';
import { IDLE_POLICY, OVERLOAD, RELIABILITY_SETTINGS, VOICE_GATE } from '../nodes/reliability-settings';
import type { NumberRange, ReliabilityName } from '../nodes/reliability-settings';
import { PARAMETER_TEXTS, SESSION_TEXTS } from '../nodes/setting-texts';

type Nested = 'reconnect' | 'pace' | 'idle' | 'voiceGate';
type PathsOf<K extends Nested> = `${K}.${keyof NonNullable<SessionOptions[K]> & string}`;

/** Every option but `parameters`, whose rows are the table of parameters. A new one compiles only once it has a row. */
export type OptionPath =
  | Exclude<keyof SessionOptions, Nested | 'parameters'>
  | PathsOf<'reconnect'>
  | PathsOf<'pace'>
  | PathsOf<'idle'>
  | PathsOf<'voiceGate'>;

/** Why a host does not have a setting. */
export interface Without {
  without: string;
}

/** The name of a field, or why there is none. */
export type Field = string | Without;

export interface SettingRow {
  label: string;
  nodeRed: Field;
  n8n: Field;
  /** A flag; `undefined` is that of the command's own table. */
  commandLine?: Field;
  default: string;
  range: string;
  /** The names on the wire, or why it is not sent. */
  wire: readonly string[] | Without;
}

const OF_HOST: Without = { without: 'the node sets it by itself' };
const IN_CODE: Without = { without: 'an object of a program, which no field can hold' };
const NOT_SENT: Without = { without: 'concerns the connection only' };
const RARE: Without = {
  without: 'the default suits every flow; the library and the command line have it for experiments',
};
const BY_CREDENTIALS: Without = { without: 'part of the address and headers of the connection' };

function ofTable(name: ReliabilityName, more: Partial<SettingRow> = {}): SettingRow {
  const { label, range } = RELIABILITY_SETTINGS[name] as { label: string; range: NumberRange };
  const unit = name.endsWith('Seconds') ? ' s' : '';
  return {
    label,
    nodeRed: name,
    n8n: name,
    default: range.default === undefined ? '' : `${range.default}${unit}`,
    range: `${range.min} to ${range.max}${unit}`,
    wire: NOT_SENT,
    ...more,
  };
}

function ofSession(name: keyof typeof SESSION_TEXTS, more: Omit<SettingRow, 'label' | 'wire'>): SettingRow {
  const { label, wireNames } = SESSION_TEXTS[name];
  return { label, wire: wireNames, ...more };
}

export const OPTION_ROWS: Readonly<Record<OptionPath, SettingRow>> = {
  region: {
    label: 'Region',
    nodeRed: 'region',
    n8n: 'region',
    default: 'singapore',
    range: 'singapore, beijing, local, custom',
    wire: BY_CREDENTIALS,
  },
  address: {
    label: 'Address',
    nodeRed: 'address',
    n8n: 'address',
    default: 'of the region',
    range: 'a ws:// or wss:// address',
    wire: BY_CREDENTIALS,
  },
  workspaceId: {
    label: 'Workspace',
    nodeRed: 'workspaceId',
    n8n: 'workspaceId',
    default: 'of the key',
    range: 'an id',
    wire: BY_CREDENTIALS,
  },
  apiKey: {
    label: 'API key',
    nodeRed: 'apiKey',
    n8n: 'apiKey',
    commandLine: {
      without: 'DASHSCOPE_API_KEY or a question at the terminal, because flags can be seen by others',
    },
    default: 'none',
    range: 'a key of the region',
    wire: ['Authorization'],
  },
  proxy: {
    label: 'Proxy',
    nodeRed: 'proxy',
    n8n: { without: 'n8n has one setting for all of its connections (HTTPS_PROXY)' },
    commandLine: '--proxy',
    default: 'of the environment',
    range: 'an http:// or https:// address, or none',
    wire: BY_CREDENTIALS,
  },
  model: {
    label: 'Model',
    nodeRed: 'model',
    n8n: 'model',
    default: 'qwen3-asr-flash-realtime',
    range: '[Models](models.md)',
    wire: ['model'],
  },
  mode: ofSession('mode', {
    nodeRed: 'mode',
    n8n: 'mode',
    default: 'vad',
    range: 'vad, manual',
  }),
  language: ofSession('language', {
    nodeRed: 'language',
    n8n: 'language',
    default: 'detected',
    range: '[Models](models.md)',
  }),
  context: {
    label: 'Dialogue before',
    nodeRed: { without: 'comes with the messages, as `msg.context`' },
    n8n: 'context',
    default: 'none',
    range: 'a text, or turns; the last five count',
    wire: ['context'],
  },
  wireFormat: ofSession('wireFormat', {
    nodeRed: 'wireFormat',
    n8n: 'wireFormat',
    default: 'pcm',
    range: 'of the model',
  }),
  sampleRateHz: ofSession('sampleRate', {
    nodeRed: 'sampleRate',
    n8n: 'sampleRateHz',
    default: 'the first of the model',
    range: 'of the model',
  }),
  otherSettings: ofSession('otherSettings', {
    nodeRed: 'otherSettings',
    n8n: 'otherSettings',
    default: 'none',
    range: 'a JSON object of at most 16384 bytes',
  }),
  firstConnectTimeoutMs: ofTable('firstConnectSeconds'),
  connectTimeoutMs: ofTable('connectSeconds'),
  configureTimeoutMs: ofTable('connectSeconds', { label: 'Configuration timeout' }),
  commitTimeoutMs: ofTable('commitSeconds'),
  finishTimeoutMs: ofTable('finishSeconds'),
  pingIntervalMs: ofTable('livenessSeconds', { label: 'Ping interval', default: '20 s', range: 'from 1 ms' }),
  pongTimeoutMs: ofTable('livenessSeconds', { label: 'Pong timeout', default: '10 s', range: 'from 1 ms' }),
  answerTimeoutMs: {
    label: 'Answer timeout',
    nodeRed: RARE,
    n8n: RARE,
    default: '15 s',
    range: 'from 1 ms',
    wire: NOT_SENT,
  },
  maxAgeMs: ofTable('maxAgeSeconds', { default: '900 s with Qwen-ASR-Realtime, else never' }),
  maxHeldAudioMs: ofTable('heldSeconds'),
  maxReplayAudioMs: ofTable('replaySeconds'),
  overload: {
    label: OVERLOAD.label,
    nodeRed: 'overload',
    n8n: 'overload',
    default: 'wait',
    range: Object.keys(OVERLOAD.choices).join(', '),
    wire: NOT_SENT,
  },
  'reconnect.maxAttempts': ofTable('reconnectAttempts'),
  'reconnect.baseDelayMs': {
    label: 'First delay',
    nodeRed: RARE,
    n8n: RARE,
    default: '0.5 s',
    range: 'from 1 ms',
    wire: NOT_SENT,
  },
  'reconnect.maxDelayMs': {
    label: 'Longest delay',
    nodeRed: RARE,
    n8n: RARE,
    default: '10 s',
    range: 'from 1 ms',
    wire: NOT_SENT,
  },
  'pace.burstMs': ofTable('burstSeconds'),
  'pace.multiple': ofTable('paceMultiple'),
  'idle.policy': {
    label: IDLE_POLICY.label,
    nodeRed: 'idlePolicy',
    n8n: 'idlePolicy',
    default: 'reopen',
    range: Object.keys(IDLE_POLICY.choices).join(', '),
    wire: NOT_SENT,
  },
  'idle.afterMs': ofTable('idleSeconds', { default: '40 s with Qwen-ASR-Realtime, else 15 s' }),
  'voiceGate.send': {
    label: VOICE_GATE.label,
    nodeRed: 'voiceGate',
    n8n: 'voiceGate',
    default: 'all',
    range: Object.keys(VOICE_GATE.choices).join(', '),
    wire: NOT_SENT,
  },
  'voiceGate.closeAfterMs': {
    label: 'Sent behind speech',
    nodeRed: RARE,
    n8n: RARE,
    default: '2 s, and more where sentences end later',
    range: '500 ms to 60 s',
    wire: NOT_SENT,
  },
  'voiceGate.leadMs': {
    label: 'Sent before speech',
    nodeRed: RARE,
    n8n: RARE,
    default: '1.5 s',
    range: '500 ms to 10 s',
    wire: NOT_SENT,
  },
  statisticsIntervalMs: ofTable('statisticsSeconds', {
    default: 'none',
  }),
  trace: {
    label: 'Trace file',
    nodeRed: 'traceFile',
    n8n: 'traceFile',
    commandLine: '--trace',
    default: 'none',
    range: 'a path',
    wire: NOT_SENT,
  },
  log: {
    label: 'Log',
    nodeRed: { without: 'goes to the log of Node-RED at the level debug' },
    n8n: { without: 'goes to the log of n8n at the level debug' },
    commandLine: '--verbose',
    default: 'none',
    range: '',
    wire: NOT_SENT,
  },
  signal: {
    label: 'Abort signal',
    nodeRed: OF_HOST,
    n8n: OF_HOST,
    commandLine: { without: 'Ctrl+C' },
    default: 'none',
    range: '',
    wire: NOT_SENT,
  },
  ongoing: {
    label: 'Ongoing audio',
    nodeRed: OF_HOST,
    n8n: OF_HOST,
    commandLine: IN_CODE,
    default: 'none',
    range: '',
    wire: NOT_SENT,
  },
  pool: {
    label: 'Connection pool',
    nodeRed: OF_HOST,
    n8n: OF_HOST,
    commandLine: IN_CODE,
    default: 'none',
    range: '',
    wire: NOT_SENT,
  },
  environment: {
    label: 'Environment',
    nodeRed: IN_CODE,
    n8n: IN_CODE,
    commandLine: IN_CODE,
    default: 'the system',
    range: '',
    wire: NOT_SENT,
  },
};

/** The rows of the models' settings; docs/models.md says which model has which. */
export const PARAMETER_ROWS = entriesOf(PARAMETER_TEXTS);
