import type {
  ResolvedUtterance,
  Script,
  ScriptDefaults,
  ScriptFile,
  ScriptPlan,
  ScriptStep,
  ScriptUtterance,
} from './schema';
import { QUIRKS } from './quirks';
import { joinWords, splitWords, spreadWords } from '../words';

const DEFAULTS: Required<ScriptDefaults> = { language: 'en', emotion: 'neutral', wordMs: 300, gapMs: 1_000 };

/** How many words at the end of a generated interim may still change. */
const DRAFT_WORDS = 2;

/** A checked script file with every default filled in. */
export function resolveScript(file: ScriptFile): Script {
  const defaults = { ...DEFAULTS, ...file.defaults };
  const connections = file.connections?.length ? file.connections : [{}];
  const plans = connections.map((connection): ScriptPlan => {
    const { upgrade, utterances = [], loop = false, quirks = [], faults = [] } = { ...file, ...connection };
    return {
      upgrade,
      loop,
      faults: [...quirks.flatMap((quirk) => QUIRKS[quirk]), ...faults],
      utterances: utterances.map((utterance) => resolveUtterance(utterance, defaults)),
    };
  });
  const last = plans.length - 1;
  return {
    undeployedMs: file.hotWords?.undeployedMs ?? 0,
    planFor: (index) =>
      plans[file.cycle ? index % plans.length : Math.min(index, last)] ?? {
        upgrade: undefined,
        utterances: [],
        loop: false,
        faults: [],
      },
  };
}

function resolveUtterance(
  given: string | ScriptUtterance,
  defaults: Required<ScriptDefaults>,
): ResolvedUtterance {
  const utterance: ScriptUtterance = typeof given === 'string' ? { text: given } : given;
  const { text, language = defaults.language, emotion = defaults.emotion } = utterance;
  const durationMs =
    utterance.endMs === undefined
      ? Math.max(1, splitWords(text).length) * defaults.wordMs
      : utterance.endMs - (utterance.atMs ?? 0);
  const said = { language, emotion };
  return {
    ...said,
    text,
    emotionConfidence: utterance.emotionConfidence,
    atMs: utterance.atMs,
    gapMs: defaults.gapMs,
    durationMs,
    steps: resolveSteps(utterance.steps ?? generateSteps(text), durationMs, said),
    final: utterance.final === null ? undefined : { text, ...said, ...utterance.final },
    words: utterance.words
      ? utterance.words.map((word) => ({
          text: word.text,
          punctuation: word.punctuation ?? '',
          beginMs: word.beginMs - (utterance.atMs ?? 0),
          endMs: word.endMs - (utterance.atMs ?? 0),
        }))
      : spreadWords(utterance.final?.text ?? text, 0, durationMs),
    failed: utterance.failed && {
      code: utterance.failed.code ?? 'audio_unintelligible',
      message: utterance.failed.message ?? 'The audio could not be transcribed.',
    },
    error: utterance.error && {
      code: utterance.error.code ?? 'COMMON_ERROR',
      message: utterance.error.message ?? '<500> InternalError.Algo: the script says that inference failed.',
    },
  };
}

function generateSteps(text: string): ScriptStep[] {
  const words = splitWords(text);
  return words.map((_, index) => {
    const stableWords = Math.max(0, index + 1 - DRAFT_WORDS);
    return {
      stable: joinWords(words.slice(0, stableWords)),
      draft: joinWords(words.slice(stableWords, index + 1)),
    };
  });
}

function resolveSteps(
  steps: readonly ScriptStep[],
  durationMs: number,
  said: { language: string; emotion: string },
): Required<ScriptStep>[] {
  return steps.map((step, index) => ({
    afterMs: Math.round((durationMs * (index + 1)) / steps.length),
    stable: '',
    draft: '',
    ...said,
    ...step,
  }));
}
