import type { ClientConnection, ProtocolHandler } from '../../client-connection';
import { FAILURES, type Failure } from '../../script/failures';
import { isJsonObject, parseJsonObject, show, type JsonObject } from '../../json';
import type { Cancel } from '../../time';
import * as frames from './frames';
import { checkContext, readRunTask, valueAt, type TaskFailure } from './request';
import { Task } from './task';

/** No message for this long inside a task fails it (protocol.md B.5). */
const MESSAGE_TIMEOUT_MS = 23_000;

/** A connection without a task closes after this long (protocol.md B.5). */
const IDLE_TIMEOUT_MS = 60_000;

/**
 * The rate of the other protocol (protocol.md A.8). Here no refusal is known, and the Java SDK sends whole files at
 * once (protocol.md E 23), so audio that is too fast is read more slowly.
 */
const PACE = { bytesPerSecond: 2_560_000, burstMs: 1_000 };

/** Serves run-task (protocol.md part B) on a connection, one task after the other. */
export function serveRunTask(connection: ClientConnection): ProtocolHandler {
  return new RunTaskSession(connection);
}

/**
 * `idle`: waits for `run-task`. `running`: takes audio. `finishing`: sends the last results. `over`: the connection
 * is closing, and messages are ignored.
 */
type State = 'idle' | 'running' | 'finishing' | 'over';

class RunTaskSession implements ProtocolHandler {
  readonly #connection: ClientConnection;
  readonly #usedIds = new Set<string>();
  #state: State = 'idle';
  #task: Task | undefined;
  #leavePlace = (): void => undefined;
  #cancelTimeout: Cancel = () => undefined;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
  }

  opened(): void {
    this.#connection.keepPace(PACE);
    this.#awaitTask();
  }

  text(message: string): void {
    const frame = parseJsonObject(message);
    if (!frame) {
      this.#connection.recorder.receivedGarbage(message);
      this.#fail({
        code: 'InvalidParameter',
        message: 'The message is not a JSON object. Please follow the protocol!',
      });
      return;
    }
    const action = valueAt(frame, 'header.action');
    this.#connection.recorder.receivedJson(typeof action === 'string' ? action : '', frame);
    switch (action) {
      case 'run-task':
        this.#run(frame);
        return;
      case 'continue-task':
        if (this.#isForTask(frame, action)) this.#continue(frame);
        return;
      case 'finish-task':
        if (this.#isForTask(frame, action)) this.#finish(frame);
        return;
      case undefined:
        this.#fail({
          code: 'InvalidParameter',
          message: "Missing required parameter 'header.action'! Please follow the protocol!",
        });
        return;
      default:
        this.#fail({
          code: 'InvalidParameter',
          message: `Invalid value of 'header.action': ${show(action)}.`,
        });
    }
  }

  binary(message: Buffer): void {
    // Audio is taken after `run-task`, before and after `task-started`, because the Java SDK never waits for it
    // (protocol.md E 23).
    if (this.#state === 'running') {
      this.#awaitMessage();
      this.#task?.audio(message);
      return;
    }
    this.#connection.recorder.receivedGarbage(`${message.length} bytes of audio outside of a task`);
    // Audio that crosses with finish-task is late and no mistake.
    if (this.#state === 'idle')
      this.#fail({ code: 'InvalidParameter', message: 'Audio arrived before run-task.' });
  }

  fail(failure: Failure, closeCode: number): void {
    this.#fail(failure, this.#task?.id ?? '', closeCode);
  }

  completeByItself(): void {
    // This protocol has no Manual mode, so its sentences always complete by themselves.
  }

  leave(): void {
    if (this.#task) this.#fail({ code: 'InternalError', message: 'The service ends.' }, this.#task.id, 1001);
  }

  closed(): void {
    this.#state = 'over';
    this.#closeTask();
  }

  #run(frame: JsonObject): void {
    const taskId = valueAt(frame, 'header.task_id');
    const idOnWire = typeof taskId === 'string' ? taskId : '';
    if (this.#state !== 'idle') {
      this.#fail(
        { code: 'InvalidParameter', message: 'A new task can run only after task-finished.' },
        idOnWire,
      );
      return;
    }
    if (this.#usedIds.has(idOnWire)) {
      this.#fail(
        { code: 'InvalidParameter', message: `The task_id ${show(idOnWire)} has been used before.` },
        idOnWire,
      );
      return;
    }
    const result = readRunTask(frame);
    if ('failure' in result) {
      this.#fail(result.failure, idOnWire);
      return;
    }
    const { format } = result.request.parameters;
    if (this.#connection.engine.needsPcm && format !== 'pcm' && format !== 'wav') {
      this.#fail(
        { code: 'InvalidParameter', message: `The local service decodes only pcm and wav, not ${format}.` },
        idOnWire,
      );
      return;
    }
    const { requests, listening } = this.#connection.quota;
    const leavePlace = requests.admit() ? listening.take() : undefined;
    if (!leavePlace) {
      this.#fail(FAILURES.throttled, idOnWire);
      return;
    }
    this.#leavePlace = leavePlace;
    this.#usedIds.add(idOnWire);
    this.#state = 'running';
    this.#task = new Task(this.#connection, result.request, (failure) => {
      this.#fail(failure);
    });
    this.#awaitMessage();
    this.#send(frames.taskStarted(idOnWire));
  }

  /** Updates the context. It is recorded, and not answered (protocol.md B.2.3). */
  #continue(frame: JsonObject): void {
    this.#awaitMessage();
    const input = valueAt(frame, 'payload.input');
    const problem = isJsonObject(input) ? checkContext(input) : 'task can not be null';
    if (problem) this.#fail({ code: 'InvalidParameter', message: problem });
  }

  #finish(frame: JsonObject): void {
    const input = valueAt(frame, 'payload.input');
    // An official PHP sample sends a list (protocol.md B.2.4).
    if (!isJsonObject(input) && !Array.isArray(input)) {
      this.#fail({ code: 'InvalidParameter', message: 'task can not be null' });
      return;
    }
    void this.#flush();
  }

  async #flush(): Promise<void> {
    const task = this.#task;
    if (!task) return;
    this.#cancelTimeout();
    this.#state = 'finishing';
    const failure = await task.finish();
    if (!this.#isFinishing()) return;
    if (failure) {
      this.#fail(failure);
      return;
    }
    this.#closeTask();
    this.#state = 'idle';
    this.#awaitTask();
    this.#send(frames.taskFinished(task.id));
  }

  /** Whether nothing has ended the connection meanwhile. */
  #isFinishing(): boolean {
    return this.#state === 'finishing';
  }

  /** Refuses frames for another task. */
  #isForTask(frame: JsonObject, action: string): boolean {
    if (this.#state === 'over' || this.#state === 'finishing') return false;
    const taskId = valueAt(frame, 'header.task_id');
    if (this.#task && taskId === this.#task.id) return true;
    const message = this.#task
      ? `The task_id ${show(taskId)} is not the one of the task at work.`
      : `No task is at work; ${action} can only follow run-task.`;
    this.#fail({ code: 'InvalidParameter', message }, typeof taskId === 'string' ? taskId : '');
    return false;
  }

  /** Sends `task-failed` and closes, because the connection cannot be used any more (protocol.md B.4). */
  #fail(failure: TaskFailure, taskId = this.#task?.id ?? '', closeCode = 1000): void {
    if (this.#state === 'over') return;
    this.#send(frames.taskFailed(taskId, failure));
    this.#end(closeCode, '');
  }

  #end(code: number, reason: string): void {
    this.#state = 'over';
    this.#cancelTimeout();
    this.#closeTask();
    this.#connection.close(code, reason);
  }

  #closeTask(): void {
    this.#task?.close();
    this.#task = undefined;
    this.#leavePlace();
  }

  #awaitTask(): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#connection.timers.afterSilence(IDLE_TIMEOUT_MS, () => {
      if (this.#state !== 'over') this.#end(1000, '60 s without a task');
    });
  }

  #awaitMessage(): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#connection.timers.afterSilence(MESSAGE_TIMEOUT_MS, () => {
      this.#fail({ code: 'CLIENT_ERROR', message: 'request timeout after 23 seconds.' });
    });
  }

  #send({ kind, event, frame }: frames.Frame): void {
    this.#connection.send(kind, event, frame);
  }
}
