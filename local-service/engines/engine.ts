import type { HotWord } from '../hot-words/list';
import type { ScriptPlan } from '../script/schema';

/** How a session or task wants its audio recognised. Both protocols translate their parameters into this. */
export interface EngineSettings {
  /** `vad`: speech is cut into segments by pauses. `manual`: every `commit` ends a segment. */
  mode: 'vad' | 'manual';
  /** Rate of the PCM given to `append`, 16-bit little-endian mono. */
  sampleRateHz: number;
  /** From -1 (everything is speech) to 1 (hardly anything is); protocol.md A.4.1. */
  threshold: number;
  /** The pause that ends a segment. Only used in mode `vad`. */
  silenceMs: number;
  /** Words that are preferred to others that sound like them. */
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
 * A result of an engine. `segment` counts from 0; in mode `manual` it is the number of commits before it. Times are
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

/** The final segment. `text`, `language` and `emotion` are `''` when there was no speech (mode `manual`). */
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

/** The engine's part of one session or task. */
export interface EngineSession {
  /** Takes any number of bytes; a sample that was cut in two is joined again. */
  append(pcm: Buffer): void;
  /** Ends the current segment. Only in mode `manual`. */
  commit(): void;
  /** Ends an open segment and resolves when every event has been emitted. */
  finish(): Promise<void>;
  /** Drops everything; no event comes afterwards. */
  close(): void;
}

/** The engine as one connection uses it. A run-task connection has several sessions, one after the other. */
export interface EngineConnection {
  /** Whether the engine needs samples, and so cannot use audio that is not decoded here. */
  readonly needsPcm: boolean;
  start(settings: EngineSettings, emit: (event: EngineEvent) => void): EngineSession;
}

/** Turns audio into segments of text. One per service. */
export interface Engine {
  readonly name: 'recogniser' | 'script';
  connect(plan: ScriptPlan): EngineConnection;
  /** Releases the engine's resources; its sessions are closed before. */
  close(): Promise<void>;
}
