import type { HotWord } from '../hot-words/lists';
import type { ScriptPlan } from '../script/schema';

/** How one session or task wants its audio heard. Both protocols translate their parameters into this. */
export interface EngineSettings {
  /** `vad`: speech is cut into segments by pauses. `manual`: every `commit` ends a segment. */
  mode: 'vad' | 'manual';
  /** Of the PCM given to `append`, 16-bit little-endian mono. */
  sampleRateHz: number;
  /** -1 (everything is speech) to 1 (hardly anything is), protocol.md A.4.1. */
  threshold: number;
  /** The pause that ends a segment. Only in mode `vad`. */
  silenceMs: number;
  /** Words to be heard rather than others that sound like them. */
  hotWords?: readonly HotWord[];
}

/** A word with its time within the session or task. */
export interface TimedWord {
  text: string;
  punctuation: string;
  beginMs: number;
  endMs: number;
}

/**
 * What an engine hears. `segment` counts from 0; in mode `manual` it is the number of commits before it. Times are
 * milliseconds of the audio given to `append`.
 */
export type EngineEvent =
  | { type: 'speechStarted'; segment: number; atMs: number }
  | { type: 'speechStopped'; segment: number; atMs: number }
  | InterimHeard
  | FinalHeard
  | { type: 'failed'; segment: number; code: string; message: string }
  | { type: 'inferenceError'; segment: number; code: string; message: string };

/** The segment so far: `stable` will not change any more, `draft` may. */
export interface InterimHeard {
  type: 'interim';
  segment: number;
  stable: string;
  draft: string;
  language: string;
  emotion: string;
  beginMs: number;
  words: TimedWord[];
}

/** The segment as it stays. `text`, `language` and `emotion` are `''` when there was no speech (mode `manual`). */
export interface FinalHeard {
  type: 'final';
  segment: number;
  text: string;
  language: string;
  emotion: string;
  emotionConfidence: number | undefined;
  beginMs: number;
  endMs: number;
  words: TimedWord[];
}

/** One session or task at work. */
export interface EngineSession {
  /** Any number of bytes; a sample cut in two is put together again. */
  append(pcm: Buffer): void;
  /** Ends the current segment. Only in mode `manual`. */
  commit(): void;
  /** Ends an open segment and resolves when every event has been emitted. */
  finish(): Promise<void>;
  /** Drops everything; no event comes afterwards. */
  close(): void;
}

/** The engine as one connection sees it; run-task has several sessions on it, one after the other. */
export interface EngineConnection {
  /** Whether the engine listens to samples, and so can do nothing with audio that nobody here decodes. */
  readonly needsPcm: boolean;
  start(settings: EngineSettings, emit: (event: EngineEvent) => void): EngineSession;
}

/** Turns audio into segments of text. One per service. */
export interface Engine {
  readonly name: 'recogniser' | 'script';
  connect(plan: ScriptPlan): EngineConnection;
  /** Releases what the engine holds; its sessions are closed before. */
  close(): Promise<void>;
}
