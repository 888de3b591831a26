import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { decodeAudio, readAudio } from '../../../lib';
import type { AudioChunk, AudioFormatHints, AudioSource, ReadAudioOptions } from '../../../lib';
import { bytesOf } from '../../../lib/hosts';
import {
  audioTexts,
  DEFAULT_TEXT,
  isStream,
  messageAudio,
  signalOf,
  unreadHints,
} from '../shared/audio-message';
import type { AudioTexts } from '../shared/audio-message';
import { asError } from '../shared/errors';
import { END_ACTIONS, findSessionHost } from '../shared/host';
import type { AudioSink } from '../shared/host';
import { readProperty } from '../shared/red';
import type { Done, Send } from '../shared/red';
import { Status } from '../shared/status';
import { watched } from '../shared/stream-watch';
import { PhoneCalls } from './phone-calls';
import { inRealTime } from './real-time';

/** The settings of an `append audio` node, as the editor stores them. */
export interface AppendSettings {
  /** Id of the `asr session` node. */
  session: string;
  property?: string;
  strings?: NonNullable<ReadAudioOptions['strings']>;
  /** As fast as the session accepts audio, or as fast as it was spoken. */
  pace?: 'accepted' | 'realtime';
}

/** The work of one `append audio` node. */
export class AppendController {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: AppendSettings;
  readonly #status: Status;
  readonly #closing = new AbortController();
  readonly #texts: AudioTexts;
  readonly #unread = new Set<string>();
  readonly #calls: PhoneCalls;
  #playing = 0;
  /** Recordings that are being read or played. A live stream has no end that could be missed. */
  #unfinished = 0;

  constructor(RED: NodeAPI, node: Node, settings: AppendSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#texts = audioTexts(RED, 'asr-append-audio', settings.property ?? 'payload');
    this.#calls = new PhoneCalls(RED, node);
  }

  async onInput(msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#append(msg);
      if (signal.aborted) return;
      this.#showPlaying();
      send(msg);
      done();
    } catch (error) {
      if (signal.aborted) return;
      this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Stops all reading and playing. The log says how much that was. */
  close(): void {
    const count = this.#unfinished;
    if (count > 0) this.#node.warn(this.#RED._('asr-append-audio.error.closed', { count }));
    this.#closing.abort();
    this.#status.close();
  }

  async #append(msg: NodeMessageInFlow): Promise<void> {
    const {
      session,
      property = 'payload',
      strings: textKind = DEFAULT_TEXT,
      pace = 'accepted',
    } = this.#settings;
    const host = findSessionHost(this.#RED, this.#node, session);
    const call = this.#calls.read(msg, property);
    if (call) return this.#calls.give(msg, call, host);
    if (isEnd(this.#RED, msg, property)) return host.act(msg);
    const audio = messageAudio(this.#RED, msg, { property, strings: textKind }, this.#texts);
    if (!audio) return;
    this.#warnOfUnread(msg);
    const signal = signalOf(msg, this.#closing.signal);
    const { source, strings, hints } = audio;
    const isRealTime = pace === 'realtime';

    const lasts = isRealTime || isStream(source);
    await host.append(msg, { lasts, bytes: bytesOf(source)?.length }, async (sink) => {
      const bytes = isRealTime ? undefined : bytesOf(source);
      // The direct way for live audio, which needs no reading.
      if (bytes && bytes.length > 0) {
        await sink.append(source as AudioChunk, hints);
        return;
      }
      const count = isStream(source) ? 0 : 1;
      this.#unfinished += count;
      await watched(
        {
          stream: source,
          translate: this.#RED._,
          type: 'asr-append-audio',
          isInTheWay: sink.othersWait,
          onQuiet: (isQuiet) => {
            if (isQuiet) this.#status.set('quiet');
            else this.#showPlaying();
          },
        },
        signal,
        (how) => {
          const options = { strings, hints, ...how };
          return isRealTime ? this.#play(source, options, sink) : this.#read(source, options, sink);
        },
      ).finally(() => {
        this.#unfinished -= count;
      });
    });
  }

  /** Reads audio as fast as the session accepts it. */
  async #read(source: AudioSource, options: ReadAudioOptions, sink: AudioSink): Promise<void> {
    const { hints = {} } = options;
    let known = hints;
    const onHints = (found: AudioFormatHints): void => {
      known = { ...found, ...hints };
    };
    for await (const chunk of readAudio(source, { ...options, onHints })) await sink.append(chunk, known);
  }

  /** Plays audio as fast as it was spoken. */
  async #play(source: AudioSource, options: ReadAudioOptions, sink: AudioSink): Promise<void> {
    this.#playing += 1;
    this.#showPlaying();
    try {
      // The duration of a chunk is only known for raw samples.
      const rateHz = sink.sampleRateHz;
      const hints: AudioFormatHints = { isRecording: false, ...options.hints };
      const samples = decodeAudio(source, { ...options, hints, rateHz, onComplaint: sink.complain });
      const decoded: AudioFormatHints = { encoding: 's16le', isDecoded: true };
      for await (const chunk of inRealTime(samples, rateHz, options.signal)) {
        await sink.append(chunk, decoded);
      }
    } finally {
      this.#playing -= 1;
    }
  }

  /** Warns once for each property, because every message of a source has it. */
  #warnOfUnread(msg: NodeMessageInFlow): void {
    for (const [unread, read] of unreadHints(msg)) {
      if (this.#unread.has(unread)) continue;
      this.#unread.add(unread);
      this.#node.warn(this.#RED._('asr-append-audio.error.unread-hint', { unread, read }));
    }
  }

  #showPlaying(): void {
    if (this.#playing > 0) this.#status.set('playing');
    else this.#status.clear();
  }
}

/** Whether a message without audio ends something, as that of a microphone does which was let go. */
function isEnd(RED: NodeAPI, msg: NodeMessageInFlow, property: string): boolean {
  return END_ACTIONS.includes(msg.action) && readProperty(RED, msg, property) === undefined;
}
