import { randomBytes } from 'node:crypto';
import { editFrame, type FaultSchedule } from './faults';
import { isJsonObject } from './json';
import type { JsonObject } from './json';
import type { FrameKind, ScriptFrameAction, ScriptLinkAction } from './script/schema';
import type { Timers } from './time';

/** What is finally sent on the wire. */
export type Outgoing = string | Buffer;

/** The socket's side of the queue. */
export interface FrameSink {
  write(data: Outgoing, frame: { type: string; frame: JsonObject } | undefined): void;
  close(code: number, reason: string): void;
  /** An action that is not about frames. */
  act(action: Exclude<ScriptLinkAction, { do: 'send' | 'close' }>): void;
}

interface HeldFrame {
  until: string | undefined;
  release: () => void;
}

/** Sends frames in order, unless a fault of the script changes that. */
export class FrameQueue {
  readonly #faults: FaultSchedule;
  readonly #timers: Timers;
  readonly #link: FrameSink;
  /** Frames and closes behind a delayed frame. */
  readonly #queue: (() => void)[] = [];
  #delaying = false;
  #held: HeldFrame[] = [];

  constructor(faults: FaultSchedule, timers: Timers, link: FrameSink) {
    this.#faults = faults;
    this.#timers = timers;
    this.#link = link;
  }

  /** @param wireName The frame's `type` or `header.event`. */
  send(kind: FrameKind, wireName: string, frame: JsonObject): void {
    this.#inOrder(() => {
      this.#sendNow(kind, wireName, frame);
    });
  }

  /** Closes after all waiting frames. @param afterMs Time for the peer to close by itself. */
  close(code: number, reason = '', afterMs = 0): void {
    this.#inOrder(() => {
      for (const held of [...this.#held]) held.release();
      const close = (): void => {
        this.#link.close(code, reason);
      };
      if (afterMs === 0) close();
      else this.#timers.after(afterMs, close);
    });
  }

  /** Acts on the connection at once. */
  act(action: ScriptLinkAction): void {
    switch (action.do) {
      case 'send':
        if (action.frame) this.#write(action.frame);
        if (action.text !== undefined) this.#link.write(action.text, undefined);
        if (action.randomBytes) this.#link.write(randomBytes(action.randomBytes), undefined);
        return;
      case 'close':
        this.#link.close(action.code, action.reason ?? '');
        return;
      default:
        this.#link.act(action);
    }
  }

  #inOrder(task: () => void): void {
    if (this.#isDelaying()) this.#queue.push(task);
    else task();
  }

  /** A method, because delivering a frame can change it. */
  #isDelaying(): boolean {
    return this.#delaying;
  }

  #sendNow(kind: FrameKind, wireName: string, frame: JsonObject): void {
    const due = this.#faults.onFrame(kind, wireName);
    const delayMs = due.frame.reduce((sum, action) => sum + (action.do === 'delay' ? action.ms : 0), 0);
    const deliver = (): void => {
      for (const action of due.before) this.act(action);
      this.#deliver(due.frame, frame);
      for (const action of due.link) this.act(action);
      this.#release(kind, wireName);
    };
    if (delayMs === 0) {
      deliver();
      return;
    }
    this.#delaying = true;
    this.#timers.after(delayMs, () => {
      this.#delaying = false;
      deliver();
      // A frame in the queue may start the next delay.
      while (!this.#isDelaying() && this.#queue.length > 0) this.#queue.shift()?.();
    });
  }

  #deliver(actions: readonly ScriptFrameAction[], original: JsonObject): void {
    let frame = original;
    let replacement: string | undefined;
    let copies = 1;
    let hold: Extract<ScriptFrameAction, { do: 'hold' }> | undefined;
    for (const action of actions) {
      if (action.do === 'drop') copies = 0;
      else if (action.do === 'duplicate') copies *= 2;
      else if (action.do === 'edit') frame = editFrame(frame, action);
      else if (action.do === 'replace') replacement = action.text;
      else if (action.do === 'hold') hold = action;
    }
    const write = (): void => {
      for (let copy = 0; copy < copies; copy += 1) {
        if (replacement === undefined) this.#write(frame);
        else this.#link.write(replacement, undefined);
      }
    };
    if (hold) this.#hold(hold, write);
    else write();
  }

  #hold({ until, ms }: { until?: string; ms?: number }, write: () => void): void {
    const held: HeldFrame = {
      until,
      release: () => {
        if (!this.#held.includes(held)) return;
        this.#held = this.#held.filter((other) => other !== held);
        write();
      },
    };
    this.#held.push(held);
    if (ms !== undefined) this.#timers.after(ms, held.release);
  }

  #release(kind: FrameKind, wireName: string): void {
    for (const held of this.#held.filter(({ until }) => until === kind || until === wireName)) held.release();
  }

  #write(frame: JsonObject): void {
    this.#link.write(JSON.stringify(frame), { type: wireNameOf(frame), frame });
  }
}

function wireNameOf(frame: JsonObject): string {
  const { type, header } = frame;
  if (typeof type === 'string') return type;
  const event = isJsonObject(header) ? header.event : undefined;
  return typeof event === 'string' ? event : '';
}
