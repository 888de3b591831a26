import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { toSrt, toVtt, transcribe } from '../../../lib';
import type { ReadAudioOptions, TraceFile, Transcript } from '../../../lib';
import { fetchVia, Slots } from '../../../lib/hosts';
import { audioTexts, DEFAULT_TEXT, messageAudio, signalOf, unreadHints } from '../shared/audio-message';
import { readContext } from '../shared/context';
import { asError, NodeError } from '../shared/errors';
import { readLimit, TRANSCRIBE_LIMITS } from '../shared/limits';
import type { Done, Send } from '../shared/red';
import { openTrace, sessionReliability } from '../shared/reliability';
import type { ReliabilityDef } from '../shared/reliability';
import { sessionOptions } from '../shared/session-options';
import type { RecognitionDef } from '../shared/session-options';
import { Status } from '../shared/status';
import { watched } from '../shared/stream-watch';

const CAPTIONS = { srt: toSrt, vtt: toVtt };

/** The settings of a `transcribe` node, as the editor stores them. */
export interface TranscribeSettings extends RecognitionDef, ReliabilityDef {
  property?: string;
  strings?: NonNullable<ReadAudioOptions['strings']>;
  /** Whether `msg.captions` is made, and in which format. */
  captions?: keyof typeof CAPTIONS | '';
  atOnce?: string | number;
  waitingMessages?: string | number;
}

/** The work of one `transcribe` node. */
export class TranscribeController {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #settings: TranscribeSettings;
  readonly #status: Status;
  readonly #slots: Slots;
  readonly #trace: TraceFile | undefined;
  readonly #maxWaiting: number;
  readonly #closing = new AbortController();

  constructor(RED: NodeAPI, node: Node, settings: TranscribeSettings) {
    this.#RED = RED;
    this.#node = node;
    this.#settings = settings;
    this.#status = new Status(node, RED._);
    this.#trace = openTrace(RED, node, settings);
    this.#maxWaiting = readLimit(settings.waitingMessages, TRANSCRIBE_LIMITS.waitingMessages);
    this.#slots = new Slots(readLimit(settings.atOnce, TRANSCRIBE_LIMITS.atOnce));
  }

  async onInput(msg: NodeMessageInFlow, send: Send, done: Done): Promise<void> {
    const { signal } = this.#closing;
    try {
      if (this.#slots.isFull && this.#slots.waiting >= this.#maxWaiting) {
        const message = this.#RED._('asr-transcribe.error.too-many-waiting', { max: this.#maxWaiting });
        throw new NodeError('TOO_MANY_WAITING', message);
      }
      const turn = this.#slots.run(() => this.#transcribe(msg));
      this.#show();
      const transcript = await turn;
      if (signal.aborted) return;
      this.#show();
      send(Object.assign(msg, { payload: transcript.text, asr: transcript, ...this.#captions(transcript) }));
      done();
    } catch (error) {
      if (signal.aborted) return;
      this.#show();
      if (this.#slots.running === 0) this.#status.setFailed(error);
      done(asError(error));
    }
  }

  /** Aborts running work; waiting work ends when its turn comes. The log says how much that was. */
  async close(): Promise<void> {
    const count = this.#slots.running + this.#slots.waiting;
    if (count > 0) this.#node.warn(this.#RED._('asr-transcribe.error.closed', { count }));
    this.#closing.abort();
    this.#status.close();
    await this.#trace?.close();
  }

  #transcribe(msg: NodeMessageInFlow): Promise<Transcript> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const { property = 'payload', strings: textKind = DEFAULT_TEXT } = this.#settings;
    const texts = audioTexts(this.#RED, 'asr-transcribe', property);
    const audio = messageAudio(this.#RED, msg, { property, strings: textKind }, texts);
    if (!audio) throw new NodeError('NO_AUDIO', texts.noAudio('""'));
    for (const [unread, read] of unreadHints(msg)) {
      this.#node.warn(this.#RED._('asr-transcribe.error.unread-hint', { unread, read }));
    }
    const { source, strings, hints } = audio;
    const context = readContext(msg, () => this.#RED._('asr-transcribe.error.bad-context'));
    let sentences = 0;
    const recognise = (how: Pick<ReadAudioOptions, 'signal' | 'onWait'>): Promise<Transcript> =>
      transcribe(source, {
        ...sessionOptions(this.#RED, this.#node, this.#settings),
        ...sessionReliability(this.#node, this.#settings, this.#trace),
        ...(context && { context }),
        strings,
        // The credentials name the proxy for the service; audio is fetched by the proxy of the environment.
        fetch: fetchVia(undefined),
        hints,
        ...how,
        onEvent: (event) => {
          // What is wrong with a recording may be the reason for a text that is short or empty.
          if (event.type === 'warning') this.#node.warn(event.message);
          if (event.type !== 'final') return;
          sentences += 1;
          this.#show(sentences);
        },
      });
    return watched(
      {
        stream: source,
        translate: this.#RED._,
        type: 'asr-transcribe',
        // Text that was already recognised must not be lost.
        isInTheWay: (hasBegun) => !hasBegun && this.#slots.waiting > 0,
        onQuiet: (isQuiet) => {
          if (isQuiet) this.#status.set('quiet');
          else this.#show(sentences);
        },
      },
      signalOf(msg, signal),
      recognise,
    );
  }

  #captions({ sentences }: Transcript): { captions?: string } {
    const { captions } = this.#settings;
    return captions ? { captions: CAPTIONS[captions](sentences) } : {};
  }

  /** @param sentences Sentences of the running recording, shown while it is the only one. */
  #show(sentences = 0): void {
    const { running, waiting } = this.#slots;
    if (running === 0) this.#status.clear();
    else if (running === 1 && waiting === 0) this.#status.set('recognising', { n: sentences });
    else this.#status.set('queue', { running, waiting });
  }
}
