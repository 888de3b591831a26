import { DEFAULT_MODEL, traceToFile } from '../../lib';
import type { ContextTurn, SessionOptions, TraceFile } from '../../lib';
import { languageOfTag, readOtherSettings } from '../../lib/hosts';
import { UsageError } from '../cli/arguments';
import type { Arguments } from '../cli/arguments';
import { complain, log } from '../cli/output';
import { cloudRegionOf } from '../place';
import type { PlaceOptions } from '../place';
import { optionsOf } from './option-flag';
import { givenPreset } from './preset';
import { SESSION_TABLE } from './recognition';
import { settingsOf } from './settings';

/** The options of a session that the flags give. */
export interface GivenSession {
  place: PlaceOptions;
  /** The options without region, address and key, which come with the place. */
  options: SessionOptions;
  /** The trace, which is to be closed after the last session. */
  trace: TraceFile | undefined;
}

/** In real time, little audio waits, so that an interruption does not have to wait for it. */
const REAL_TIME = { pace: { burstMs: 100, multiple: 1 }, maxHeldAudioMs: 1000 } as const;

/**
 * The options of a session from the flags of the topics recognition, settings and network. The library checks them.
 * @throws UsageError, or AsrError `INVALID_OPTION` for an unknown model.
 */
export function givenSession(given: Arguments): GivenSession {
  const options = optionsOf(SESSION_TABLE, given) as Omit<
    SessionOptions,
    'context' | 'language' | 'otherSettings'
  > & {
    context?: string;
    otherSettings?: string;
    language?: readonly string[];
  };
  const { region, address, workspaceId, language: languages, context, otherSettings, ...rest } = options;
  const place: PlaceOptions = {
    ...(region !== undefined && { region }),
    ...(address !== undefined && { address }),
    ...(workspaceId !== undefined && { workspaceId }),
  };
  const preset = givenPreset(given, rest, cloudRegionOf(place));
  const { model = DEFAULT_MODEL } = { ...preset, ...rest };
  const traceFile = given.text('trace');
  const trace =
    traceFile === undefined
      ? undefined
      : traceToFile(traceFile, {
          onError: (error) => {
            complain(`The trace cannot be written: ${error.message}`);
          },
        });
  return {
    place,
    trace,
    options: {
      ...paceOf(given),
      ...preset,
      ...rest,
      ...proxyOf(given),
      ...(languages !== undefined && { language: languages.map(languageOfTag) }),
      ...(context !== undefined && { context: contextOf(context) }),
      ...otherSettingsOf(otherSettings),
      parameters: { ...preset.parameters, ...settingsOf(given, model) },
      ...(trace && { trace }),
      ...(given.isOn('verbose') && { log: LOG_TO_STDERR }),
    },
  };
}

const LOG_TO_STDERR: NonNullable<SessionOptions['log']> = {
  debug: (message, details) => {
    log(`${message} ${JSON.stringify(details)}`);
  },
};

function paceOf(given: Arguments): Partial<SessionOptions> {
  const pace = given.text('pace') ?? 'fast';
  if (pace === 'fast') return {};
  if (pace === 'realtime') return REAL_TIME;
  throw new UsageError(`Expected --pace to be fast or realtime, got ${JSON.stringify(pace)}.`);
}

function proxyOf(given: Arguments): Pick<SessionOptions, 'proxy'> {
  const proxy = given.text('proxy');
  if (proxy === undefined) return {};
  return { proxy: proxy === 'none' ? false : proxy };
}

function otherSettingsOf(text: string | undefined): Pick<SessionOptions, 'otherSettings'> {
  const otherSettings = readOtherSettings(text);
  return otherSettings === undefined ? {} : { otherSettings };
}

function contextOf(text: string): readonly ContextTurn[] {
  if (!text.trimStart().startsWith('[')) return [{ user: text }];
  const fault = '--context must be a text, or JSON such as [{"user": "Hello."}].';
  let turns: unknown;
  try {
    turns = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(fault, { cause });
  }
  const isList = Array.isArray(turns) && turns.every((turn) => typeof turn === 'object' && turn !== null);
  if (!isList) throw new UsageError(fault);
  return turns as ContextTurn[];
}
