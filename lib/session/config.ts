import { isKeyOf } from '../base/keys';
import { excerpt, shortened } from '../base/excerpt';
import { neverThrowing } from '../transport/socket';
import { systemEnvironment } from '../transport/system';
import type { OngoingAudio } from '../audio/ongoing';
import type { Environment } from '../transport/environment';
import { checkApiKey, checkProxy } from '../vocabulary/access';
import { duration, invalid, MAX_DURATION_MS, ranged } from '../vocabulary/checks';
import { DEFAULT_MODEL, findModel } from '../vocabulary/models';
import type { Model, SessionMode, WireFormat } from '../vocabulary/models';
import { checkOtherSettings } from '../vocabulary/other-settings';
import type { OtherSettings } from '../vocabulary/other-settings';
import { bytesOfJson, parameterFault, VAD_PARAMETERS } from '../vocabulary/parameters';
import type { ContextTurn, ModelParameters } from '../vocabulary/parameters';
import { languageAdvice } from '../vocabulary/languages';
import { harmless } from '../vocabulary/log';
import type { SessionLog } from '../vocabulary/log';
import { isCloudRegion, resolveEndpoint } from '../vocabulary/regions';
import type { Endpoint } from '../vocabulary/regions';
import type { ProxyChoice } from '../base/proxy';
import { loggedConnect } from '../transport/logged-connect';
import { tracedConnect } from '../transport/trace';
import { checkVoiceGate } from './voice-gate-config';
import type { GateTiming } from './voice-gate-config';
import type { IdlePolicy, OverloadPolicy, SessionOptions } from './options';

/** The options, checked and with their defaults. */
export interface SessionConfig {
  endpoint: Endpoint;
  apiKey: string | undefined;
  workspaceId: string | undefined;
  proxy: ProxyChoice | undefined;
  model: Model;
  mode: SessionMode;
  languages: readonly string[];
  parameters: ModelParameters;
  otherSettings: OtherSettings | undefined;
  context: readonly ContextTurn[];
  wireFormat: WireFormat;
  sampleRateHz: number;
  signal: AbortSignal | undefined;
  connectTimeoutMs: number;
  configureTimeoutMs: number;
  commitTimeoutMs: number;
  finishTimeoutMs: number;
  pingIntervalMs: number;
  pongTimeoutMs: number;
  answerTimeoutMs: number;
  maxAgeMs: number;
  maxHeldAudioMs: number;
  maxReplayAudioMs: number;
  overload: OverloadPolicy;
  reconnect: { maxAttempts: number; baseDelayMs: number; maxDelayMs: number };
  firstConnectTimeoutMs: number;
  pace: { burstMs: number; multiple: number };
  idle: { policy: IdlePolicy; afterMs: number };
  /** `undefined` where all audio is sent. */
  voiceGate: GateTiming | undefined;
  statisticsIntervalMs: number | undefined;
  ongoing: OngoingAudio | undefined;
  log: SessionLog | undefined;
  environment: Environment;
}

/**
 * How long the nodes and `transcribe` try the first connection again, because nobody watches who could start them
 * again.
 */
export const FIRST_CONNECT_TIMEOUT_MS = 10_000;

const OVERLOAD_POLICIES: readonly OverloadPolicy[] = ['wait', 'dropOldest', 'fail'];
const IDLE_POLICIES: readonly IdlePolicy[] = ['reopen', 'keepAlive', 'close'];

/** @throws AsrError `INVALID_OPTION` (`param` names the option) or `MISSING_API_KEY`. */
export function configure(options: SessionOptions): SessionConfig {
  const endpoint = resolveEndpoint(options);
  const apiKey = checkApiKey(options.apiKey, endpoint);
  const model = findModel(options.model || DEFAULT_MODEL);
  checkRegion(model, endpoint);
  const mode = oneOf('mode', options.mode ?? 'vad', model.modes, model);
  const wireFormat = oneOf('wireFormat', options.wireFormat ?? 'pcm', model.formats, model);
  const { pace = {}, idle = {}, reconnect = {}, voiceGate = {}, pool } = options;
  const parameters = checkParameters(options.parameters ?? {}, model, mode);
  const otherSettings = checkOtherSettings(options.otherSettings, model, mode);
  checkRoom(parameters, otherSettings, model);
  return {
    endpoint,
    apiKey,
    workspaceId: options.workspaceId || undefined,
    proxy: checkProxy(options.proxy),
    model,
    mode,
    languages: checkLanguages(options.language, model),
    parameters,
    otherSettings,
    context: checkContext(options.context ?? [], model),
    wireFormat,
    sampleRateHz: oneOf('sampleRateHz', options.sampleRateHz ?? firstRate(model), model.sampleRatesHz, model),
    signal: options.signal,
    connectTimeoutMs: duration('connectTimeoutMs', options.connectTimeoutMs, 10_000),
    configureTimeoutMs: duration('configureTimeoutMs', options.configureTimeoutMs, 10_000),
    commitTimeoutMs: duration('commitTimeoutMs', options.commitTimeoutMs, 20_000),
    finishTimeoutMs: duration('finishTimeoutMs', options.finishTimeoutMs, 20_000),
    pingIntervalMs: duration('pingIntervalMs', options.pingIntervalMs, 20_000),
    pongTimeoutMs: duration('pongTimeoutMs', options.pongTimeoutMs, 10_000),
    answerTimeoutMs: duration('answerTimeoutMs', options.answerTimeoutMs, 15_000),
    maxAgeMs: ranged('maxAgeMs', options.maxAgeMs, 0, MAX_DURATION_MS, model.maxAgeMs),
    maxHeldAudioMs: duration('maxHeldAudioMs', options.maxHeldAudioMs, 60_000),
    maxReplayAudioMs: duration('maxReplayAudioMs', options.maxReplayAudioMs, 120_000),
    overload: checkOverload(options.overload, wireFormat),
    reconnect: {
      maxAttempts: ranged('reconnect.maxAttempts', reconnect.maxAttempts, 0, 1000, 12),
      baseDelayMs: duration('reconnect.baseDelayMs', reconnect.baseDelayMs, 500),
      maxDelayMs: duration('reconnect.maxDelayMs', reconnect.maxDelayMs, 10_000),
    },
    firstConnectTimeoutMs: ranged(
      'firstConnectTimeoutMs',
      options.firstConnectTimeoutMs,
      0,
      MAX_DURATION_MS,
      0,
    ),
    pace: {
      burstMs: duration('pace.burstMs', pace.burstMs, 3000),
      multiple: ranged('pace.multiple', pace.multiple, 0.1, 1000, 20),
    },
    idle: {
      policy: oneOf('idle.policy', idle.policy ?? 'reopen', IDLE_POLICIES),
      afterMs: duration('idle.afterMs', idle.afterMs, model.idleMs),
    },
    voiceGate: checkVoiceGate(voiceGate, { model, mode, wireFormat, parameters: options.parameters ?? {} }),
    statisticsIntervalMs:
      options.statisticsIntervalMs === undefined
        ? undefined
        : ranged('statisticsIntervalMs', options.statisticsIntervalMs, 100, MAX_DURATION_MS, 0),
    ongoing: options.ongoing,
    log: options.log && harmless(options.log),
    environment: observed(
      { ...systemEnvironment, ...(pool && { connect: pool.connect }), ...options.environment },
      { ...options, ...(apiKey !== undefined && { apiKey }) },
      endpoint,
    ),
  };
}

/** Wraps `connect` only where somebody asked for a log or a trace; all other sessions pay nothing for it. */
function observed(
  environment: Environment,
  { log, trace, apiKey }: SessionOptions,
  { label }: Endpoint,
): Environment {
  let connect = neverThrowing(environment.connect);
  if (log) connect = loggedConnect(connect, harmless(log), { clock: environment.clock, service: label });
  if (trace) connect = tracedConnect(connect, trace, apiKey);
  return { ...environment, connect };
}

/** The sample rate of a session of this model when none is asked for. */
export function firstRate(model: Model): number {
  return model.sampleRatesHz[0] ?? 16000;
}

/** @throws AsrError `INVALID_OPTION` for a context that the model does not take, or that is malformed. */
export function checkContext(context: readonly ContextTurn[], model: Model): readonly ContextTurn[] {
  if (context.length > 0 && model.context === 'none') {
    throw invalid('context', `The model ${model.id} takes no context.`);
  }
  for (const turn of context) {
    const texts = [turn.user, turn.assistant].filter((text) => text !== undefined);
    if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
      throw invalid(
        'context',
        'Expected each turn of `context` to have a text `user`, a text `assistant`, or both.',
      );
    }
  }
  return context;
}

function checkOverload(asked: OverloadPolicy = 'wait', wireFormat: WireFormat): OverloadPolicy {
  const overload = oneOf('overload', asked, OVERLOAD_POLICIES);
  if (overload !== 'dropOldest' || wireFormat === 'pcm') return overload;
  throw invalid(
    'overload',
    `\`overload\` "dropOldest" needs audio that can be cut anywhere; ${wireFormat} is sent as it is. Use "wait" or "fail".`,
  );
}

/** Otherwise the service would only close the connection, or run another model (protocol.md A.2). */
function checkRegion(model: Model, endpoint: Endpoint): void {
  if (!isCloudRegion(endpoint.region) || model.regions.includes(endpoint.region)) return;
  const regions = model.regions.join(', ');
  throw invalid(
    'region',
    `The model ${model.id} is not in the region ${endpoint.region}; it is in ${regions}.`,
  );
}

function checkLanguages(language: SessionOptions['language'], model: Model): readonly string[] {
  const languages = typeof language === 'string' ? [language] : (language ?? []);
  const asked = languages.filter((code) => code !== '');
  if (asked.length > model.maxLanguages) {
    const limit = model.maxLanguages === 0 ? 'no language; leave it out' : `at most ${model.maxLanguages}`;
    throw invalid('language', `The model ${model.id} takes ${limit}, got ${shortened(asked.join(', '))}.`);
  }
  for (const code of asked) {
    if (model.languages.includes(code)) continue;
    const expected = `Expected \`language\` to be one of ${model.languages.join(', ')} for the model ${model.id}`;
    const advice = languageAdvice(code, model.languages);
    throw invalid('language', `${expected}, got ${excerpt(code)}. ${advice}`.trimEnd());
  }
  return asked;
}

function checkParameters(parameters: ModelParameters, model: Model, mode: SessionMode): ModelParameters {
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    const spec = isKeyOf(model.parameters, name) ? model.parameters[name] : undefined;
    if (!spec) {
      const has = Object.keys(model.parameters).join(', ');
      throw invalid(name, `The model ${model.id} has no setting \`${shortened(name)}\`; it has ${has}.`);
    }
    if (mode === 'manual' && VAD_PARAMETERS.some((one) => one === name)) {
      throw invalid(name, `\`${name}\` has no meaning in mode "manual"; leave it out.`);
    }
    const fault = parameterFault(name, value, spec);
    if (fault) throw invalid(name, fault);
  }
  return parameters;
}

/** The corpus text and the other settings go into the same message, which has a limit (protocol.md A.4.2). */
function checkRoom({ corpusText }: ModelParameters, other: OtherSettings | undefined, model: Model): void {
  const spec = model.parameters.corpusText;
  if (!other || corpusText === undefined || spec?.kind !== 'text' || spec.maxBytes === undefined) return;
  const bytes = bytesOfJson(corpusText) + bytesOfJson(other);
  if (bytes <= spec.maxBytes) return;
  const message = `Expected \`corpusText\` and \`otherSettings\` to have at most ${spec.maxBytes} bytes together, got ${bytes}. Shorten the text.`;
  throw invalid('otherSettings', message);
}

function oneOf<T extends string | number>(param: string, value: T, allowed: readonly T[], model?: Model): T {
  if (allowed.includes(value)) return value;
  const of = model ? ` for the model ${model.id}` : '';
  throw invalid(
    param,
    `Expected \`${param}\` to be one of ${allowed.join(', ')}${of}, got ${excerpt(value)}.`,
  );
}
