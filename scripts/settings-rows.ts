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

const NOT_SENT: Without = { without: 'concerns the connection only' };
const BY_CREDENTIALS: Without = { without: 'part of the address and headers of the connection' };
const RARE: Without = {
  without: 'the default suits every flow; the library and the command line have it for experiments',
};
const OF_HOST: Without = { without: 'the node sets it by itself' };
const IN_CODE: Without = { without: 'an object of a program, which no field can hold' };
const BESIDE_FLAGS: Without = {
  without: 'DASHSCOPE_API_KEY or a question at the terminal, because flags can be seen by others',
};

/** @param field The name in both hosts, or why they have no field. */
function row(
  field: Field,
  label: string,
  byDefault: string,
  range: string,
  wire: SettingRow['wire'] = NOT_SENT,
  others: Partial<SettingRow> = {},
): SettingRow {
  return { label, nodeRed: field, n8n: field, default: byDefault, range, wire, ...others };
}

/** A setting of connections, whose table has its texts. */
function ofTable(name: ReliabilityName, others: Partial<SettingRow> = {}): SettingRow {
  const { label, range }: { label: string; range: NumberRange } = RELIABILITY_SETTINGS[name];
  const unit = name.endsWith('Seconds') ? ' s' : '';
  const byDefault = range.default === undefined ? '' : `${range.default}${unit}`;
  return row(name, label, byDefault, `${range.min} to ${range.max}${unit}`, NOT_SENT, others);
}

/** A setting of sessions, whose table has its texts. */
function ofSession(name: keyof typeof SESSION_TEXTS, byDefault: string, range: string): SettingRow {
  const { label, wireNames } = SESSION_TEXTS[name];
  return row(name, label, byDefault, range, wireNames);
}

function ofChoice(
  field: string,
  { label, choices }: { label: string; choices: object },
  byDefault: string,
): SettingRow {
  return row(field, label, byDefault, Object.keys(choices).join(', '));
}

export const OPTION_ROWS: Readonly<Record<OptionPath, SettingRow>> = {
  region: row('region', 'Region', 'singapore', 'singapore, beijing, local, custom', BY_CREDENTIALS),
  address: row('address', 'Address', 'of the region', 'a ws:// or wss:// address', BY_CREDENTIALS),
  workspaceId: row('workspaceId', 'Workspace', 'of the key', 'an id', BY_CREDENTIALS),
  apiKey: row('apiKey', 'API key', 'none', 'a key of the region', ['Authorization'], {
    commandLine: BESIDE_FLAGS,
  }),
  proxy: row(
    'proxy',
    'Proxy',
    'of the environment',
    'an http:// or https:// address, or none',
    BY_CREDENTIALS,
    {
      n8n: { without: 'n8n has one setting for all of its connections (HTTPS_PROXY)' },
      commandLine: '--proxy',
    },
  ),
  model: row('model', 'Model', 'qwen3-asr-flash-realtime', '[Models](models.md)', ['model']),
  mode: ofSession('mode', 'vad', 'vad, manual'),
  language: ofSession('language', 'detected', '[Models](models.md)'),
  context: row('context', 'Dialogue before', 'none', 'a text, or turns; the last five count', ['context'], {
    nodeRed: { without: 'comes with the messages, as `msg.context`' },
  }),
  wireFormat: ofSession('wireFormat', 'pcm', 'of the model'),
  sampleRateHz: {
    ...ofSession('sampleRate', 'the first of the model', 'of the model'),
    n8n: 'sampleRateHz',
  },
  otherSettings: ofSession('otherSettings', 'none', 'a JSON object of at most 16384 bytes'),
  firstConnectTimeoutMs: ofTable('firstConnectSeconds'),
  connectTimeoutMs: ofTable('connectSeconds'),
  configureTimeoutMs: ofTable('connectSeconds', { label: 'Configuration timeout' }),
  commitTimeoutMs: ofTable('commitSeconds'),
  finishTimeoutMs: ofTable('finishSeconds'),
  pingIntervalMs: ofTable('livenessSeconds', { label: 'Ping interval', default: '20 s', range: 'from 1 ms' }),
  pongTimeoutMs: ofTable('livenessSeconds', { label: 'Pong timeout', default: '10 s', range: 'from 1 ms' }),
  answerTimeoutMs: row(RARE, 'Answer timeout', '15 s', 'from 1 ms'),
  maxAgeMs: ofTable('maxAgeSeconds', { default: '900 s with Qwen-ASR-Realtime, else never' }),
  maxHeldAudioMs: ofTable('heldSeconds'),
  maxReplayAudioMs: ofTable('replaySeconds'),
  overload: ofChoice('overload', OVERLOAD, 'wait'),
  'reconnect.maxAttempts': ofTable('reconnectAttempts'),
  'reconnect.baseDelayMs': row(RARE, 'First delay', '0.5 s', 'from 1 ms'),
  'reconnect.maxDelayMs': row(RARE, 'Longest delay', '10 s', 'from 1 ms'),
  'pace.burstMs': ofTable('burstSeconds'),
  'pace.multiple': ofTable('paceMultiple'),
  'idle.policy': ofChoice('idlePolicy', IDLE_POLICY, 'reopen'),
  'idle.afterMs': ofTable('idleSeconds', { default: '40 s with Qwen-ASR-Realtime, else 15 s' }),
  'voiceGate.send': ofChoice('voiceGate', VOICE_GATE, 'all'),
  'voiceGate.closeAfterMs': row(
    RARE,
    'Sent behind speech',
    '2 s, and more where sentences end later',
    '500 ms to 60 s',
  ),
  'voiceGate.leadMs': row(RARE, 'Sent before speech', '1.5 s', '500 ms to 10 s'),
  statisticsIntervalMs: ofTable('statisticsSeconds', { default: 'none' }),
  trace: row('traceFile', 'Trace file', 'none', 'a path', NOT_SENT, { commandLine: '--trace' }),
  log: row(OF_HOST, 'Log', 'none', '', NOT_SENT, {
    nodeRed: { without: 'goes to the log of Node-RED at the level debug' },
    n8n: { without: 'goes to the log of n8n at the level debug' },
    commandLine: '--verbose',
  }),
  signal: row(OF_HOST, 'Abort signal', 'none', '', NOT_SENT, { commandLine: { without: 'Ctrl+C' } }),
  ongoing: row(OF_HOST, 'Ongoing audio', 'none', '', NOT_SENT, { commandLine: IN_CODE }),
  pool: row(OF_HOST, 'Connection pool', 'none', '', NOT_SENT, { commandLine: IN_CODE }),
  environment: row(IN_CODE, 'Environment', 'the system', '', NOT_SENT, { commandLine: IN_CODE }),
};

/** The rows of the models' settings; docs/models.md says which model has which. */
export const PARAMETER_ROWS = entriesOf(PARAMETER_TEXTS);
