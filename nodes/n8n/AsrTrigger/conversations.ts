import type { IDataObject } from 'n8n-workflow';
import type { FinalEvent } from '../../../lib';
import { isObject } from '../../../lib/hosts';
import { asData } from '../shared/items';

/** A device may stay connected for months; of what it has said, the newest sentences are kept. */
const MAX_SENTENCES = 10_000;

interface Sentence {
  /** The side of a call that has said it. */
  track: string | undefined;
  text: string;
  language: string | undefined;
  emotion: string | undefined;
  /** When it began, counted from the beginning of the call. */
  atMs: number | undefined;
}

interface Side {
  /** The key of the conversation. */
  conversation: string;
  track?: string | undefined;
  offsetMs: number;
  /** It spoke again before what it had said was recognised. The times of both have no beginning in common. */
  hasOverlapped?: boolean;
}

interface Conversation {
  /** What the source knows of the sender; of a call, what both sides have in common. */
  details: Readonly<Record<string, unknown>>;
  openSides: number;
  sentences: Sentence[];
}

/**
 * What callers and devices have said since they have connected. The sides of a call are senders of their own, and one
 * conversation.
 */
export class Conversations {
  readonly #sides = new Map<string, Side>();
  readonly #conversations = new Map<string, Conversation>();

  /** @param details What the source knows of the sender: the ids and parameters of a call. */
  begin(sender: string, details: Readonly<Record<string, unknown>> = {}): void {
    const open = this.#sides.get(sender);
    if (open) {
      open.hasOverlapped = true;
      return;
    }
    const { side, common } = sideOf(sender, details);
    this.#sides.set(sender, side);
    const known = this.#conversations.get(side.conversation);
    if (known) known.openSides += 1;
    else this.#conversations.set(side.conversation, { details: common, openSides: 1, sentences: [] });
  }

  add({ text, language, emotion, beginMs }: FinalEvent, sender: string): void {
    const side = this.#sides.get(sender);
    const conversation = side && this.#conversations.get(side.conversation);
    if (!conversation) return;
    const { track, offsetMs, hasOverlapped } = side;
    const { sentences } = conversation;
    const atMs = beginMs === undefined || hasOverlapped ? undefined : offsetMs + beginMs;
    sentences.push({ track, text, language, emotion, atMs });
    if (sentences.length > MAX_SENTENCES) sentences.shift();
  }

  /** @returns What was said by all sides, when the last of them has ended. */
  end(sender: string): IDataObject | undefined {
    const side = this.#sides.get(sender);
    const conversation = side && this.#conversations.get(side.conversation);
    if (!conversation) return undefined;
    this.#sides.delete(sender);
    conversation.openSides -= 1;
    if (conversation.openSides > 0) return undefined;
    this.#conversations.delete(side.conversation);
    const { details, sentences } = conversation;
    return asData({ source: side.conversation, ...details, sentences: inOrder(sentences) });
  }
}

function sideOf(
  sender: string,
  details: Readonly<Record<string, unknown>>,
): { side: Side; common: Readonly<Record<string, unknown>> } {
  const { call } = details;
  if (!isObject(call) || typeof call.track !== 'string') {
    return { side: { conversation: sender, offsetMs: 0 }, common: details };
  }
  const { track, offsetMs, ...info } = call;
  // The sender of a call is the id of its stream, and the track.
  const ending = `/${track}`;
  const conversation = sender.endsWith(ending) ? sender.slice(0, -ending.length) : sender;
  const side = { conversation, track, offsetMs: typeof offsetMs === 'number' ? offsetMs : 0 };
  return { side, common: { ...details, call: info } };
}

/** By their times where all have one, else as they came. */
function inOrder(sentences: readonly Sentence[]): Sentence[] {
  const timed = sentences.flatMap((sentence) =>
    sentence.atMs === undefined ? [] : [{ sentence, atMs: sentence.atMs }],
  );
  if (timed.length < sentences.length) return [...sentences];
  return timed.sort((one, other) => one.atMs - other.atMs).map(({ sentence }) => sentence);
}
