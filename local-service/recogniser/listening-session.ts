import { messageOf } from '../json';
import type { EngineEvent, EngineSession, EngineSettings } from '../engines/engine';
import { applyHotWords } from '../hot-words/apply';
import { spreadWords } from '../words';
import { belongsTogether, isStillContext, type PhraseBefore, withoutBefore } from './context';
import type { DecodeQueue } from './decode-queue';
import { MODEL_RATE_HZ, type Model } from './model';
import { loudRuns } from './loud-runs';
import { PcmInput } from './pcm-input';
import { endOfSpeechMs, probabilityOf, toMs, type Phrase } from './phrase';
import { SampleBuffer } from './samples';
import { asPart, continued, newSegment, textOf, wordsOf, type Segment } from './segment';
import { SpeechDetector, type SpeechEvent } from './speech-detector';
import { StablePrefix } from './stable-prefix';
import { cleanTranscript } from './text';

const LANGUAGE = 'en';

/**
 * Cutting at the very edge loses the first and the last sound of a phrase, and much silence makes the model give no
 * text; measured on phrases of one to three seconds.
 */
const PADDING_BEFORE = 0.2 * MODEL_RATE_HZ;
const PADDING_AFTER = 0.3 * MODEL_RATE_HZ;
/** For a second try when the first final is empty. */
const TIGHT_PADDING = 0.1 * MODEL_RATE_HZ;

/** New audio between two interims of a phrase. */
const INTERIM_EVERY = 0.45 * MODEL_RATE_HZ;

/** The pause at which a Manual buffer may be cut into phrases for the model. */
const MANUAL_SILENCE_MS = 500;

/** A Manual phrase goes on across pauses until it is this long, because the model works better with more context … */
const MANUAL_PHRASE = 8 * MODEL_RATE_HZ;
/** … or until the pause is this long. */
const MANUAL_MAX_PAUSE = 3 * MODEL_RATE_HZ;
/** The model is made for clips up to about this length. */
const MAX_PHRASE = 15 * MODEL_RATE_HZ;

/** Recognises one session with the model. Positions are samples at the model's rate. */
export class ListeningSession implements EngineSession {
  readonly #settings: EngineSettings;
  readonly #emit: (event: EngineEvent) => void;
  readonly #queue: DecodeQueue;
  readonly #input: PcmInput;
  readonly #buffer = new SampleBuffer();
  readonly #detector: SpeechDetector;
  #segment: Segment;
  #phrase: Phrase | undefined;
  #lastPhraseEnd = 0;
  /** Whether the last phrase was cut in the middle of speech. */
  #goesOn = false;
  /** Only used in mode `vad`; Manual phrases go on across short pauses anyway. */
  #before: PhraseBefore | undefined;
  /** Finals in order; each new one is chained to the previous one. */
  #finals: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    model: Model,
    queue: DecodeQueue,
    settings: EngineSettings,
    emit: (event: EngineEvent) => void,
  ) {
    this.#settings = settings;
    this.#emit = (event) => {
      if (!this.#closed) emit(event);
    };
    this.#queue = queue;
    this.#input = new PcmInput(settings.sampleRateHz);
    this.#detector = new SpeechDetector(model, {
      probability: probabilityOf(settings.threshold),
      silenceMs: settings.mode === 'vad' ? settings.silenceMs : MANUAL_SILENCE_MS,
    });
    this.#segment = newSegment(0, 0);
  }

  append(pcm: Buffer): void {
    if (this.#closed) return;
    const samples = this.#input.read(pcm);
    this.#buffer.append(samples);
    this.#heard(this.#detector.feed(samples));
    this.#boundPhrase();
    this.#requestInterim();
    if (this.#before && !isStillContext(this.#before, this.#buffer.end)) this.#before = undefined;
    const needed = Math.min(this.#phrase?.floor ?? this.#buffer.end, this.#before?.floor ?? Infinity);
    this.#buffer.forget(needed - 2 * MODEL_RATE_HZ);
  }

  commit(): void {
    if (this.#closed) return;
    this.#flush();
    const segment = this.#segment;
    const endMs = toMs(this.#buffer.end);
    this.#segment = newSegment(segment.number + 1, this.#buffer.end);
    this.#lastPhraseEnd = this.#buffer.end;
    this.#after(() => {
      this.#emitFinal(segment, endMs);
      return Promise.resolve();
    }, segment);
  }

  async finish(): Promise<void> {
    if (!this.#closed) this.#flush();
    await this.#finals;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.drop(this);
    this.#detector.close();
  }

  #heard(events: readonly SpeechEvent[]): void {
    for (const event of events) {
      if (event.type === 'began') this.#began(event.begin);
      else this.#paused(event.end, event.goesOn === true);
    }
  }

  #began(begin: number): void {
    const phrase = this.#phrase;
    if (phrase) phrase.pausedAt = undefined;
    else this.#begin(begin);
  }

  #paused(end: number, goesOn: boolean): void {
    const phrase = this.#phrase;
    if (!phrase) return;
    phrase.pausedAt = end;
    if (this.#settings.mode === 'vad' || end - phrase.begin >= MANUAL_PHRASE) this.#end(goesOn);
  }

  #flush(): void {
    this.#heard(this.#detector.flush());
    this.#end();
  }

  /** A Manual phrase may meet a pause, or speech, that does not end. */
  #boundPhrase(): void {
    const phrase = this.#phrase;
    if (!phrase) return;
    if (phrase.pausedAt === undefined) {
      if (this.#buffer.end - phrase.begin >= MAX_PHRASE) {
        this.#heard(this.#detector.flush(true));
        this.#end(true);
      }
    } else if (this.#buffer.end - phrase.pausedAt >= MANUAL_MAX_PAUSE) {
      this.#end();
    }
  }

  #begin(begin: number): void {
    const segment = this.#segment;
    const floor = Math.max(this.#lastPhraseEnd, begin - PADDING_BEFORE);
    this.#phrase = {
      segment,
      begin,
      floor,
      pausedAt: undefined,
      prefix: new StablePrefix(),
      interimAt: begin + INTERIM_EVERY,
      lastInterim: '',
      ended: false,
      isRest: this.#goesOn,
    };
    this.#goesOn = false;
    if (this.#settings.mode === 'vad') {
      segment.begin = begin;
      this.#emit({ type: 'speechStarted', segment: segment.number, atMs: toMs(begin) });
    }
  }

  /** The phrase is complete, so its final is requested. @param goesOn Whether the speech goes on. */
  #end(goesOn = false): void {
    const phrase = this.#phrase;
    if (!phrase) return;
    this.#goesOn = goesOn;
    const { segment, begin } = phrase;
    const end = phrase.pausedAt ?? this.#buffer.end;
    const runs = loudRuns(this.#buffer.slice(begin, end), toMs(begin));
    const endMs = endOfSpeechMs(runs, toMs(end));
    this.#phrase = undefined;
    phrase.ended = true;
    this.#lastPhraseEnd = end;
    this.#queue.dropInterim(this);
    if (this.#settings.mode === 'vad') {
      this.#segment = newSegment(segment.number + 1, end);
      this.#emit({ type: 'speechStopped', segment: segment.number, atMs: endMs });
    }
    const decoded = this.#decodeFinal(phrase, end);
    // A failure is handled where the promise is awaited, which may be later.
    decoded.catch(() => undefined);
    if (this.#settings.mode === 'vad') this.#before = { floor: phrase.floor, end, text: decoded };
    this.#after(async () => {
      const text = asPart((await decoded) || phrase.lastInterim, { goesOn, isRest: phrase.isRest });
      segment.phrases.push({ text, beginMs: toMs(begin), endMs, runs });
      if (this.#settings.mode === 'vad') this.#emitFinal(segment, endMs);
    }, segment);
  }

  async #decodeFinal({ floor, begin, prefix }: Phrase, end: number): Promise<string> {
    const padded = this.#buffer.slice(floor, end + PADDING_AFTER);
    const tight = this.#buffer.slice(Math.max(floor, begin - TIGHT_PADDING), end + TIGHT_PADDING);
    const before = this.#before;
    if (before && belongsTogether(before, begin, end)) {
      const both = this.#buffer.slice(before.floor, end + PADDING_AFTER);
      const textOfBoth = cleanTranscript(await this.#queue.final(this, both), toMs(both.length));
      const text = withoutBefore(textOfBoth, await before.text);
      if (text) return prefix.settle(this.#clean(text, toMs(padded.length)));
    }
    const text = (await this.#queue.final(this, padded)) || (await this.#queue.final(this, tight));
    return prefix.settle(this.#clean(text, toMs(padded.length)));
  }

  #requestInterim(): void {
    const phrase = this.#phrase;
    if (!phrase || phrase.pausedAt !== undefined || this.#buffer.end < phrase.interimAt) return;
    phrase.interimAt = this.#buffer.end + INTERIM_EVERY;
    let durationMs = 0;
    const samples = (): Float32Array => {
      const slice = this.#buffer.slice(phrase.floor, this.#buffer.end);
      durationMs = toMs(slice.length);
      return slice;
    };
    this.#queue.interim(this, samples).then(
      (text) => {
        const clean = this.#clean(text ?? '', durationMs);
        if (clean) this.#emitInterim(phrase, asPart(clean, { goesOn: false, isRest: phrase.isRest }));
      },
      // The final of the same phrase reports it.
      () => undefined,
    );
  }

  #emitInterim(phrase: Phrase, text: string): void {
    phrase.lastInterim = text;
    if (phrase.ended) return;
    const { segment } = phrase;
    const said = phrase.prefix.next(text);
    const beginMs = toMs(
      segment.phrases.length > 0 || this.#settings.mode === 'vad' ? segment.begin : phrase.begin,
    );
    this.#emit({
      type: 'interim',
      segment: segment.number,
      ...continued(segment, said),
      language: LANGUAGE,
      emotion: '',
      beginMs,
      words: [
        ...wordsOf(segment),
        ...spreadWords(said.stable + said.draft, toMs(phrase.begin), toMs(this.#buffer.end)),
      ],
    });
  }

  #emitFinal(segment: Segment, endMs: number): void {
    const text = textOf(segment);
    const first = segment.phrases[0];
    this.#emit({
      type: 'final',
      segment: segment.number,
      text,
      // In Manual mode a buffer without speech has no language either (protocol.md A.5.7).
      language: first ? LANGUAGE : '',
      emotion: '',
      emotionConfidence: undefined,
      beginMs: first?.beginMs ?? toMs(segment.begin),
      endMs: segment.phrases.at(-1)?.endMs ?? endMs,
      words: wordsOf(segment),
    });
  }

  #clean(text: string, durationMs: number): string {
    const clean = cleanTranscript(text, durationMs);
    const { hotWords = [] } = this.#settings;
    return hotWords.length === 0 ? clean : applyHotWords(clean, hotWords);
  }

  #after(task: () => Promise<void>, segment: Segment): void {
    this.#finals = this.#finals.then(task).catch((error: unknown) => {
      const message = `<500> InternalError.Algo: the recogniser failed (${messageOf(error)}).`;
      this.#emit({ type: 'inferenceError', segment: segment.number, code: 'COMMON_ERROR', message });
    });
  }
}
