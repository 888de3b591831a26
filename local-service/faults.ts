import type { JsonObject } from './json';
import { isJsonObject } from './json';
import type { FrameKind, ScriptFault, ScriptFrameAction, ScriptLinkAction } from './script/schema';

/** The actions that are due for one frame, in the order of the script. */
export interface DueActions {
  frame: ScriptFrameAction[];
  /** Actions before the frame is sent, and after it. */
  before: ScriptLinkAction[];
  link: ScriptLinkAction[];
}

const LINK_ACTIONS: ReadonlySet<string> = new Set<ScriptLinkAction['do']>([
  'send',
  'close',
  'fail',
  'complete',
  'terminate',
  'halfOpen',
  'readSlowly',
]);

function isLinkAction(action: ScriptFrameAction | ScriptLinkAction): action is ScriptLinkAction {
  return LINK_ACTIONS.has(action.do);
}

/** Decides which faults of a script are due on one connection. */
export class FaultSchedule {
  readonly #faults: readonly ScriptFault[];
  readonly #sent = new Map<string, number>();
  readonly #done = new Set<ScriptFault>();

  constructor(faults: readonly ScriptFault[]) {
    this.#faults = faults;
  }

  /** Faults that wait for a time after the upgrade. */
  get timed(): { afterMs: number; action: ScriptLinkAction }[] {
    return this.#faults.flatMap((fault) =>
      'afterMs' in fault && isLinkAction(fault) ? [{ afterMs: fault.afterMs, action: fault }] : [],
    );
  }

  /** Faults that wait for a time without audio. */
  get idle(): { idleMs: number; action: ScriptLinkAction }[] {
    return this.#faults.flatMap((fault) =>
      'idleMs' in fault && isLinkAction(fault) ? [{ idleMs: fault.idleMs, action: fault }] : [],
    );
  }

  /** Counts the frame, and returns the actions before it, on it and after it. */
  onFrame(kind: FrameKind, wireName: string): DueActions {
    const due: DueActions = { frame: [], before: [], link: [] };
    const counts = new Map([kind, wireName].map((name) => [name, (this.#sent.get(name) ?? 0) + 1]));
    for (const [name, count] of counts) this.#sent.set(name, count);
    for (const fault of this.#faults) {
      if (!('on' in fault)) continue;
      const count = counts.get(fault.on);
      if (count === undefined || (fault.nth !== undefined && fault.nth !== count)) continue;
      if (isLinkAction(fault)) (fault.before ? due.before : due.link).push(fault);
      else due.frame.push(fault);
    }
    return due;
  }

  /** The actions that are due after this much audio, each once. */
  onAudio(audioMs: number): ScriptLinkAction[] {
    return this.#faults.flatMap((fault) => {
      if (
        !('atAudioMs' in fault) ||
        audioMs < fault.atAudioMs ||
        this.#done.has(fault) ||
        !isLinkAction(fault)
      )
        return [];
      this.#done.add(fault);
      return [fault];
    });
  }
}

/** A copy of `frame` with the fields at these paths set and removed. */
export function editFrame(
  frame: JsonObject,
  { set = {}, remove = [] }: { set?: JsonObject; remove?: string[] },
): JsonObject {
  const copy = structuredClone(frame);
  for (const path of remove) {
    const { holder, key } = locate(copy, path);
    if (holder) Reflect.deleteProperty(holder, key);
  }
  for (const [path, value] of Object.entries(set)) {
    const { holder, key } = locate(copy, path, true);
    if (holder) holder[key] = value;
  }
  return copy;
}

/** The object that contains the last field of `path`; missing objects are created when `create` is set. */
function locate(
  root: JsonObject,
  path: string,
  create = false,
): { holder: JsonObject | undefined; key: string } {
  const keys = path.split('.');
  const key = keys.pop() ?? path;
  let holder: JsonObject | undefined = root;
  for (const step of keys) {
    const next: unknown = holder[step];
    if (isJsonObject(next)) holder = next;
    else if (create) holder = holder[step] = {};
    else return { holder: undefined, key };
  }
  return { holder, key };
}
