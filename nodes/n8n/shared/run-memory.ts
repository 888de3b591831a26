import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { forgetOldest } from '../../../lib/hosts';
import { GivenAudio } from './given-audio';
import { hostState } from './host-state';

/** More than the number of executions that n8n runs at once. */
const MAX_RUNS = 200;

/**
 * What a run of a node has done, for when n8n repeats it. Retry On Fail runs the whole node again with all of its
 * items; without this memory a session would get the same audio twice.
 */
class RunMemory {
  /** Results by the index of an item, or of the first item of a group. */
  readonly #outputs = new Map<number, INodeExecutionData[][]>();
  readonly #given = new Map<number, GivenAudio>();
  #tries = 0;

  /** The results of the item at an earlier try. */
  outputsOf(itemIndex: number): INodeExecutionData[][] | undefined {
    return this.#outputs.get(itemIndex);
  }

  remember(itemIndex: number, outputs: INodeExecutionData[][]): void {
    this.#outputs.set(itemIndex, outputs);
  }

  /** How much of the item's audio a session has taken. */
  givenOf(itemIndex: number): GivenAudio {
    const known = this.#given.get(itemIndex) ?? new GivenAudio();
    this.#given.set(itemIndex, known);
    return known;
  }

  /** @returns The number of this try, from 1. */
  begin(): number {
    this.#tries += 1;
    return this.#tries;
  }
}

/** One try of a run. */
export interface Try {
  /** Absent where n8n will not try again. */
  memory: RunMemory | undefined;
  /** Whether n8n repeats the node if this try fails. */
  isRepeatable: boolean;
  /** Forgets the run, because nothing is left to be repeated. */
  end: () => void;
}

/** Begins a try of this node's run. */
export function beginTry(context: IExecuteFunctions): Try {
  const { id, retryOnFail, maxTries } = context.getNode();
  if (retryOnFail !== true) return { memory: undefined, isRepeatable: false, end: () => undefined };
  const runs = hostState<RunMemory>('runs');
  const { $runIndex } = context.getWorkflowDataProxy(0);
  const key = JSON.stringify([context.getExecutionId(), id, $runIndex]);
  const memory = runs.get(key) ?? new RunMemory();
  runs.set(key, memory);
  forgetOldest(runs, MAX_RUNS);
  // n8n counts in the same way: see getRetryParams in its workflow-execute.ts.
  const isRepeatable = memory.begin() < Math.min(5, Math.max(2, maxTries ?? 3));
  const end = (): void => {
    runs.delete(key);
  };
  if (!isRepeatable) end();
  context.getExecutionCancelSignal()?.addEventListener('abort', end, { once: true });
  return { memory, isRepeatable, end };
}
