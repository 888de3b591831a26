/**
 * The one state of the whole process that n8n forces on us: it gives the nodes of an execution nothing that they share
 * but their items, which are JSON, and a run that is tried again nothing at all. It hangs on `globalThis` and not on this
 * module, because n8n drops its modules and loads them again while executions run. The number in the name changes when
 * the shape of what is kept does.
 */
const KEY = Symbol.for('@flow-asr/n8n-nodes-realtime-asr: state of executions, 2');

/** The things of one kind that this process keeps, by names of their own; those that came first come first. */
export function hostState<T>(kind: 'sessions' | 'reasons' | 'runs' | 'listeners'): Map<string, T> {
  const global = globalThis as { [KEY]?: Partial<Record<string, Map<string, unknown>>> | undefined };
  const state = (global[KEY] ??= {});
  return (state[kind] ??= new Map()) as Map<string, T>;
}
