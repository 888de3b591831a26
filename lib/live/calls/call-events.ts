import type { AudioFormatHints } from '../../audio/format';
import type { AsrError } from '../../vocabulary/errors';

/** Whose messages a call comes in. SignalWire sends the same ones as Twilio. */
export type CallProvider =
  'twilio' | 'telnyx' | 'plivo' | 'vonage' | 'jambonz' | 'freeswitch' | 'audiosocket';

/** What the provider says of a call. Ids are absent where it sends none. */
export interface CallInfo {
  provider: CallProvider;
  /** The id of the audio stream: `streamSid`, `stream_id`, `streamId`. */
  streamId?: string;
  /** The id of the call: `callSid`, `call_control_id`, `callId`, the UUID of AudioSocket. */
  callId?: string;
  accountId?: string;
  from?: string;
  to?: string;
  /** What the application gave to the provider for this call: parameters, headers or metadata. */
  parameters: Record<string, unknown>;
}

/** One side of a call. */
export interface CallTrack extends CallInfo {
  /** `inbound` is the caller, `outbound` what the caller hears. */
  track: string;
  /** When the first audio of the track was spoken, counted from the beginning of the call. */
  offsetMs: number;
}

/** The format of the audio of a call. */
export interface CallFormat {
  encoding: 'mu-law' | 'a-law' | 's16le' | 'opus';
  rateHz: number;
  channels: number;
}

export type CallEvent =
  | {
      type: 'start';
      call: CallInfo;
      format: CallFormat;
      /** Whether the provider's usual format was taken, because the message with the format was not seen. */
      isAssumed: boolean;
    }
  | {
      type: 'audio';
      call: CallTrack;
      /** Tells the tracks of all calls apart: `streamSid/track`. */
      key: string;
      bytes: Uint8Array;
      /** The same object for all audio of a track. */
      hints: AudioFormatHints;
      /** As the provider counts, in milliseconds. */
      timestampMs?: number;
    }
  | { type: 'dtmf'; call: CallInfo; digit: string }
  | { type: 'mark'; call: CallInfo; name: string }
  | { type: 'stop'; call: CallInfo; /** The keys of the tracks that had audio. */ keys: string[] }
  /** A message or a part of one was refused. The rest of the call goes on. */
  | { type: 'fault'; error: AsrError };
