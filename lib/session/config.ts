import { createEnvironment } from '../environment';
import type { Environment } from '../environment';
import { AsrError } from '../errors';
import { DEFAULT_MODEL, findModel } from '../models';
import type { Model, NumberRange, SessionMode } from '../models';
import { isLoopback, resolveEndpoint } from '../regions';
import type { Endpoint } from '../regions';
import type { SessionOptions } from './options';

/** The options with their defaults, checked. */
export interface SessionConfig {
  endpoint: Endpoint;
  apiKey: string | undefined;
  workspaceId: string | undefined;
  model: Model;
  mode: SessionMode;
  vadThreshold: number;
  vadSilenceMs: number;
  language: string | undefined;
  corpusText: string | undefined;
  sampleRateHz: number;
  signal: AbortSignal | undefined;
  connectTimeoutMs: number;
  configureTimeoutMs: number;
  commitTimeoutMs: number;
  finishTimeoutMs: number;
  pingIntervalMs: number;
  maxHeldAudioMs: number;
  pace: { burstMs: number; multiple: number };
  environment: Environment;
}

/** protocol.md A.4.1: at most 10,000 tokens; a token is at least one UTF-16 unit, so this refuses only what is surely too long. */
const MAX_CORPUS_CHARACTERS = 100_000;

/** @throws AsrError `INVALID_OPTION` (`param` names the option) or `MISSING_API_KEY`. */
export function configure(options: SessionOptions): SessionConfig {
  const endpoint = resolveEndpoint(options);
  const apiKey = checkApiKey(options.apiKey, endpoint);
  const model = findModel(options.model ?? DEFAULT_MODEL);
  const mode = oneOf('mode', options.mode ?? 'vad', model.modes);
  const { vad = {}, pace = {} } = options;
  if (mode === 'manual' && (vad.threshold !== undefined || vad.silenceMs !== undefined)) {
    throw invalid('vad', 'The `vad` options have no meaning in mode "manual"; leave them out.');
  }
  if (options.language) oneOf('language', options.language, model.languages);
  if (options.corpusText && options.corpusText.length > MAX_CORPUS_CHARACTERS) {
    throw invalid(
      'corpusText',
      `Expected \`corpusText\` to have at most ${MAX_CORPUS_CHARACTERS} characters, got ${options.corpusText.length}.`,
    );
  }
  return {
    endpoint,
    apiKey,
    workspaceId: options.workspaceId || undefined,
    model,
    mode,
    vadThreshold: ranged('vad.threshold', vad.threshold, model.vadThreshold),
    vadSilenceMs: Math.round(ranged('vad.silenceMs', vad.silenceMs, model.vadSilenceMs)),
    language: options.language || undefined,
    corpusText: options.corpusText || undefined,
    sampleRateHz: oneOf(
      'sampleRateHz',
      options.sampleRateHz ?? model.sampleRatesHz[0] ?? 16000,
      model.sampleRatesHz,
    ),
    signal: options.signal,
    connectTimeoutMs: duration('connectTimeoutMs', options.connectTimeoutMs, 10_000),
    configureTimeoutMs: duration('configureTimeoutMs', options.configureTimeoutMs, 10_000),
    commitTimeoutMs: duration('commitTimeoutMs', options.commitTimeoutMs, 20_000),
    finishTimeoutMs: duration('finishTimeoutMs', options.finishTimeoutMs, 20_000),
    pingIntervalMs: duration('pingIntervalMs', options.pingIntervalMs, 20_000),
    maxHeldAudioMs: duration('maxHeldAudioMs', options.maxHeldAudioMs, 60_000),
    pace: {
      burstMs: duration('pace.burstMs', pace.burstMs, 3000),
      multiple: ranged('pace.multiple', pace.multiple, { min: 0.1, max: 1000, default: 20 }),
    },
    environment: createEnvironment(options.environment),
  };
}

function checkApiKey(given: string | undefined, endpoint: Endpoint): string | undefined {
  const apiKey = given?.trim();
  if (!apiKey) {
    if (!endpoint.needsApiKey) return undefined;
    throw new AsrError(
      'MISSING_API_KEY',
      `The service (${endpoint.label}) needs an API key, and none was given.`,
    );
  }
  // A line break or a control character would end the header; the value itself is never shown.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw invalid(
      'apiKey',
      'The API key has spaces, line breaks or characters that no key has. Copy it again.',
    );
  }
  if (endpoint.baseUrl.startsWith('ws:') && !isLoopback(endpoint)) {
    throw invalid(
      'address',
      `An API key is sent only over wss:// or to this machine, and ${endpoint.baseUrl} is neither.`,
    );
  }
  return apiKey;
}

function oneOf<T extends string | number>(param: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw invalid(
    param,
    `Expected \`${param}\` to be one of ${allowed.join(', ')}, got ${JSON.stringify(value)}.`,
  );
}

function ranged(param: string, value: number | undefined, range: NumberRange): number {
  if (value === undefined) return range.default;
  if (Number.isFinite(value) && value >= range.min && value <= range.max) return value;
  throw invalid(
    param,
    `Expected \`${param}\` to be a number from ${range.min} to ${range.max}, got ${String(value)}.`,
  );
}

/** Timers take 31 bits. */
const MAX_DURATION_MS = 2 ** 31 - 1;

function duration(param: string, value: number | undefined, defaultMs: number): number {
  return ranged(param, value, { min: 1, max: MAX_DURATION_MS, default: defaultMs });
}

function invalid(param: string, message: string): AsrError {
  return new AsrError('INVALID_OPTION', message, { param });
}
