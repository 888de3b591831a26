import type { IDataObject } from 'n8n-workflow';
import type { EmotionEvent, FinalEvent, InterimEvent, SessionEvent, StatisticsEvent } from '../../../lib';
import { captionsText } from '../shared/captions';
import type { CaptionFormat } from '../shared/captions';
import { asData } from '../shared/items';
import type { Output } from '../shared/output';
import { Conversations } from './conversations';

/** The events that can start the workflow. */
export type TriggerEventType = 'final' | 'emotion' | 'ended' | 'interim' | 'statistics';

export interface TriggerItemSettings {
  types: readonly TriggerEventType[];
  /** Interval for the interims of one sender; in between only the newest is kept. */
  interimEveryMs: number;
  /** Whether only the stable text of interims is given. */
  isStableOnly: boolean;
  /** The form in which a sentence is also given as a caption. */
  captions: CaptionFormat | 'none';
  /** Of sentences and interims; a caption stays. */
  output: Output;
}

type CaptionedFinal = FinalEvent & { captions?: string };

/** What is remembered of one sender. */
interface SenderState {
  /** A device may speak again before what it said is recognised. */
  openFeeds?: number;
  /** What the source knows of the sender: the ids and parameters of a call. */
  details?: Readonly<Record<string, unknown>>;
  /** The service's id of the current session or task, for support requests. */
  sessionId?: string;
  emotion?: string;
  /** The last interim that was given, by sentence and text. */
  shown?: string;
  waiting?: InterimEvent;
  timer?: NodeJS.Timeout;
}

/** Makes items of the chosen events. */
export class TriggerItems {
  readonly #settings: TriggerItemSettings;
  readonly #emit: (json: IDataObject) => void;
  readonly #senders = new Map<string, SenderState>();
  readonly #conversations = new Conversations();
  #isClosed = false;

  constructor(settings: TriggerItemSettings, emit: (json: IDataObject) => void) {
    this.#settings = settings;
    this.#emit = emit;
  }

  onEvent(event: SessionEvent, sender: string): void {
    if (this.#isClosed) return;
    switch (event.type) {
      case 'opened':
      case 'resumed':
        this.#stateOf(sender).sessionId = event.sessionId;
        return;
      case 'interim':
        if (this.#wants('interim')) this.#interim(event, sender);
        return;
      case 'final': {
        // The final replaces the waiting interim.
        delete this.#stateOf(sender).waiting;
        if (event.text !== '') this.#conversations.add(event, sender);
        if (this.#wants('final') && event.text !== '') this.#giveText(this.#captioned(event), sender);
        return;
      }
      case 'emotion':
        if (this.#wants('emotion')) this.#emotion(event, sender);
        return;
      case 'statistics':
        if (this.#wants('statistics')) this.#give(event, sender);
        return;
      default:
    }
  }

  onSender(sender: string, details?: Readonly<Record<string, unknown>>): void {
    if (this.#isClosed) return;
    const state = this.#stateOf(sender);
    state.openFeeds = (state.openFeeds ?? 0) + 1;
    if (details) state.details = details;
    if (this.#wants('ended')) this.#conversations.begin(sender, details);
  }

  onSenderGone(sender: string): void {
    const state = this.#senders.get(sender);
    if (state?.openFeeds) state.openFeeds -= 1;
    if (state?.openFeeds) return;
    this.#forget(sender);
    const said = this.#conversations.end(sender);
    if (said && !this.#isClosed) this.#emit({ type: 'ended', ...said });
  }

  /** Gives nothing from now on. */
  close(): void {
    this.#isClosed = true;
    for (const sender of [...this.#senders.keys()]) this.#forget(sender);
  }

  #forget(sender: string): void {
    clearTimeout(this.#senders.get(sender)?.timer);
    this.#senders.delete(sender);
  }

  #interim(event: InterimEvent, sender: string): void {
    const state = this.#stateOf(sender);
    const interim = this.#settings.isStableOnly ? { ...event, text: event.stableText } : event;
    if (interim.text === '' || keyOf(interim) === state.shown) return;
    state.waiting = interim;
    if (state.timer === undefined) this.#giveWaiting(state, sender);
  }

  #giveWaiting(state: SenderState, sender: string): void {
    const { waiting } = state;
    delete state.waiting;
    delete state.timer;
    if (!waiting) return;
    state.shown = keyOf(waiting);
    state.timer = setTimeout(() => {
      this.#giveWaiting(state, sender);
    }, this.#settings.interimEveryMs);
    this.#giveText(waiting, sender);
  }

  /** Finals have their emotion anyway; only a changed emotion starts a workflow. */
  #emotion(event: EmotionEvent, sender: string): void {
    const state = this.#stateOf(sender);
    if (event.emotion === state.emotion) return;
    state.emotion = event.emotion;
    this.#give(event, sender);
  }

  #captioned(final: FinalEvent): CaptionedFinal {
    const { captions } = this.#settings;
    return captions === 'none' ? final : { ...final, captions: captionsText(final, captions) };
  }

  #giveText(event: InterimEvent | CaptionedFinal, sender: string): void {
    if (this.#settings.output === 'all') {
      this.#give(event, sender);
      return;
    }
    this.#emit({ text: event.text, ...('captions' in event && { captions: event.captions }) });
  }

  #give(event: InterimEvent | FinalEvent | EmotionEvent | StatisticsEvent, sender: string): void {
    const { sessionId, details } = this.#senders.get(sender) ?? {};
    this.#emit({
      ...asData(event),
      source: sender,
      ...(details as IDataObject | undefined),
      ...(sessionId !== undefined && { sessionId }),
    });
  }

  #wants(type: TriggerEventType): boolean {
    return this.#settings.types.includes(type);
  }

  #stateOf(sender: string): SenderState {
    const known = this.#senders.get(sender);
    if (known) return known;
    const state: SenderState = {};
    this.#senders.set(sender, state);
    return state;
  }
}

function keyOf({ sentenceId, text }: InterimEvent): string {
  return `${sentenceId} ${text}`;
}
