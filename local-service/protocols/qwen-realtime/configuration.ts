import { isJsonObject, show, type JsonObject } from '../../json';

/** The configuration of a session after all updates (protocol.md A.4.1). */
export interface SessionConfiguration {
  readonly model: string;
  inputAudioFormat: string;
  sampleRateHz: number;
  /**
   * `undefined`: the language is detected. `unusable` passes validation and fails at inference (protocol.md A.4.1).
   */
  language: string | undefined;
  unusableLanguage: unknown;
  corpusText: string | undefined;
  /** `null` is Manual mode. */
  turnDetection: { threshold: number; silenceDurationMs: number } | null;
}

/** A value that the service refuses; it becomes an `error` with `param`. */
export interface InvalidValue {
  message: string;
  param: string;
}

/** protocol.md A.7. Tags with a region such as `zh-CN`, and names such as `Chinese`, are refused (protocol.md E 13). */
const LANGUAGES = 'zh yue en ja de ko ru fr pt ar it es hi id th tr uk vi cs da fil fi is ms no pl sv'.split(
  ' ',
);

/** The formats that the real service accepts; only pcm and wav are known to be decoded (protocol.md A.4.1, D 3). */
const AUDIO_FORMATS = ['pcm', 'wav', 'opus', 'aac', 'amr'];

/** 24000 is not documented, but was accepted and recognised (protocol.md A.4.1). */
const SAMPLE_RATES_HZ = [8_000, 16_000, 24_000];

export function defaultConfiguration(model: string): SessionConfiguration {
  return {
    model,
    inputAudioFormat: 'pcm',
    sampleRateHz: 16_000,
    language: undefined,
    unusableLanguage: undefined,
    corpusText: undefined,
    turnDetection: { threshold: 0.2, silenceDurationMs: 800 },
  };
}

/**
 * Applies a `session.update` completely or not at all. Unknown fields are ignored, and so is `null` except in
 * `turn_detection`, because the official SDKs send both (protocol.md C.1, C.2).
 */
export function applyUpdate(
  current: SessionConfiguration,
  session: unknown,
): { configuration: SessionConfiguration } | { invalid: InvalidValue } {
  if (!isJsonObject(session)) return { invalid: invalid('session', session, 'an object') };
  const next = { ...current };
  const format = nestedFormat(session);
  const problem =
    readModalities(session) ??
    readFormat(pick(session, 'input_audio_format', format, 'type'), next) ??
    readSampleRate(pick(session, 'sample_rate', format, 'sample_rate'), next) ??
    readTranscription(session, next) ??
    readTurnDetection(session, next);
  return problem ? { invalid: problem } : { configuration: next };
}

/**
 * The `session` of `session.created` and `session.updated`, with the measured order of fields (protocol.md A.5.1).
 */
export function describeSession(
  sessionId: string,
  configuration: SessionConfiguration,
  updated: boolean,
): JsonObject {
  const { model, language, unusableLanguage, corpusText, turnDetection } = configuration;
  const echoedLanguage = language ?? unusableLanguage;
  return {
    object: 'realtime.session',
    model,
    modalities: ['text'],
    input_audio_format: configuration.inputAudioFormat,
    sample_rate: configuration.sampleRateHz,
    input_audio_transcription: {
      model,
      ...(echoedLanguage === undefined ? {} : { language: echoedLanguage }),
      ...(corpusText === undefined ? {} : { corpus: { text: corpusText } }),
    },
    turn_detection: turnDetection && {
      type: 'server_vad',
      threshold: turnDetection.threshold,
      silence_duration_ms: turnDetection.silenceDurationMs,
      // These fields appear in the echo of an update, and not in `session.created` (protocol.md A.5.2).
      ...(updated ? { create_response: true, interrupt_response: true } : {}),
    },
    id: sessionId,
  };
}

function readModalities({ modalities }: JsonObject): InvalidValue | undefined {
  if (modalities === undefined || modalities === null) return undefined;
  const isText = Array.isArray(modalities) && modalities.length === 1 && modalities[0] === 'text';
  return isText ? undefined : unsupported('session.modalities', modalities, ['["text"]']);
}

/** A value with the path that an error names. */
interface Given {
  value: unknown;
  param: string;
}

/**
 * `session.audio.input.format`, which the newest SDKs send beside or instead of the old fields (protocol.md E 26).
 */
function nestedFormat({ audio }: JsonObject): JsonObject {
  const input = isJsonObject(audio) ? audio.input : undefined;
  const format = isJsonObject(input) ? input.format : undefined;
  return isJsonObject(format) ? format : {};
}

/** The field of the session, or the nested field where that is absent. */
function pick(session: JsonObject, name: string, format: JsonObject, nestedName: string): Given {
  const value = session[name];
  return value === undefined || value === null
    ? { value: format[nestedName], param: `session.audio.input.format.${nestedName}` }
    : { value, param: `session.${name}` };
}

function readFormat({ value: format, param }: Given, next: SessionConfiguration): InvalidValue | undefined {
  if (format === undefined || format === null) return undefined;
  if (typeof format !== 'string' || !AUDIO_FORMATS.includes(format)) {
    // The real message names only these two (protocol.md A.5.10).
    return unsupported(param, format, ['pcm', 'opus']);
  }
  next.inputAudioFormat = format;
  return undefined;
}

function readSampleRate({ value: rate, param }: Given, next: SessionConfiguration): InvalidValue | undefined {
  if (rate === undefined || rate === null) return undefined;
  if (typeof rate !== 'number' || !SAMPLE_RATES_HZ.includes(rate)) {
    return unsupported(param, rate, ['16000', '8000']);
  }
  next.sampleRateHz = rate;
  return undefined;
}

function readTranscription(session: JsonObject, next: SessionConfiguration): InvalidValue | undefined {
  const path = 'session.input_audio_transcription';
  const transcription = session.input_audio_transcription;
  if (transcription === undefined || transcription === null) return undefined;
  if (!isJsonObject(transcription)) return invalid(path, transcription, 'an object');
  const { language, corpus } = transcription;
  next.language = undefined;
  next.unusableLanguage = undefined;
  if (language === 'auto' || Array.isArray(language)) {
    next.unusableLanguage = language;
  } else if (typeof language === 'string' && LANGUAGES.includes(language)) {
    next.language = language;
  } else if (language !== undefined && language !== null) {
    return unsupported(`${path}.language`, language, LANGUAGES);
  }
  if (corpus === undefined || corpus === null) return undefined;
  if (!isJsonObject(corpus)) return invalid(`${path}.corpus`, corpus, 'an object');
  const { text } = corpus;
  if (text !== undefined && text !== null && typeof text !== 'string')
    return invalid(`${path}.corpus.text`, text, 'a string');
  next.corpusText = text ?? undefined;
  return undefined;
}

function readTurnDetection(session: JsonObject, next: SessionConfiguration): InvalidValue | undefined {
  const path = 'session.turn_detection';
  const detection = session.turn_detection;
  // A missing field is not null: the default voice activity detection stays on (protocol.md A.4.1).
  if (detection === undefined) return undefined;
  if (detection === null) {
    next.turnDetection = null;
    return undefined;
  }
  if (!isJsonObject(detection)) return invalid(path, detection, 'an object or null');
  const type = detection.type ?? 'server_vad';
  const threshold = detection.threshold ?? 0.2;
  const silence = detection.silence_duration_ms ?? 800;
  if (type !== 'server_vad') return unsupported(`${path}.type`, type, ['server_vad']);
  if (typeof threshold !== 'number' || threshold < -1 || threshold > 1) {
    return invalid(`${path}.threshold`, threshold, 'a number between -1 and 1');
  }
  if (typeof silence !== 'number' || !Number.isInteger(silence) || silence < 200 || silence > 6_000) {
    return invalid(`${path}.silence_duration_ms`, silence, 'an integer between 200 and 6000');
  }
  next.turnDetection = { threshold, silenceDurationMs: silence };
  return undefined;
}

function unsupported(param: string, value: unknown, supported: readonly string[]): InvalidValue {
  const list = supported.map((name) => `'${name}'`).join(', ');
  return { param, message: `Invalid value: ${show(value)}. Supported values are: ${list}.` };
}

function invalid(param: string, value: unknown, what: string): InvalidValue {
  return { param, message: `Invalid value: ${show(value)}. Expected ${what}.` };
}
