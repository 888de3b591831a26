import type { AudioFormatHints } from '../../audio/format';
import type { BackoffOptions } from '../../base/backoff';
import type { AsrError } from '../../vocabulary/errors';
import type { SessionEvent } from '../../vocabulary/events';

/** What a sender asks of its recognition. It has been checked against the model. */
export interface FeedWishes {
  language?: string;
  model?: string;
}

/** The audio of one sender, from its first chunk until it ends or is lost. */
export interface AudioFeed {
  /** The name of the sender, for items and logs. It contains no secret. */
  sender: string;
  /** Hints about the format of the audio, beside its bytes. */
  hints: AudioFormatHints;
  /** Can be read once. Ends with the stream; throws an AsrError when the stream is lost. */
  chunks: AsyncIterable<Uint8Array>;
  /** Releases everything, also while it is being read; resolves when nothing is left open. May be called twice. */
  close: () => Promise<void>;
  /** What is known of the sender, for items and messages: the ids and parameters of a call. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly wishes?: FeedWishes;
  /** Hears the events of its own recognition, for a protocol that answers with the text. */
  hear?: (event: SessionEvent) => void;
  /** All results are there. @param fault Why the audio could not be read or recognised. */
  recognised?: (fault: AsrError | undefined) => void;
}

/** A stream that is fetched from an address, and fetched again when it is lost. */
export interface StreamSource {
  kind: 'stream';
  /** The name of the source, without secrets. */
  name: string;
  /**
   * Resolves once audio can be read. The signal ends the connecting; the caller closes the feed.
   * @throws AsrError that says what happened; `retryable` when another attempt may succeed later.
   */
  connect: (signal: AbortSignal) => Promise<AudioFeed>;
  /** How soon it is tried again, where the usual pauses are too long for it. */
  retry?: BackoffOptions;
}

/** A port of this machine that devices send to. */
export interface PortSource {
  kind: 'port';
  name: string;
  /** @throws AsrError when the port cannot be opened. */
  listen: (events: PortEvents) => Promise<OpenPort>;
}

export interface PortEvents {
  onFeed: (feed: AudioFeed) => void;
  onWarning: (message: string) => void;
  /** The port was closed by an error, and nothing comes from it any more. */
  onFailure: (error: Error) => void;
}

export interface OpenPort {
  port: number;
  /** Closes the port. Its feeds are closed by whoever received them. */
  close: () => Promise<void>;
}

export type LiveSource = StreamSource | PortSource;
