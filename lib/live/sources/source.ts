import type { AudioFormatHints } from '../../audio/format';

/** The audio of one sender, from when it began to send until it ends or is lost. */
export interface AudioFeed {
  /** Who sends, for items and logs. Nothing secret is in it. */
  sender: string;
  /** What is known of the audio beside its bytes. */
  hints: AudioFormatHints;
  /** To be read once. Ends with the stream; throws an AsrError when it is lost. */
  chunks: AsyncIterable<Uint8Array>;
  /** Releases everything, while it is read as well as before; resolves when nothing is left. May be called twice. */
  close: () => Promise<void>;
}

/** A stream that is fetched from somewhere, and fetched again when it is lost. */
export interface StreamSource {
  kind: 'stream';
  /** Where from, without secrets. */
  name: string;
  /**
   * Resolves once audio can be read. The signal ends the connecting; the feed is closed by who asked for it.
   * @throws AsrError that says what happened. `retryable` when the same may succeed later.
   */
  connect: (signal: AbortSignal) => Promise<AudioFeed>;
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
  /** The port is gone and nothing comes from it any more. */
  onFailure: (error: Error) => void;
}

export interface OpenPort {
  port: number;
  /** Closes the port. Its feeds are closed by who got them. */
  close: () => Promise<void>;
}

export type LiveSource = StreamSource | PortSource;
