/**
 * A script: what the engine `script` "hears", and which faults a connection shows. It is JSON, YAML or an object in
 * code; `example.yaml` beside this file shows most of it.
 *
 * Time in a script is **audio time**: milliseconds of audio that the service has received in the session (protocol A)
 * or task (protocol B), including silence. So a script plays in the same way however fast the audio is sent.
 */
export interface ScriptFile extends ScriptConnection {
  /** Defaults for utterances. */
  defaults?: ScriptDefaults;
  hotWords?: ScriptHotWords;
  /**
   * One entry per connection in order of arrival; the last one counts for all that follow. Fields that an entry
   * leaves out are taken from the top of the file. Every upgrade request with a right key counts as a connection.
   */
  connections?: ScriptConnection[];
  /** Whether the first connection follows the last one again. Default false: the last one repeats. */
  cycle?: boolean;
}

/** How the service keeps hot-word lists. */
export interface ScriptHotWords {
  /**
   * How many milliseconds of the service's time a list is not deployed after it was created or changed. Recognition
   * ignores it until then (protocol.md E.2). Default 0.
   */
  undeployedMs?: number;
}

export interface ScriptDefaults {
  /** Default `en`. */
  language?: string;
  /** Default `neutral`. */
  emotion?: string;
  /** Duration of a word. Default 300. */
  wordMs?: number;
  /** Pause between an utterance's end and the next one's beginning. Default 1000. */
  gapMs?: number;
}

/** The course of one connection. */
export interface ScriptConnection {
  /** What happens instead of accepting the upgrade. */
  upgrade?: ScriptUpgrade;
  /** Each is used once, in order. A text alone stands for `{ text }`. */
  utterances?: (string | ScriptUtterance)[];
  /** Whether the first utterance follows the last one again. Default false. */
  loop?: boolean;
  /** Deviations of this service from its documentation, on the whole connection. */
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
  /** Refuses with this HTTP status (401, 403, 429, 503 …) and the service's JSON body. */
  | { status: number; code?: string; message?: string; retryAfterSeconds?: number }
  /** Never answers. */
  | { hang: true };

/**
 * One utterance. `text` is enough; everything else has a default that is derived from it.
 *
 * In mode VAD it begins at `atMs`. For the client it ends when `silence_duration_ms` of audio has followed `endMs`,
 * when the next utterance begins, or at the finish. In Manual mode the next utterance belongs to the next commit, and
 * its steps count from the audio after the last commit; `atMs` only says how long after that it begins.
 */
export interface ScriptUtterance {
  text: string;
  language?: string;
  emotion?: string;
  /** 0 to 1; sent by the one model that has it (paraformer-realtime-8k-v2). */
  emotionConfidence?: number;
  /** Beginning in audio time. Default: `gapMs` after the end of the one before; 200 for the first. */
  atMs?: number;
  /** End in audio time. Default: `wordMs` for each word after the beginning. */
  endMs?: number;
  /** Interims. Default: one for each word, with the last two words as draft. `[]` for none. */
  steps?: ScriptStep[];
  /** Overrides for the final; `null` when none is ever sent. */
  final?: { text?: string; language?: string; emotion?: string } | null;
  /** Word times in audio time. Default: spread over the utterance by the lengths of the words. */
  words?: { text: string; punctuation?: string; beginMs: number; endMs: number }[];
  /** Only this item fails instead of a final (`…transcription.failed`; on run-task the task fails). */
  failed?: { code?: string; message?: string };
  /**
   * Inference fails: there are no interims, and an `error` comes instead of a final (`COMMON_ERROR`; on run-task the
   * task fails).
   */
  error?: { code?: string; message?: string };
}

export interface ScriptStep {
  /** Time after the utterance's beginning. Default: spread evenly over the utterance. */
  afterMs?: number;
  /** The stable prefix. Default `''`. */
  stable?: string;
  /** The rest, which may change. Default `''`. */
  draft?: string;
  language?: string;
  emotion?: string;
}

/** Names of frames in either protocol, for faults. The wire's own type or event name works too. */
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
   * When a frame is sent: its kind or wire name, and its number among them (from 1; every one when left out). An
   * action on the connection follows the frame, or precedes it with `before`.
   */
  | { on: FrameKind | (string & {}); nth?: number; before?: boolean }
  /** When this much audio has arrived on the connection. */
  | { atAudioMs: number }
  /** This long after the upgrade, in service time. */
  | { afterMs: number }
  /** Whenever no audio has come for this long, in service time. */
  | { idleMs: number };

/** Actions on a frame that is sent. They need a trigger with `on`. */
export type ScriptFrameAction =
  | { do: 'drop' }
  | { do: 'duplicate' }
  /** Sends it, and all frames behind it, this much later in service time. */
  | { do: 'delay'; ms: number }
  /** Lets other frames overtake it: keeps it until a frame of kind `until` was sent, or for `ms`. */
  | { do: 'hold'; until?: FrameKind | (string & {}); ms?: number }
  /** Changes fields by path, such as `session.model` or `payload.output.sentence.text`. */
  | { do: 'edit'; set?: Record<string, unknown>; remove?: string[] }
  /** Sends this text instead, JSON or not. */
  | { do: 'replace'; text: string };

/** Actions on the connection. */
export type ScriptLinkAction =
  /** Sends one more frame: an object, any text, or this many random bytes. */
  | { do: 'send'; frame?: Record<string, unknown>; text?: string; randomBytes?: number }
  /** Closes with a handshake and this code. */
  | { do: 'close'; code: number; reason?: string }
  /**
   * Fails in the protocol's own words, `error` or `task-failed`, and then closes with `closeCode` (default 1000). The
   * failure is given by its name, or by its code and message.
   */
  | { do: 'fail'; as?: FailureName; code?: string; message?: string; closeCode?: number }
  /** Manual mode: completes what was heard, though nobody has committed it (protocol.md E 7). */
  | { do: 'complete' }
  /** Ends the TCP connection without a close frame, which is 1006 for the client. */
  | { do: 'terminate' }
  /** Reads and sends nothing from now on, including pongs, while the socket stays open. */
  | { do: 'halfOpen' }
  /** Reads no more than this from the socket. */
  | { do: 'readSlowly'; bytesPerSecond: number };

/** Failures that live services have shown; their codes and messages are in failures.ts. */
export type FailureName =
  /** Too many connections of this account are open (protocol.md E 1). */
  | 'connectionCap'
  /** The service itself took too long (protocol.md E 3). */
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

/** The script of one connection. */
export interface ScriptPlan {
  upgrade: ScriptUpgrade | undefined;
  utterances: ResolvedUtterance[];
  loop: boolean;
  faults: ScriptFault[];
}

/** A checked script. */
export interface Script {
  /** How long a hot-word list is not deployed after each change. */
  undeployedMs: number;
  /** @param index 0 for the first connection. */
  planFor(index: number): ScriptPlan;
}
