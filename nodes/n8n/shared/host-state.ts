/**
 * The one state of the whole process, which n8n makes necessary: the nodes of an execution share nothing but their
 * items, which are JSON, and a repeated run shares nothing at all. It lives on `globalThis` and not in this module,
 * because n8n reloads its modules while executions run. The number in its name changes with the shape of the data.
 */
const KEY = Symbol.for('@flow-asr/n8n-nodes-realtime-asr: state of executions, 3');

type HostStateKind = 'sessions' | 'reasons' | 'runs' | 'listeners' | 'pools' | 'traces' | 'sweeps';

/** The things of one kind that this process keeps, by name, oldest first. */
export function hostState<T>(kind: HostStateKind): Map<string, T> {
  const global = globalThis as { [KEY]?: Partial<Record<string, Map<string, unknown>>> | undefined };
  const state = (global[KEY] ??= {});
  return (state[kind] ??= new Map()) as Map<string, T>;
}
