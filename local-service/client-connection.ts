import type WebSocket from 'ws';
import type { RawData } from 'ws';
import type { EngineConnection } from './engines/engine';
import { FaultSchedule } from './faults';
import { FAILURES, type Failure } from './script/failures';
import type { Recorder } from './inspection';
import { messageOf } from './json';
import type { JsonObject } from './json';
import type { HotWordLists } from './hot-words/lists';
import type { Quota } from './limits';
import { FrameQueue, type FrameSink } from './frame-queue';
import type { FrameKind, ScriptFault, ScriptLinkAction } from './script/schema';
import { Timers, type Cancel, type ServiceClock } from './time';

/** The protocol of one connection. */
export interface ProtocolHandler {
  /** The connection is open, and frames can be sent. */
  opened(): void;
  text(message: string): void;
  binary(message: Buffer): void;
  /** Refuses or gives up in the words of the protocol, and closes. */
  fail(failure: Failure, closeCode: number): void;
  /** Completes what was heard so far, without a request of the client. */
  completeByItself(): void;
  /** The service ends: reports that running tasks have failed, and closes the connection. */
  leave(): void;
  /** The socket is closed, so the handler must release everything. */
  closed(): void;
}

/** How fast a connection is read. */
export interface Pace {
  bytesPerSecond: number;
  /** How much may come at once. */
  burstMs: number;
}

/** A client that does not read its answers is not heard until it does, because they would fill the memory. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Wall time in which the peer may answer the service's last close. */
const LEAVE_MS = 200;

export interface ClientConnectionOptions {
  socket: WebSocket;
  recorder: Recorder;
  clock: ServiceClock;
  faults: readonly ScriptFault[];
  engine: EngineConnection;
  quota: Quota;
  hotWords: HotWordLists;
  log: (line: string) => void;
}

/** A WebSocket with its timers, its record and the faults of the script. The server owns it. */
export class ClientConnection {
  /** Resolves when the socket is closed and everything of this connection is released. */
  readonly ended: Promise<void>;
  readonly timers: Timers;
  readonly recorder: Recorder;
  readonly engine: EngineConnection;
  readonly quota: Quota;
  readonly hotWords: HotWordLists;
  readonly #socket: WebSocket;
  readonly #faults: FaultSchedule;
  readonly #frames: FrameQueue;
  readonly #log: (line: string) => void;
  #halfOpen = false;
  #pace: Pace | undefined;
  /** Service time until which the connection is not read, because data came too fast. */
  #restUntil = 0;
  #isResting = false;
  #isUnread = false;
  #stopResting: Cancel = () => undefined;
  #audioMs = 0;
  #handler: ProtocolHandler | undefined;
  #cancelIdleFaults: Cancel = () => undefined;
  #end = (): void => undefined;

  constructor({ socket, recorder, clock, faults, engine, quota, hotWords, log }: ClientConnectionOptions) {
    this.#socket = socket;
    this.recorder = recorder;
    this.engine = engine;
    this.quota = quota;
    this.hotWords = hotWords;
    this.timers = new Timers(clock);
    this.#faults = new FaultSchedule(faults);
    this.#frames = new FrameQueue(this.#faults, this.timers, this.#link());
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Starts a protocol on this connection. @param refusal Is sent instead of everything else. */
  serve(start: (connection: ClientConnection) => ProtocolHandler, refusal?: Failure): void {
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => {
      if (this.#halfOpen || socket.readyState !== socket.OPEN) return;
      const message = toBuffer(data);
      this.#keepPace(message.length);
      this.#guard(() => {
        if (isBinary) this.#handler?.binary(message);
        else this.#handler?.text(message.toString('utf8'));
      });
    });
    socket.on('ping', (data) => {
      this.recorder.record.pings += 1;
      if (!this.#halfOpen && socket.readyState === socket.OPEN) socket.pong(data);
    });
    // `ws` itself closes with 1009 or 1007 after an error. The listener keeps the process alive.
    socket.on('error', (error) => {
      this.#log(`connection ${this.recorder.record.id}: ${error.message}`);
    });
    socket.on('close', (code, reason) => {
      this.timers.clear();
      this.recorder.record.closed ??= { code, reason: reason.toString('utf8') };
      this.#handler?.closed();
      this.#end();
    });
    for (const { afterMs, action } of this.#faults.timed) {
      this.timers.after(afterMs, () => {
        this.#frames.act(action);
      });
    }
    this.#awaitAudio();
    this.#guard(() => {
      this.#handler = start(this);
      if (refusal) this.#handler.fail(refusal, 1000);
      else this.#handler.opened();
    });
  }

  /** The service may run in a host's process, which one connection must not crash. */
  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#log(`connection ${this.recorder.record.id}: ${messageOf(error)}`);
      this.#socket.close(1011, 'internal error');
    }
  }

  /** Sends a frame, subject to the faults of the script. @param wireName Its `type` or `header.event`. */
  send(kind: FrameKind, wireName: string, frame: JsonObject): void {
    this.#frames.send(kind, wireName, frame);
  }

  /** Closes after everything before has been sent. @param afterMs Time for the client to close by itself. */
  close(code: number, reason = '', afterMs = 0): void {
    this.#frames.close(code, reason, afterMs);
  }

  /** Records decoded audio, and triggers the faults that wait for it. */
  audioArrived(audio: Buffer, durationMs: number): void {
    this.recorder.receivedAudio(audio);
    this.#audioMs += durationMs;
    for (const action of this.#faults.onAudio(this.#audioMs)) this.#frames.act(action);
    this.#awaitAudio();
  }

  /** Reads no faster than this, once `burstMs` too much has come. A script may demand a lower rate. */
  keepPace(pace: Pace): void {
    if (!this.#pace || pace.bytesPerSecond < this.#pace.bytesPerSecond) this.#pace = pace;
  }

  /** Closes the connection with a handshake because the service ends; at once where the peer does not answer. */
  leave(): void {
    if (this.#halfOpen) {
      this.terminate();
      return;
    }
    this.#socket.resume();
    this.#guard(() => this.#handler?.leave());
    this.#socket.close(1001, 'The service ends.');
    const patience = setTimeout(() => {
      this.terminate();
    }, LEAVE_MS);
    void this.ended.then(() => {
      clearTimeout(patience);
    });
  }

  /** Ends the connection without a close frame. */
  terminate(): void {
    this.timers.clear();
    // A paused socket would never notice its own end.
    this.#socket.resume();
    this.#socket.terminate();
  }

  #link(): FrameSink {
    const socket = this.#socket;
    return {
      write: (data, frame) => {
        if (this.#halfOpen || socket.readyState !== socket.OPEN) return;
        if (frame) this.recorder.sent(frame.type, frame.frame);
        socket.send(data, { binary: typeof data !== 'string' }, this.#onWritten);
        if (socket.bufferedAmount <= MAX_UNREAD_BYTES) return;
        this.#isUnread = true;
        socket.pause();
      },
      close: (code, reason) => {
        if (this.#halfOpen || socket.readyState !== socket.OPEN) return;
        this.recorder.record.closed = { code, reason };
        socket.close(code, reason);
      },
      act: (action) => {
        this.#act(action);
      },
    };
  }

  #awaitAudio(): void {
    this.#cancelIdleFaults();
    const cancels = this.#faults.idle.map(({ idleMs, action }) =>
      this.timers.afterSilence(idleMs, () => {
        this.#frames.act(action);
      }),
    );
    this.#cancelIdleFaults = () => {
      for (const cancel of cancels) cancel();
    };
  }

  #act(action: Exclude<ScriptLinkAction, { do: 'send' | 'close' }>): void {
    switch (action.do) {
      case 'fail':
        this.#handler?.fail(failureOf(action), action.closeCode ?? 1000);
        return;
      case 'complete':
        this.#handler?.completeByItself();
        return;
      case 'terminate':
        this.terminate();
        return;
      case 'halfOpen':
        this.#halfOpen = true;
        this.#socket.pause();
        return;
      case 'readSlowly':
        this.keepPace({ bytesPerSecond: action.bytesPerSecond, burstMs: 0 });
        return;
    }
  }

  /** A slow reader waits after each message for as long as reading it would have taken. */
  #keepPace(bytes: number): void {
    if (!this.#pace) return;
    const { bytesPerSecond, burstMs } = this.#pace;
    const now = this.timers.now();
    // Messages that were read together with the previous one still come, so the waits add up.
    this.#restUntil = Math.max(now, this.#restUntil) + (bytes / bytesPerSecond) * 1_000;
    if (this.#restUntil - now <= burstMs) return;
    this.#socket.pause();
    this.#isResting = true;
    this.#stopResting();
    this.#stopResting = this.timers.after(this.#restUntil - now, () => {
      this.#isResting = false;
      this.#readOn();
    });
  }

  readonly #onWritten = (): void => {
    if (!this.#isUnread || this.#socket.bufferedAmount > MAX_UNREAD_BYTES / 2) return;
    this.#isUnread = false;
    this.#readOn();
  };

  #readOn(): void {
    if (!this.#halfOpen && !this.#isResting && !this.#isUnread) this.#socket.resume();
  }
}

function failureOf({ as, code, message }: Extract<ScriptLinkAction, { do: 'fail' }>): Failure {
  const { code: namedCode = '', message: namedMessage = '' } = as ? FAILURES[as] : {};
  return { code: code ?? namedCode, message: message ?? namedMessage };
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
