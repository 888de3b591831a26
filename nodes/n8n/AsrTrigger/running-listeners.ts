import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { hostState } from '../shared/host-state';

/** Hears the items of an active workflow's trigger along with the workflow. */
type Observer = (json: IDataObject) => void;

/**
 * The triggers of active workflows in this process, with those who hear their items along: a port can be opened once, so
 * "execute step" in the editor shows what comes to the active workflow.
 */
function listeners(): Map<string, Set<Observer>> {
  return hostState('listeners');
}

/** By workflow, node and source: another port in the editor is another listener. */
function keyOf(context: ITriggerFunctions, source: string): string {
  return JSON.stringify([context.getWorkflow().id, context.getNode().id, source]);
}

/** Makes an active trigger known. @returns what tells its items, and what takes it back */
export function announce(context: ITriggerFunctions, source: string): { tell: Observer; end: () => void } {
  const key = keyOf(context, source);
  const observers = new Set<Observer>();
  listeners().set(key, observers);
  return {
    tell: (json) => {
      for (const observer of observers) observer(json);
    },
    end: () => {
      if (listeners().get(key) === observers) listeners().delete(key);
    },
  };
}

/** Hears the active trigger with the same source along. @returns what ends that; `undefined` where there is none */
export function hearAlong(
  context: ITriggerFunctions,
  source: string,
  observer: Observer,
): (() => void) | undefined {
  const observers = listeners().get(keyOf(context, source));
  if (!observers) return undefined;
  observers.add(observer);
  return () => {
    observers.delete(observer);
  };
}
