import type { ParameterName } from '../lib';

/**
 * The name of a setting and its effect, in English. Both hosts show the same texts; Node-RED's catalogues add
 * Chinese.
 */
export interface SettingText {
  /** The vendor's term in plain words. */
  label: string;
  /** One or more sentences. The hint of a switch begins with "Whether". */
  hint: string;
  /** The names on the wire, for comparison with the vendor's documentation (protocol.md A.4.1, B.3). */
  wireNames: readonly string[];
  /** Whether the names are those of the place that it is sent in. */
  isPlace?: true;
}

/** The settings of models. lib/vocabulary/models.ts says which model has which, with range and default. */
export const PARAMETER_TEXTS: Readonly<Record<ParameterName, SettingText>> = {
  vadThreshold: {
    label: 'VAD threshold',
    // The recommended values come from protocol.md E 20.
    hint: 'Lower hears quieter speech, and more noise. Recommended for conversations: 0.0 (default 0.2).',
    wireNames: ['threshold'],
  },
  silenceMs: {
    label: 'Silence duration',
    hint: 'This much silence ends a sentence. Shorter gives sentences sooner, and cuts them more often. Recommended for conversations: 400 ms (default 800 ms; 1300 ms with Fun-ASR, Paraformer and Qwen-Audio).',
    wireNames: ['silence_duration_ms', 'max_sentence_silence'],
  },
  semanticPunctuation: {
    label: 'Semantic punctuation',
    hint: 'Whether sentences end where their meaning does instead of at silence: for meetings and dictation, with finals that come later.',
    wireNames: ['semantic_punctuation_enabled'],
  },
  multiThreshold: {
    label: 'Multi-threshold mode',
    hint: 'Whether sentences that are cut at silence are kept from growing too long.',
    wireNames: ['multi_threshold_mode_enabled'],
  },
  punctuation: {
    label: 'Punctuation prediction',
    hint: 'Whether punctuation marks are written.',
    wireNames: ['punctuation_prediction_enabled'],
  },
  inverseTextNormalization: {
    label: 'Inverse text normalization',
    hint: 'Whether Chinese numerals are written as digits.',
    wireNames: ['inverse_text_normalization_enabled'],
  },
  disfluencyRemoval: {
    label: 'Disfluency removal',
    hint: 'Whether filler words such as “er” are left out.',
    wireNames: ['disfluency_removal_enabled'],
  },
  heartbeat: {
    label: 'Heartbeat',
    hint: 'Whether the service stays while silent audio keeps coming. Without it, it gives up after 60 s of that, and the session opens again with the next audio.',
    wireNames: ['heartbeat'],
  },
  speechNoiseThreshold: {
    label: 'Speech/noise threshold',
    hint: 'Towards -1 more noise is taken for speech, towards 1 more speech for noise. Change it by 0.1 at a time.',
    wireNames: ['speech_noise_threshold'],
  },
  specialWordFilter: {
    label: 'Special word filter',
    hint: 'JSON with “filter_with_signed” (replaced by *), “filter_with_empty” (left out), each {"word_list": [words]}, and “system_reserved_filter”.',
    wireNames: ['special_word_filter'],
  },
  vadModel: {
    label: 'VAD model',
    hint: 'How far the speakers are from the microphone.',
    wireNames: ['vad_model'],
  },
  keepDialect: {
    label: 'Keep dialect',
    hint: 'Whether a dialect is written as it was spoken.',
    wireNames: ['keep_dialect'],
  },
  intermediateResults: {
    label: 'Intermediate results',
    hint: 'Whether there is text while somebody speaks. Without it, only finals come.',
    wireNames: ['intermediate_result_enabled'],
  },
  corpusText: {
    label: 'Corpus text',
    hint: 'Names, terms or a text about the subject, which are recognised better then. At most 10,000 tokens.',
    wireNames: ['corpus.text'],
  },
  vocabularyId: {
    label: 'Hot-word list ID',
    hint: 'Of a list of hot words that was made at the service.',
    wireNames: ['vocabulary_id'],
  },
  vocabulary: {
    label: 'Hot words',
    hint: 'One a line with its weight behind it: 1 to 5, or 50 for the few that must win. Without a weight it is 4.',
    wireNames: ['vocabulary'],
  },
  phraseId: {
    label: 'Phrase list ID',
    hint: 'Of a list of phrases that was made at the service, for the oldest models.',
    wireNames: ['phrase_id'],
  },
};

/** Settings of a session that are no parameters of a model. */
export const SESSION_TEXTS = {
  mode: {
    label: 'Turn detection',
    hint: 'Who ends a sentence. Server VAD: the service, at silence. Manual: you, at a commit.',
    wireNames: ['turn_detection'],
  },
  language: {
    label: 'Language',
    hint: 'Leave it to the service unless only that language is spoken.',
    wireNames: ['language', 'language_hints'],
  },
  wireFormat: {
    label: 'Wire format',
    hint: 'PCM is read and checked here. As it is: the service decodes the bytes, nothing is checked here, with one file for each session or commit, and the sample rate set to that of the file. Opus with Qwen-ASR-Realtime is unproved: the service lists it without saying how it is packed, and Ogg is assumed.',
    wireNames: ['format'],
  },
  sampleRate: {
    label: 'Sample rate',
    hint: 'Of what is sent to the service; audio of any rate is converted.',
    wireNames: ['sample_rate'],
  },
  otherSettings: {
    label: 'Other settings (JSON)',
    hint: 'Settings of the service that have no field here, by their names on the wire, such as {"name": true}. They go out as they are; only what would break the session is refused.',
    wireNames: ['session', 'payload.parameters'],
    isPlace: true,
  },
  context: {
    label: 'Dialogue before',
    hint: 'What was said before, which biases recognition: the last words of the person, or a list of turns.',
    wireNames: ['input.context'],
  },
  traceFile: {
    label: 'Trace file',
    hint: 'For a bug report: every frame goes to this file, with what was said, without the key and the audio. At most 20 MiB.',
    wireNames: [],
  },
} as const satisfies Record<string, SettingText>;

/** The hint, followed by the names on the wire where it has some. */
export function helpOf({ hint, wireNames, isPlace }: SettingText): string {
  if (wireNames.length === 0) return hint;
  return `${hint} Sent ${isPlace ? 'in' : 'as'} ${wireNames.join(' or ')}.`;
}
