import type { ResolvedUtterance, ScriptPlan } from '../script/schema';
import { splitWords } from '../words';
import type { Engine, EngineConnection, EngineEvent, EngineSession, EngineSettings } from './engine';

/** "Hears" what a script says, in audio time. */
export class ScriptEngine implements Engine {
  readonly name = 'script';

  connect(plan: ScriptPlan): EngineConnection {
    const utterances = new UtteranceSupply(plan);
    return { needsPcm: false, start: (settings, emit) => new ScriptSession(utterances, settings, emit) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The utterances of one connection. A new task (run-task) goes on with the first one that has not begun. */
class UtteranceSupply {
  readonly #plan: ScriptPlan;
  #index = 0;

  constructor(plan: ScriptPlan) {
    this.#plan = plan;
  }

  peek(): ResolvedUtterance | undefined {
    const { utterances, loop } = this.#plan;
    return utterances[loop && utterances.length > 0 ? this.#index % utterances.length : this.#index];
  }

  /** Whether the script's own time of the next utterance has passed: from the second round of a loop on, it has. */
  get isRepeat(): boolean {
    return this.#index >= this.#plan.utterances.length;
  }

  take(): void {
    this.#index += 1;
  }
}

/** The beginning of the first utterance when the script gives none. */
const FIRST_AT_MS = 200;

interface OpenUtterance {
  utterance: ResolvedUtterance;
  segment: number;
  beginMs: number;
  nextStep: number;
}

class ScriptSession implements EngineSession {
  readonly #supply: UtteranceSupply;
  readonly #settings: EngineSettings;
  readonly #emit: (event: EngineEvent) => void;
  #bytes = 0;
  #segment = 0;
  #previousEndMs: number | undefined;
  /** Manual mode: where the audio after the last commit begins. */
  #bufferBeginMs = 0;
  #open: OpenUtterance | undefined;
  #closed = false;

  constructor(supply: UtteranceSupply, settings: EngineSettings, emit: (event: EngineEvent) => void) {
    this.#supply = supply;
    this.#settings = settings;
    this.#emit = (event) => {
      if (!this.#closed) emit(event);
    };
  }

  get #nowMs(): number {
    return (this.#bytes / 2 / this.#settings.sampleRateHz) * 1_000;
  }

  append(pcm: Buffer): void {
    this.#bytes += pcm.length;
    // One chunk may hold several utterances.
    while (this.#advance());
  }

  commit(): void {
    if (!this.#open) this.#begin(this.#bufferBeginMs);
    if (this.#open) this.#end();
    else this.#emit(noSpeech(this.#segment, this.#bufferBeginMs, this.#nowMs));
    this.#segment += 1;
    this.#bufferBeginMs = this.#nowMs;
  }

  finish(): Promise<void> {
    if (this.#open && this.#settings.mode === 'vad')
      this.#stop(Math.min(this.#nowMs, this.#endMs(this.#open)));
    return Promise.resolve();
  }

  close(): void {
    this.#closed = true;
  }

  /** Emits what is due at this audio time; returns true when more may be due. */
  #advance(): boolean {
    const open = this.#open;
    if (!open) {
      const beginMs = this.#nextBeginMs();
      if (beginMs === undefined || this.#nowMs < beginMs) return false;
      this.#begin(beginMs);
      return true;
    }
    const step = open.utterance.steps[open.nextStep];
    if (step && this.#nowMs >= open.beginMs + step.afterMs) {
      open.nextStep += 1;
      this.#interim(open, step);
      return true;
    }
    if (this.#settings.mode === 'manual') return false;
    const endMs = this.#endMs(open);
    const nextBeginMs = this.#nextBeginMs(endMs) ?? Infinity;
    if (this.#nowMs < Math.min(endMs + this.#settings.silenceMs, Math.max(endMs, nextBeginMs))) return false;
    this.#stop(endMs);
    return true;
  }

  #endMs(open: OpenUtterance): number {
    return open.beginMs + open.utterance.durationMs;
  }

  #nextBeginMs(previousEndMs = this.#previousEndMs): number | undefined {
    const next = this.#supply.peek();
    if (!next) return undefined;
    if (this.#settings.mode === 'manual') {
      // Each commit gets one utterance; the next one waits for the next buffer, which must contain audio.
      return this.#nowMs > this.#bufferBeginMs ? this.#bufferBeginMs + (next.atMs ?? 0) : undefined;
    }
    if (next.atMs !== undefined && !this.#supply.isRepeat) return next.atMs;
    return previousEndMs === undefined ? FIRST_AT_MS : previousEndMs + next.gapMs;
  }

  #begin(beginMs: number): void {
    const utterance = this.#supply.peek();
    if (!utterance) return;
    this.#supply.take();
    this.#open = { utterance, segment: this.#segment, beginMs, nextStep: 0 };
    if (this.#settings.mode === 'vad')
      this.#emit({ type: 'speechStarted', segment: this.#segment, atMs: beginMs });
  }

  #stop(atMs: number): void {
    this.#emit({ type: 'speechStopped', segment: this.#segment, atMs });
    this.#end();
    this.#segment += 1;
    this.#previousEndMs = atMs;
  }

  #interim(open: OpenUtterance, step: ResolvedUtterance['steps'][number]): void {
    const { utterance, segment, beginMs } = open;
    if (utterance.error) return;
    const { stable, draft, language, emotion } = step;
    const words = utterance.words
      .slice(0, splitWords(stable + draft).length)
      .map((word) => ({ ...word, beginMs: beginMs + word.beginMs, endMs: beginMs + word.endMs }));
    this.#emit({ type: 'interim', segment, stable, draft, language, emotion, beginMs, words });
  }

  #end(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { utterance, segment, beginMs } = open;
    if (utterance.error) this.#emit({ type: 'inferenceError', segment, ...utterance.error });
    else if (utterance.failed) this.#emit({ type: 'failed', segment, ...utterance.failed });
    else if (utterance.final) {
      this.#emit({
        type: 'final',
        segment,
        ...utterance.final,
        emotionConfidence: utterance.emotionConfidence,
        beginMs,
        endMs: this.#endMs(open),
        words: utterance.words.map((word) => ({
          ...word,
          beginMs: beginMs + word.beginMs,
          endMs: beginMs + word.endMs,
        })),
      });
    }
  }
}

function noSpeech(segment: number, beginMs: number, endMs: number): EngineEvent {
  const nothing = { text: '', language: '', emotion: '', emotionConfidence: undefined, words: [] };
  return { type: 'final', segment, ...nothing, beginMs, endMs };
}
