import type { ParameterName } from '../../../lib/vocabulary/parameters';

/** What n8n's editor says of a setting. Which model has it, with what range and default, is in lib/vocabulary/models.ts. */
export const PARAMETER_TEXTS: Readonly<Record<ParameterName, { displayName: string; description: string }>> =
  {
    vadThreshold: {
      displayName: 'Threshold',
      description: 'Lower hears quieter speech, and more noise',
    },
    silenceMs: {
      displayName: 'Silence (Ms)',
      description:
        'This much silence ends a sentence. Shorter gives sentences sooner, and cuts them more often.',
    },
    semanticPunctuation: {
      displayName: 'Cut by Meaning',
      description:
        'Whether sentences end where their meaning does instead of at silence: for meetings, with finals that come later',
    },
    multiThreshold: {
      displayName: 'Avoid Long Sentences',
      description: 'Whether sentences that are cut at silence are kept from growing too long',
    },
    punctuation: { displayName: 'Punctuation', description: 'Whether punctuation marks are written' },
    inverseTextNormalization: {
      displayName: 'Digits',
      description: 'Whether Chinese numerals are written as digits',
    },
    disfluencyRemoval: {
      displayName: 'No Filler Words',
      description: 'Whether words such as "er" are left out',
    },
    heartbeat: {
      displayName: 'Heartbeat',
      description:
        'Whether the service stays while silent audio keeps coming. Without it, it gives up after 60 s of that, and the session opens again with the next audio.',
    },
    speechNoiseThreshold: {
      displayName: 'Speech or Noise',
      description:
        'Towards -1 more noise is taken for speech, towards 1 more speech for noise. Change it by 0.1 at a time.',
    },
    specialWordFilter: {
      displayName: 'Word Filter',
      description:
        'JSON with "filter_with_signed" (replaced by *), "filter_with_empty" (left out), each {"word_list": [words]}, and "system_reserved_filter"',
    },
    vadModel: {
      displayName: 'Listens To',
      description: 'How far the speakers are from the microphone',
    },
    keepDialect: {
      displayName: 'Keep Dialect',
      description: 'Whether a dialect is written as it was spoken',
    },
    intermediateResults: {
      displayName: 'Interims',
      description: 'Whether there is text while somebody speaks. Without it, only finals come.',
    },
    corpusText: {
      displayName: 'Recognition Hints',
      description:
        'Names, terms or a text about the subject, which are recognised better then. At most 10,000 tokens.',
    },
    vocabularyId: {
      displayName: 'Hot Words ID',
      description: 'Of a list of hot words that was made at the service',
    },
    vocabulary: {
      displayName: 'Hot Words',
      description:
        'One a line with its weight behind it: 1 to 5, or 50 for the few that must win. Without a weight it is 4.',
    },
    phraseId: {
      displayName: 'Phrases ID',
      description: 'Of a list of phrases that was made at the service, for the oldest models',
    },
  };
