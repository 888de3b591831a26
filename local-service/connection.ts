import type WebSocket from 'ws';
import type { RawData } from 'ws';
import type { EngineConnection } from './engines/engine';
import { FaultSchedule } from './faults';
import { FAILURES, type Failure } from './script/failures';
import type { Recorder } from './inspection';
import type { JsonObject } from './json';
import { Outbox, type OutboxLink } from './outbox';
import type { FrameKind, ScriptFault, ScriptLinkAction } from './script/schema';
import { Timers, type Cancel, type ServiceClock } from './time';

/** One protocol at work on one connection. */
export interface ProtocolHandler {
  /** The connection is open and can be spoken on. */
  opened(): void;
  text(message: string): void;
  binary(message: Buffer): void;
  /** The script lets the service fail: it says so in its protocol's words, and closes. */
  fail(failure: Failure, closeCode: number): void;
  /** The script lets the service complete what it has heard so far. */
  completeByItself(): void;
  /** The socket is closed; everything the handler holds must go. */
  closed(): void;
}

export interface ConnectionOptions {
  socket: WebSocket;
  recorder: Recorder;
  clock: ServiceClock;
  faults: readonly ScriptFault[];
  engine: EngineConnection;
  log: (line: string) => void;
}

/** A WebSocket with its timers, its record and the script's faults. Owned by the server. */
export class Connection {
  /** Resolves when the socket is closed and everything of this connection is released. */
  readonly ended: Promise<void>;
  readonly timers: Timers;
  readonly recorder: Recorder;
  readonly engine: EngineConnection;
  readonly #socket: WebSocket;
  readonly #faults: FaultSchedule;
  readonly #outbox: Outbox;
  readonly #log: (line: string) => void;
  #halfOpen = false;
  #bytesPerSecond: number | undefined;
  /** Service time until which a slow reader reads nothing. */
  #restUntil = 0;
  #stopResting: Cancel = () => undefined;
  #audioMs = 0;
  #handler: ProtocolHandler | undefined;
  #cancelIdleFaults: Cancel = () => undefined;
  #end = (): void => undefined;

  constructor({ socket, recorder, clock, faults, engine, log }: ConnectionOptions) {
    this.#socket = socket;
    this.recorder = recorder;
    this.engine = engine;
    this.timers = new Timers(clock);
    this.#faults = new FaultSchedule(faults);
    this.#outbox = new Outbox(this.#faults, this.timers, this.#link());
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Lets a protocol speak on this connection. */
  serve(start: (connection: Connection) => ProtocolHandler): void {
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => {
      if (this.#halfOpen || socket.readyState !== socket.OPEN) return;
      const message = toBuffer(data);
      this.#pace(message.length);
      this.#guard(() => {
        if (isBinary) this.#handler?.binary(message);
        else this.#handler?.text(message.toString('utf8'));
      });
    });
    socket.on('ping', (data) => {
      this.recorder.record.pings += 1;
      if (!this.#halfOpen && socket.readyState === socket.OPEN) socket.pong(data);
    });
    // `ws` closes by itself with 1009 or 1007 after an error; the sink keeps the process alive.
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
        this.#outbox.act(action);
      });
    }
    this.#awaitAudio();
    this.#guard(() => {
      this.#handler = start(this);
      this.#handler.opened();
    });
  }

  /** The service may live in a host's process, which must not die of one connection. */
  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#log(`connection ${this.recorder.record.id}: ${(error as Error).message}`);
      this.#socket.close(1011, 'internal error');
    }
  }

  /** Sends a frame, subject to the script's faults. @param wireName Its `type` or `header.event`. */
  send(kind: FrameKind, wireName: string, frame: JsonObject): void {
    this.#outbox.send(kind, wireName, frame);
  }

  /** Closes when everything before has been sent. @param afterMs Time for the client to close by itself. */
  close(code: number, reason = '', afterMs = 0): void {
    this.#outbox.close(code, reason, afterMs);
  }

  /** Notes decoded audio and lets faults happen that wait for it. */
  audioArrived(audio: Buffer, durationMs: number): void {
    this.recorder.receivedAudio(audio);
    this.#audioMs += durationMs;
    for (const action of this.#faults.onAudio(this.#audioMs)) this.#outbox.act(action);
    this.#awaitAudio();
  }

  /** Ends the connection without ceremony; for the service's own end. */
  terminate(): void {
    this.timers.clear();
    // A paused socket would never notice its own end.
    this.#socket.resume();
    this.#socket.terminate();
  }

  #link(): OutboxLink {
    const socket = this.#socket;
    return {
      write: (data, frame) => {
        if (this.#halfOpen || socket.readyState !== socket.OPEN) return;
        if (frame) this.recorder.sent(frame.type, frame.frame);
        socket.send(data, { binary: typeof data !== 'string' });
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
      this.timers.after(idleMs, () => {
        this.#outbox.act(action);
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
        this.#bytesPerSecond = action.bytesPerSecond;
        return;
    }
  }

  /** A slow reader rests after each message for as long as it would have taken to read it. */
  #pace(bytes: number): void {
    if (this.#bytesPerSecond === undefined) return;
    const now = this.timers.now();
    // Messages that were read with the one before still come, so rests add up.
    this.#restUntil = Math.max(now, this.#restUntil) + (bytes / this.#bytesPerSecond) * 1_000;
    this.#socket.pause();
    this.#stopResting();
    this.#stopResting = this.timers.after(this.#restUntil - now, () => {
      if (!this.#halfOpen) this.#socket.resume();
    });
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
