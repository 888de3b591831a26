import { isObject } from '../base/json';
import { shortened } from '../base/excerpt';
import { invalid } from './checks';
import type { AsrError } from './errors';
import type { Model, SessionMode } from './models';
import { bytesOfJson } from './parameters';

/**
 * Settings by their names on the wire, which go to the service as they are. The vendor adds settings faster than any
 * table of this package.
 */
export type OtherSettings = Readonly<Record<string, unknown>>;

/** Enough for any setting, and little enough for a line of the trace and for a message beside a long corpus text. */
const MAX_BYTES = 16 * 1024;
const MAX_DEPTH = 16;
/** Text with more characters than this is not parsed at all. It leaves room for indentation. */
const MAX_TEXT_LENGTH = 4 * MAX_BYTES;

/** Why the session itself sets a value, by its path below the place of the settings. */
type Reserved = Readonly<Record<string, string>>;

const AS_FORMAT = 'the option `wireFormat` sets it';
const AS_RATE = 'the option `sampleRateHz` sets it';
const AS_MODEL = 'the option `model` sets it';
const AS_MODE = 'the option `mode` sets it';
const FIXED = 'only one value gives a transcript';

/** A wrong value of these breaks the session; every other value is the caller's choice. */
const RESERVED: Readonly<Record<Model['protocol'], Reserved>> = {
  // Below `session` of session.update (protocol.md A.4.1, E 26).
  'qwen-realtime': {
    model: AS_MODEL,
    'input_audio_transcription.model': AS_MODEL,
    modalities: FIXED,
    input_audio_format: AS_FORMAT,
    sample_rate: AS_RATE,
    'audio.input.format': `${AS_FORMAT}, and \`sampleRateHz\` the rate`,
    'turn_detection.type': AS_MODE,
    'turn_detection.threshold': 'the setting `vadThreshold` sets it',
    // A commit waits for a sentence that this silence ends.
    'turn_detection.silence_duration_ms': 'the setting `silenceMs` sets it',
  },
  // Below `payload.parameters` of run-task (protocol.md B.2.1, B.3).
  'run-task': {
    model: AS_MODEL,
    task_group: FIXED,
    task: FIXED,
    function: FIXED,
    format: AS_FORMAT,
    sample_rate: AS_RATE,
    turn_detection: AS_MODE,
  },
};

/**
 * Reads the settings as people write them: JSON text, or an object. Nothing and blank text give `undefined`.
 * @throws AsrError `INVALID_OPTION` for what is no JSON object. {@link checkOtherSettings} checks the rest.
 */
export function readOtherSettings(given: unknown): OtherSettings | undefined {
  if (given === undefined || given === null) return undefined;
  const value = typeof given === 'string' ? parse(given.trim()) : given;
  if (value === undefined || isObject(value)) return value;
  throw notAnObject(value);
}

function parse(text: string): unknown {
  if (text.length > MAX_TEXT_LENGTH) throw tooLarge();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `Expected \`otherSettings\` to be JSON such as {"name": value}, got ${shortened(text)}.`;
    throw invalid('otherSettings', message, cause);
  }
}

/**
 * A copy of the settings that nobody can change meanwhile; `undefined` where there are none.
 * @throws AsrError `INVALID_OPTION` for what is no JSON object, is too large, or would break the session.
 */
export function checkOtherSettings(
  given: unknown,
  { protocol }: Pick<Model, 'protocol'>,
  mode: SessionMode,
): OtherSettings | undefined {
  if (given === undefined) return undefined;
  const copied = new JsonCopy().copy(given, 0);
  if (!isObject(copied)) throw notAnObject(copied);
  if (bytesOfJson(copied) > MAX_BYTES) throw tooLarge();
  const detection = copied.turn_detection;
  if (detection !== undefined && (mode === 'manual' || !isObject(detection))) {
    throw refused(`\`otherSettings\` cannot set \`turn_detection\`: ${AS_MODE}. Leave it out here.`);
  }
  for (const [path, why] of Object.entries(RESERVED[protocol])) {
    if (valueAt(copied, path) === undefined) continue;
    throw refused(`\`otherSettings\` cannot set \`${path}\`: ${why}. Leave it out here.`);
  }
  return Object.keys(copied).length === 0 ? undefined : copied;
}

/** Copies a value of JSON, and stops as soon as it is too large, too deep or no JSON. */
class JsonCopy {
  #characters = 0;

  copy(value: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) {
      throw refused(`Expected \`otherSettings\` to be at most ${MAX_DEPTH} objects or lists deep.`);
    }
    if (typeof value === 'string') this.#count(value.length);
    else this.#count(1);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (Array.isArray(value)) {
      this.#count(value.length);
      return value.map((one) => this.copy(one, depth + 1));
    }
    if (!isObject(value) || !hasPlainPrototype(value)) {
      const got = typeof value === 'object' ? 'an object of a class' : `a ${typeof value}`;
      throw refused(`Expected \`otherSettings\` to hold values of JSON only, got ${got}.`);
    }
    const entries: [string, unknown][] = [];
    for (const name of Object.keys(value)) {
      this.#count(name.length);
      // As in JSON, a value that is not set is left out.
      if (value[name] !== undefined) entries.push([name, this.copy(value[name], depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_BYTES) throw tooLarge();
  }
}

/** Objects of another realm, such as those of a sandbox of a host, have its prototype. */
function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function valueAt(settings: OtherSettings, path: string): unknown {
  let value: unknown = settings;
  for (const name of path.split('.')) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

function notAnObject(value: unknown): AsrError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return refused(`Expected \`otherSettings\` to be a JSON object of names and values, got ${got}.`);
}

function tooLarge(): AsrError {
  return refused(`Expected \`otherSettings\` to have at most ${MAX_BYTES} bytes as JSON.`);
}

function refused(message: string): AsrError {
  return invalid('otherSettings', message);
}
