import { entriesOf } from '../../base/keys';

/**
 * The kinds of live sources with their fields. n8n's trigger, the nodes of Node-RED and the command line read this
 * table, so they offer the same fields with the same bounds. Another kind needs a row here, a file with its source,
 * an entry in create-source.ts, and its texts in nodes/source-texts.ts.
 *
 * The fields of a kind stand in the order in which a dialog shows them: what most users set comes first.
 *
 * A field name has one meaning in all kinds, and is the name under which hosts store the value. This file runs in
 * browsers too.
 */
export type SourceField =
  | { kind: 'text'; isSecret?: true }
  /** A text that must not be empty; `purpose` says in an error what is missing. */
  | { kind: 'text'; isRequired: true; purpose: string }
  /** Texts in one line, separated by spaces, commas or semicolons. */
  | { kind: 'list' }
  | { kind: 'boolean' }
  | { kind: 'choice'; choices: readonly string[]; default?: string }
  | { kind: 'number' | 'integer' | 'port'; min: number; max: number; default?: number; isRequired?: true };

export interface SourceKind {
  /** Whether it connects to an address, opens a port, or records on this machine. */
  reach: 'address' | 'port' | 'machine';
  /** Whether its senders get the text back, which only a host that recognises the audio itself can give. */
  answersWithText?: true;
  fields: Readonly<Record<string, SourceField>>;
}

/** The tools that record a microphone, in the order in which they are tried. */
export const RECORDERS = ['parec', 'arecord', 'ffmpeg', 'sox'] as const;
export type Recorder = (typeof RECORDERS)[number];

/** What bytes without a header are. Left out, the audio itself shows it, or 16-bit mono is assumed. */
const RAW_AUDIO = {
  rawRate: { kind: 'integer', min: 1000, max: 384_000 },
  rawChannels: { kind: 'integer', min: 1, max: 8 },
  rawEncoding: { kind: 'choice', choices: ['s16le', 'f32le', 'u8', 'a-law', 'mu-law'] },
} as const satisfies Record<string, SourceField>;

/** For an address that wants a login. Hosts keep both with their secrets. */
const LOGIN = {
  user: { kind: 'text', isSecret: true },
  password: { kind: 'text', isSecret: true },
} as const satisfies Record<string, SourceField>;

/** A stream counts as lost after this time without a byte. */
const STALL = {
  stallSeconds: { kind: 'number', min: 1, max: 3600, default: 30 },
} as const satisfies Record<string, SourceField>;

const OPENED = {
  port: { kind: 'port', min: 1, max: 65_535, isRequired: true },
} as const satisfies Record<string, SourceField>;

/** Who may send to a port, and for how long. */
const SENDERS = {
  /** Empty: 127.0.0.1, which is for programs on this machine. */
  host: { kind: 'text' },
  allowedSenders: { kind: 'list' },
  maxSenders: { kind: 'integer', min: 1, max: 100, default: 10 },
  /** A sender that is silent for this long has ended its stream. */
  idleSeconds: { kind: 'number', min: 1, max: 86_400, default: 30 },
} as const satisfies Record<string, SourceField>;

const LISTENING = { ...OPENED, ...SENDERS } as const satisfies Record<string, SourceField>;

export const SOURCE_KINDS = {
  http: {
    reach: 'address',
    fields: {
      streamUrl: { kind: 'text', isRequired: true, purpose: 'the address of the audio source' },
      ...LOGIN,
      ...STALL,
    },
  },
  ffmpeg: {
    reach: 'address',
    fields: {
      ffmpegInput: { kind: 'text', isRequired: true, purpose: 'what FFmpeg is to open' },
      ffmpegFormat: { kind: 'text' },
      ...LOGIN,
      rtspTransport: { kind: 'choice', choices: ['tcp', 'udp'], default: 'tcp' },
      inRealTime: { kind: 'boolean' },
      ...STALL,
    },
  },
  webSocket: {
    reach: 'address',
    fields: {
      webSocketUrl: { kind: 'text', isRequired: true, purpose: 'the address of the audio source' },
      ...LOGIN,
      subprotocol: { kind: 'text' },
      ...RAW_AUDIO,
    },
  },
  tcp: {
    reach: 'port',
    fields: { ...OPENED, token: { kind: 'text', isSecret: true }, ...SENDERS, ...RAW_AUDIO },
  },
  udp: { reach: 'port', fields: { ...LISTENING, ...RAW_AUDIO } },
  calls: {
    reach: 'port',
    fields: {
      ...OPENED,
      path: { kind: 'text' },
      callToken: { kind: 'text', isSecret: true },
      twilioAuthToken: { kind: 'text', isSecret: true },
      publicUrl: { kind: 'text' },
      ...SENDERS,
      callRate: { kind: 'integer', min: 8000, max: 48_000, default: 8000 },
    },
  },
  audioSocket: { reach: 'port', fields: LISTENING },
  wyoming: {
    reach: 'port',
    answersWithText: true,
    // A client may keep its connection between two commands.
    fields: { ...LISTENING, idleSeconds: { ...LISTENING.idleSeconds, default: 300 } },
  },
  satellite: {
    reach: 'address',
    fields: {
      satelliteAddress: {
        kind: 'text',
        isRequired: true,
        purpose: 'the name or the address of a Wyoming satellite',
      },
    },
  },
  microphone: {
    reach: 'machine',
    fields: {
      /** A name that the recorder knows. Empty: the device that the system has chosen. */
      device: { kind: 'text' },
      recorder: { kind: 'choice', choices: ['auto', ...RECORDERS], default: 'auto' },
    },
  },
} as const satisfies Record<string, SourceKind>;

export type SourceKindName = keyof typeof SOURCE_KINDS;
export type SourceFieldName = { [K in SourceKindName]: keyof FieldsOf<K> }[SourceKindName];

type FieldsOf<K extends SourceKindName> = (typeof SOURCE_KINDS)[K]['fields'];

type Checked<F> = F extends { kind: 'text' }
  ? string
  : F extends { kind: 'list' }
    ? string[]
    : F extends { kind: 'boolean' }
      ? boolean
      : F extends { kind: 'choice'; choices: readonly (infer C)[] }
        ? C | (F extends { default: string } ? never : undefined)
        : number | (F extends { default: number } | { isRequired: true } ? never : undefined);

/** The checked values of a kind's fields. An empty text is `''`; a number or choice without a default may be absent. */
export type SourceValues<K extends SourceKindName> = {
  -readonly [F in keyof FieldsOf<K>]: Checked<FieldsOf<K>[F]>;
};

export function isSourceKind(name: string): name is SourceKindName {
  return Object.hasOwn(SOURCE_KINDS, name);
}

/** The fields of a kind, for code that treats all kinds alike. */
export function sourceFields(kind: SourceKindName): [SourceFieldName, SourceField][] {
  return entriesOf<Partial<Record<SourceFieldName, SourceField>>>(SOURCE_KINDS[kind].fields);
}
