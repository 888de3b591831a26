import type { AsrError } from '../../../lib/vocabulary/errors';
import type { ExecutionSession } from './execution-session';
import type { RunMemory } from './run-memory';

interface HostState {
  /** Sessions by execution and name. */
  open: Map<string, ExecutionSession>;
  /** Why a session of this key has ended, oldest first. */
  ended: Map<string, AsrError>;
  /** What runs of nodes that n8n tries again have done already, by execution, node and run, oldest first. */
  runs: Map<string, RunMemory>;
}

/**
 * The one state of the whole process that n8n forces on us: it gives the nodes of an execution nothing that they share
 * but their items, which are JSON, and a run that is tried again nothing at all. It hangs on `globalThis` and not on this
 * module, because n8n drops its modules and loads them again while executions run. The number in the name changes when
 * the shape of what is kept does.
 */
const KEY = Symbol.for('@flow-asr/n8n-nodes-realtime-asr: state of executions, 2');

export function hostState(): HostState {
  const global = globalThis as { [KEY]?: HostState | undefined };
  return (global[KEY] ??= { open: new Map(), ended: new Map(), runs: new Map() });
}
