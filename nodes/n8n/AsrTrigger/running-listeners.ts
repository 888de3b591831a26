import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { hostState } from '../shared/host-state';

/** Receives the items of an active workflow's trigger as well. */
type Observer = (json: IDataObject) => void;

/**
 * The triggers of active workflows in this process, with their observers. A port can be opened only once, so "Execute
 * step" in the editor shows what the active workflow gets.
 */
function listeners(): Map<string, Set<Observer>> {
  return hostState('listeners');
}

/** The key consists of workflow, node and source: another port in the editor is another listener. */
function keyOf(context: ITriggerFunctions, source: string): string {
  return JSON.stringify([context.getWorkflow().id, context.getNode().id, source]);
}

/** Registers an active trigger. @returns A function that tells observers of its items, and one that removes it. */
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

/**
 * Observes the active trigger with the same source. @returns A function that ends that; `undefined` where there is no
 * such trigger.
 */
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
