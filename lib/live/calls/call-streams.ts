import { AsrError } from '../../vocabulary/errors';
import { shortened } from '../../base/excerpt';
import type { AudioFormatHints } from '../../audio/format';
import { hintsOfCall } from './call-format';
import type { CallEvent, CallFormat, CallInfo, CallTrack } from './call-events';

/** Two sides, and as many again for conferences; a stranger must not open sessions without end. */
const MAX_TRACKS = 4;
const MAX_NAME_CHARACTERS = 64;
/** Above this, a time is one of the calendar (Plivo) and not one that counts from the start of the call. */
const CALENDAR_FROM_MS = 1e11;

interface Track {
  key: string;
  call: CallTrack;
  hints: AudioFormatHints;
}

/** One audio stream of a call, with its tracks. */
export class CallStream {
  readonly info: CallInfo;
  readonly format: CallFormat;
  readonly #id: string;
  readonly #tracks = new Map<string, Track>();
  /** The first time that was seen, where times are those of the calendar. */
  #originMs: number | undefined;

  /** @param id Tells the stream apart from those of all other calls. */
  constructor(info: CallInfo, format: CallFormat, id: string) {
    this.info = info;
    this.format = format;
    this.#id = id;
  }

  get keys(): string[] {
    return Array.from(this.#tracks.values(), ({ key }) => key);
  }

  /** @param channel The one channel of the bytes that is this track. Default: all of them are. */
  audio(track: string, bytes: Uint8Array, timestampMs?: number, channel?: number): CallEvent {
    const known = this.#tracks.get(track) ?? this.#open(track, timestampMs, channel);
    if (known instanceof AsrError) return { type: 'fault', error: known };
    const { call, key, hints } = known;
    return {
      type: 'audio',
      call,
      key,
      bytes,
      hints,
      ...(timestampMs !== undefined && { timestampMs }),
    };
  }

  #open(name: string, timestampMs: number | undefined, channel: number | undefined): Track | AsrError {
    if (this.#tracks.size >= MAX_TRACKS || name.length > MAX_NAME_CHARACTERS) {
      return new AsrError(
        'BAD_AUDIO',
        `The call ${shortened(this.#id)} has more than ${MAX_TRACKS} tracks, or one with a longer name than ` +
          `${MAX_NAME_CHARACTERS} characters; its audio was left out.`,
      );
    }
    const track: Track = {
      key: `${this.#id}/${name}`,
      call: { ...this.info, track: name, offsetMs: this.#offsetOf(timestampMs) },
      hints: hintsOfCall(this.format, channel),
    };
    this.#tracks.set(name, track);
    return track;
  }

  #offsetOf(timestampMs: number | undefined): number {
    if (timestampMs === undefined) return 0;
    if (timestampMs < CALENDAR_FROM_MS) return Math.max(0, timestampMs);
    this.#originMs ??= timestampMs;
    return Math.max(0, timestampMs - this.#originMs);
  }
}
