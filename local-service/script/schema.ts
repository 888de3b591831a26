/**
 * A script: what the engine `script` "hears" and which faults a connection shows. JSON, YAML or an object in code;
 * `example.yaml` beside this file shows most of it.
 *
 * Time in a script is **audio time**: milliseconds of audio that the service has received in the session (protocol A) or
 * task (protocol B), silence included. So a script plays the same way however fast the audio is sent.
 */
export interface ScriptFile extends ScriptConnection {
  /** Used where an utterance says nothing itself. */
  defaults?: ScriptDefaults;
  /**
   * One entry per connection in order of arrival, the last one for all that follow. What an entry leaves out is taken
   * from the top of the file. Every upgrade request with a right key counts.
   */
  connections?: ScriptConnection[];
  /** Begin again with the first connection after the last. Default false: the last one repeats. */
  cycle?: boolean;
}

export interface ScriptDefaults {
  /** Default `en`. */
  language?: string;
  /** Default `neutral`. */
  emotion?: string;
  /** How long a word takes. Default 300. */
  wordMs?: number;
  /** Pause between an utterance's end and the next one's beginning. Default 1000. */
  gapMs?: number;
}

/** How one connection goes. */
export interface ScriptConnection {
  /** What to do instead of accepting the upgrade. */
  upgrade?: ScriptUpgrade;
  /** In order; each is used once. A text alone stands for `{ text }`. */
  utterances?: (string | ScriptUtterance)[];
  /** Begin again with the first utterance after the last. Default false. */
  loop?: boolean;
  /** What this service does differently from the documentation, on the whole connection. */
  quirks?: ScriptQuirk[];
  faults?: ScriptFault[];
}

/** Deviations that live services have shown. */
export type ScriptQuirk =
  /** Qwen: `committed`, `….text` and `….completed` have no `item_id`, and the created item no `id` (protocol.md E 6). */
  | 'noItemIds'
  /** Qwen: `conversation.item.created` comes before `input_audio_buffer.committed` (protocol.md E 6). */
  | 'createdBeforeCommitted'
  /** Run-task: sentences have no `sentence_id` (protocol.md B.4). */
  | 'noSentenceIds';

export type ScriptUpgrade =
  /** Refuse with this HTTP status (401, 403, 429, 503 …) and the service's JSON body. */
  | { status: number; code?: string; message?: string; retryAfterSeconds?: number }
  /** Never answer. */
  | { hang: true };

/**
 * One utterance. `text` is enough; everything else has a default made from it.
 *
 * In mode VAD it begins at `atMs`, and ends for the client when `silence_duration_ms` of audio has followed `endMs` (or
 * when the next utterance begins, or at the finish). In Manual mode the next utterance belongs to the next commit, and
 * its steps count from the audio after the last commit; `atMs` only says how long after that it begins.
 */
export interface ScriptUtterance {
  text: string;
  language?: string;
  emotion?: string;
  /** 0 to 1; shown by the one model that tells (paraformer-realtime-8k-v2). */
  emotionConfidence?: number;
  /** Beginning, audio time. Default: `gapMs` after the end of the one before, 200 for the first. */
  atMs?: number;
  /** End, audio time. Default: `wordMs` a word after the beginning. */
  endMs?: number;
  /** Interims. Default: one a word, in which the last two words are a draft. `[]` for none. */
  steps?: ScriptStep[];
  /** Overrides for the final; `null` when none is ever sent. */
  final?: { text?: string; language?: string; emotion?: string } | null;
  /** Word times, audio time. Default: spread over the utterance by the words' lengths. */
  words?: { text: string; punctuation?: string; beginMs: number; endMs: number }[];
  /** The item fails by itself instead of a final (`…transcription.failed`; on run-task the task fails). */
  failed?: { code?: string; message?: string };
  /** Inference fails: no interims, an `error` instead of a final (`COMMON_ERROR`; on run-task the task fails). */
  error?: { code?: string; message?: string };
}

export interface ScriptStep {
  /** After the utterance's beginning. Default: spread evenly over the utterance. */
  afterMs?: number;
  /** The prefix that will not change. Default `''`. */
  stable?: string;
  /** The tail that may. Default `''`. */
  draft?: string;
  language?: string;
  emotion?: string;
}

/** The names by which faults can mean a frame of either protocol; the wire's own type or event name works too. */
export type FrameKind =
  /** `session.created` / `task-started`. */
  | 'opened'
  /** `session.updated`. */
  | 'configured'
  /** `…speech_started` / the sentence's first `result-generated`. */
  | 'speechStarted'
  /** `…speech_stopped`. */
  | 'speechStopped'
  | 'committed'
  | 'itemCreated'
  | 'interim'
  | 'final'
  /** `…failed` of one item. */
  | 'itemFailed'
  | 'heartbeat'
  /** `session.finished` / `task-finished`. */
  | 'finished'
  /** `error` / `task-failed`. */
  | 'error';

/** When a fault happens. */
export type ScriptTrigger =
  /**
   * When a frame goes out: its kind or wire name, and the how-manieth of them (from 1; every one when left out). What is
   * done to the connection follows the frame, or with `before` precedes it.
   */
  | { on: FrameKind | (string & {}); nth?: number; before?: boolean }
  /** When this much audio has arrived on the connection. */
  | { atAudioMs: number }
  /** This long after the upgrade, service time. */
  | { afterMs: number }
  /** Whenever no audio has come for this long, service time. */
  | { idleMs: number };

/** What can be done to a frame that goes out. Needs a trigger with `on`. */
export type ScriptFrameAction =
  | { do: 'drop' }
  | { do: 'duplicate' }
  /** Send it and all behind it this much later, service time. */
  | { do: 'delay'; ms: number }
  /** Let others overtake it: keep it until a frame of kind `until` has gone out, or for `ms`. */
  | { do: 'hold'; until?: FrameKind | (string & {}); ms?: number }
  /** Change fields by path, such as `session.model` or `payload.output.sentence.text`. */
  | { do: 'edit'; set?: Record<string, unknown>; remove?: string[] }
  /** Send this text instead, JSON or not. */
  | { do: 'replace'; text: string };

/** What can be done to the connection. */
export type ScriptLinkAction =
  /** Send one more frame: an object, any text, or this many random bytes. */
  | { do: 'send'; frame?: Record<string, unknown>; text?: string; randomBytes?: number }
  /** Close handshake with this code. */
  | { do: 'close'; code: number; reason?: string }
  /**
   * Fail in the protocol's own words, `error` or `task-failed`, and then close with `closeCode` (default 1000). Either a
   * failure by its name or by its code and message.
   */
  | { do: 'fail'; as?: FailureName; code?: string; message?: string; closeCode?: number }
  /** Manual mode: complete what has been heard, though nobody has committed it (protocol.md E 7). */
  | { do: 'complete' }
  /** End the TCP connection without a close frame: 1006 for the client. */
  | { do: 'terminate' }
  /** Read nothing and say nothing from now on, pongs included, with the socket open. */
  | { do: 'halfOpen' }
  /** Take no more than this from the socket. */
  | { do: 'readSlowly'; bytesPerSecond: number };

/** Failures that live services have shown; their codes and messages are in failures.ts. */
export type FailureName =
  /** Too many connections of this account are open (protocol.md E 1). */
  | 'connectionCap'
  /** The service took too long itself (protocol.md E 3). */
  | 'responseTimeout'
  /** Too much at once (protocol.md A.8). */
  | 'quotaExceeded'
  /** Too many requests in a second (protocol.md A.8). */
  | 'throttled';

export type ScriptFault = ScriptTrigger & (ScriptFrameAction | ScriptLinkAction);

/** An utterance with every default filled in. */
export interface ResolvedUtterance {
  text: string;
  language: string;
  emotion: string;
  emotionConfidence: number | undefined;
  atMs: number | undefined;
  gapMs: number;
  durationMs: number;
  steps: Required<ScriptStep>[];
  /** `undefined` when no final is ever sent. */
  final: { text: string; language: string; emotion: string } | undefined;
  /** Times count from the utterance's beginning. */
  words: { text: string; punctuation: string; beginMs: number; endMs: number }[];
  failed: { code: string; message: string } | undefined;
  error: { code: string; message: string } | undefined;
}

/** What a script says about one connection. */
export interface ScriptPlan {
  upgrade: ScriptUpgrade | undefined;
  utterances: ResolvedUtterance[];
  loop: boolean;
  faults: ScriptFault[];
}

/** A checked script. */
export interface Script {
  /** @param index 0 for the first connection. */
  planFor(index: number): ScriptPlan;
}
