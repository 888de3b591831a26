import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from 'node-red';
import type { AsrError, SessionEvent } from '../../../lib';
import { asAsrError, AudioLead, feedSamples, Following, Lasting, watchStalls } from '../../../lib/hosts';
import type { Attempt, AudioFeed, LiveSource } from '../../../lib/hosts';
import { asError } from './errors';
import type { Status } from './status';

/** A device that detects voices itself sends no silence behind speech, which would end the sentence. */
const PAUSE_MS = 2000;
/** Messages cannot slow their sender down, so audio that comes too fast waits in the source. */
const LEAD_MS = 10_000;
const SPEED = 2;

/** What comes from a source: 16-bit mono samples, or what a sender's silence or departure means. */
export interface SourceEvents {
  onAudio: (pcm: Uint8Array, feed: AudioFeed) => void;
  /** A sender has left (`finish`), or nothing comes from it for now (`commit`). */
  onEnd: (what: 'commit' | 'finish', sender: string) => void;
}

export interface SourcePlayerOptions extends SourceEvents {
  node: Node;
  status: Status;
  source: LiveSource;
  rateHz: number;
  /** Shows in the badge what comes from a stream. Default: that something comes. */
  showAudio?: (pcm: Uint8Array) => void;
}

/** Plays a live source for a node, and shows in its badge how that goes. It begins again after every failure. */
export class SourcePlayer {
  readonly #options: SourcePlayerOptions;
  readonly #lasting: Lasting<Attempt>;
  readonly #senders = new Set<string>();
  /** The present feed of a stream, which may want its text. */
  #feedOfStream: AudioFeed | undefined;

  constructor(options: SourcePlayerOptions) {
    this.#options = options;
    const { node, status, source } = options;
    const onWarning = node.warn.bind(node);
    this.#lasting = new Lasting({
      make: (onFailure) => {
        status.set('connecting');
        const following: Following = new Following({
          source,
          play: (feed, heard) => this.#play(feed, heard, following.ending),
          onLost: () => {
            status.set('again');
          },
          onFailure,
          onWarning,
        });
        return {
          start: async () => {
            await following.start();
            if (source.kind === 'port') this.#showSenders();
          },
          close: () => following.close(),
        };
      },
      // Each attempt begins with a badge of its own, so each failure is shown; it is an error once for each outage.
      onFailed: (thrown) => {
        status.setFailed(thrown);
      },
      onOutage: (error) => {
        node.error(asError(error));
      },
      onWarning,
      backoff: source.kind === 'stream' ? source.retry : undefined,
    });
  }

  start(): void {
    this.#lasting.startInBackground();
  }

  /** Resolves when nothing is left open. */
  stop(): Promise<void> {
    return this.#lasting.stop();
  }

  /**
   * Gives the source what was recognised of its audio, where it wants that.
   * @param key The key of the session. One without a key serves this source alone; another source's is ignored.
   */
  hear(event: SessionEvent, key: unknown): void {
    const feed = this.#feedOfStream;
    if (!key || key === feed?.sender) feed?.hear?.(event);
  }

  async #play(feed: AudioFeed, heard: () => void, ending: AbortSignal): Promise<void> {
    const { source, rateHz, node, onAudio, onEnd } = this.#options;
    const { sender } = feed;
    if (source.kind === 'stream') this.#feedOfStream = feed;
    const lead = new AudioLead({ rateHz, leadMs: LEAD_MS, speed: SPEED });
    const samples = feedSamples(feed, {
      rateHz,
      signal: ending,
      onComplaint: ({ message }) => {
        if (!ending.aborted) node.warn(`${sender}: ${message}`);
      },
    });
    const onPause = (): void => {
      onEnd('commit', sender);
    };
    this.#senders.add(sender);
    try {
      for await (const pcm of watchStalls(samples, PAUSE_MS, onPause)) {
        heard();
        this.#showAudio(pcm);
        onAudio(pcm, feed);
        const waitMs = lead.passed(pcm.length);
        if (waitMs > 0) await sleep(waitMs, undefined, { signal: ending });
      }
    } catch (error) {
      if (ending.aborted) return;
      const reason = asAsrError(error, 'CONNECTION_LOST', `The audio of ${sender} cannot be read`);
      if (source.kind === 'stream') throw reason;
      node.warn(described(reason, sender));
    } finally {
      this.#senders.delete(sender);
      if (source.kind === 'port' && !ending.aborted) this.#showSenders();
      onEnd(source.kind === 'port' ? 'finish' : 'commit', sender);
    }
  }

  #showAudio(pcm: Uint8Array): void {
    const { showAudio } = this.#options;
    if (showAudio) showAudio(pcm);
    else this.#showSenders();
  }

  #showSenders(): void {
    const { status, source } = this.#options;
    if (source.kind === 'stream') status.set('receiving');
    else if (this.#senders.size === 0) status.set('noDevice');
    else status.set('devices', { n: this.#senders.size });
  }
}

function described({ code, message }: AsrError, sender: string): string {
  return code === 'BAD_AUDIO' ? `${sender} sent no usable audio. ${message}` : message;
}
