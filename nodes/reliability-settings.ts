import type { IdlePolicy, OverloadPolicy, SessionOptions, VoiceGateOptions } from '../lib';
import type { SettingText } from './setting-texts';

/** Bounds are inclusive. */
export interface NumberRange {
  min: number;
  max: number;
  /** Absent where it depends on the model, or where nothing is the default. */
  default?: number;
}

/** A number of a session that is no parameter of a model. A name that ends with `Seconds` has that unit. */
export interface ReliabilitySetting extends SettingText {
  range: NumberRange;
}

/** Both hosts have these settings with the same names, texts and bounds; Node-RED's catalogues add Chinese. */
export const RELIABILITY_SETTINGS = {
  firstConnectSeconds: {
    label: 'First connection',
    hint: 'A first connection that fails is tried again for this long, where that may help: no network, or too many sessions. 0: its failure is an error.',
    range: { min: 0, max: 3600, default: 10 },
    wireNames: [],
  },
  reconnectAttempts: {
    label: 'Reconnects',
    hint: 'Attempts in a row after a lost connection; what has no final yet is sent again. 0: a lost connection is an error.',
    range: { min: 0, max: 1000, default: 12 },
    wireNames: [],
  },
  livenessSeconds: {
    label: 'Response timeout',
    hint: 'A connection without any sign of life for this long counts as lost.',
    range: { min: 1, max: 600, default: 30 },
    wireNames: [],
  },
  connectSeconds: {
    label: 'Connect timeout',
    hint: 'A connection may take this long, and the answer to its configuration as well.',
    range: { min: 0.1, max: 600, default: 10 },
    wireNames: [],
  },
  commitSeconds: {
    label: 'Commit timeout',
    hint: 'The results of a commit may take this long once its audio is sent.',
    range: { min: 0.1, max: 3600, default: 20 },
    wireNames: [],
  },
  finishSeconds: {
    label: 'Finish timeout',
    hint: 'The last results may take this long once all audio is sent, and again from each result that comes.',
    range: { min: 0.1, max: 3600, default: 20 },
    wireNames: [],
  },
  maxAgeSeconds: {
    label: 'Connection age',
    hint: 'An older connection is replaced at the next pause in speech, and nothing is lost. 0: never. Empty: 900 s with Qwen-ASR-Realtime, never with other models.',
    range: { min: 0, max: 86_400 },
    wireNames: [],
  },
  replaySeconds: {
    label: 'Audio to repeat',
    hint: 'This much audio without a final is kept, to be sent again after a lost connection.',
    range: { min: 1, max: 3600, default: 120 },
    wireNames: [],
  },
  heldSeconds: {
    label: 'Audio buffer',
    hint: 'This much audio may wait for the connection. More is taken only when there is room, unless another way is chosen for too much audio.',
    range: { min: 1, max: 600, default: 60 },
    wireNames: [],
  },
  burstSeconds: {
    label: 'Send at once',
    hint: 'This much audio may go out ahead of real time at once.',
    range: { min: 0.1, max: 600, default: 3 },
    wireNames: [],
  },
  paceMultiple: {
    label: 'Send rate',
    hint: 'The multiple of real time at which more audio than that goes out. 1: as fast as it was spoken.',
    range: { min: 0.1, max: 1000, default: 20 },
    wireNames: [],
  },
  idleSeconds: {
    label: 'Idle time',
    hint: 'Without audio for this long. Empty: what suits the model, well before the service gives up.',
    range: { min: 0.1, max: 86_400 },
    wireNames: [],
  },
  statisticsSeconds: {
    label: 'Statistics every',
    hint: 'Sends a statistics event this often: audio, latencies, reconnects. Empty: none.',
    range: { min: 0.1, max: 86_400 },
    wireNames: [],
  },
} as const satisfies Record<string, ReliabilitySetting>;

export type ReliabilityName = keyof typeof RELIABILITY_SETTINGS;

/** The settings of a recording, in their order: it is neither committed nor idle, and waits for its turn. */
export const OF_RECORDINGS = [
  'firstConnectSeconds',
  'reconnectAttempts',
  'livenessSeconds',
  'connectSeconds',
  'finishSeconds',
  'maxAgeSeconds',
  'replaySeconds',
  'heldSeconds',
  'burstSeconds',
  'paceMultiple',
] as const satisfies readonly ReliabilityName[];

/** A choice, with the text of each of its values. */
export interface ChoiceSetting<T extends string> extends SettingText {
  choices: Readonly<Record<T, string>>;
}

/** The first choice is the default. */
export const IDLE_POLICY: ChoiceSetting<IdlePolicy> = {
  label: 'Without audio',
  hint: 'Asleep, nothing is connected or billed, and the next audio goes on in the same session. Alive, it answers a little sooner, but the silence that is sent is billed.',
  choices: {
    reopen: 'sleep until there is some',
    keepAlive: 'keep the connection alive',
    close: 'finish the session',
  },
  wireNames: [],
};

/** The first choice is the default. */
export const VOICE_GATE: ChoiceSetting<NonNullable<VoiceGateOptions['send']>> = {
  label: 'What is sent',
  hint: 'Only speech is for a microphone that is always on: nothing is sent or billed while nobody speaks, the session listens without a connection, and no word is lost. Music and other voices count as speech.',
  choices: {
    all: 'all audio',
    speech: 'only speech',
  },
  wireNames: [],
};

/** The first choice is the default. */
export const OVERLOAD: ChoiceSetting<OverloadPolicy> = {
  label: 'Too much audio',
  hint: 'What happens when “Audio buffer” is full, because audio comes faster than it goes out, or the network is away for long.',
  choices: {
    wait: 'the audio waits, nothing is lost',
    dropOldest: 'drop the oldest',
    fail: 'the new audio is an error',
  },
  wireNames: [],
};

type ReliabilityOptions = Pick<
  SessionOptions,
  | 'firstConnectTimeoutMs'
  | 'reconnect'
  | 'pingIntervalMs'
  | 'pongTimeoutMs'
  | 'connectTimeoutMs'
  | 'configureTimeoutMs'
  | 'commitTimeoutMs'
  | 'finishTimeoutMs'
  | 'maxAgeMs'
  | 'maxReplayAudioMs'
  | 'maxHeldAudioMs'
  | 'pace'
  | 'statisticsIntervalMs'
>;

/**
 * The session options for these settings, but for `idleSeconds`, which belongs to a policy of the host.
 * @param read The number of a setting, within its bounds; `undefined` where the host does not have it or it is empty.
 */
export function reliabilityOptions(read: (name: ReliabilityName) => number | undefined): ReliabilityOptions {
  const inMs = <T extends object>(name: ReliabilityName, make: (ms: number) => T): T | undefined => {
    const seconds = read(name);
    return seconds === undefined ? undefined : make(seconds * 1000);
  };
  const maxAttempts = read('reconnectAttempts');
  const multiple = read('paceMultiple');
  const pace = {
    ...inMs('burstSeconds', (burstMs) => ({ burstMs })),
    ...(multiple !== undefined && { multiple }),
  };
  const { default: firstSeconds } = RELIABILITY_SETTINGS.firstConnectSeconds.range;
  return {
    firstConnectTimeoutMs: (read('firstConnectSeconds') ?? firstSeconds) * 1000,
    ...(maxAttempts !== undefined && { reconnect: { maxAttempts } }),
    // Divided as in the client's defaults: until the ping, and until its answer.
    ...inMs('livenessSeconds', (ms) => ({ pingIntervalMs: (ms * 2) / 3, pongTimeoutMs: ms / 3 })),
    ...inMs('connectSeconds', (ms) => ({ connectTimeoutMs: ms, configureTimeoutMs: ms })),
    ...inMs('commitSeconds', (commitTimeoutMs) => ({ commitTimeoutMs })),
    ...inMs('finishSeconds', (finishTimeoutMs) => ({ finishTimeoutMs })),
    ...inMs('maxAgeSeconds', (maxAgeMs) => ({ maxAgeMs })),
    ...inMs('replaySeconds', (maxReplayAudioMs) => ({ maxReplayAudioMs })),
    ...inMs('heldSeconds', (maxHeldAudioMs) => ({ maxHeldAudioMs })),
    ...inMs('statisticsSeconds', (statisticsIntervalMs) => ({ statisticsIntervalMs })),
    ...(Object.keys(pace).length > 0 && { pace }),
  };
}
