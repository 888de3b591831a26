import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Drained } from './execution-session';
import { failedItem } from './errors';
import type { NodeFault } from './errors';
import { asData } from './items';
import type { Pairing } from './items';

export const OUTPUT_NAMES = ['Interim', 'Final', 'Emotion'];

/**
 * The value of `usableAsTool` for nodes of a session. An agent calls one tool at a time and reads one output, which a
 * session of several nodes does not fit; ASR Transcribe is the tool. n8n's lint wants the property, its types have no "no".
 */
export const NOT_A_TOOL = undefined as never;

/** The items of one session or item in a run of a node, for its three outputs. */
export class SessionItems {
  readonly interim: INodeExecutionData[] = [];
  readonly final: INodeExecutionData[] = [];
  readonly emotion: INodeExecutionData[] = [];
  readonly #context: IExecuteFunctions;
  readonly #told: Set<string>;

  /** @param told Hints that this run of the node has told already; those that come are added. */
  constructor(context: IExecuteFunctions, told: Set<string>) {
    this.#context = context;
    this.#told = told;
  }

  get outputs(): INodeExecutionData[][] {
    return [this.interim, this.final, this.emotion];
  }

  /** Finals, emotions and warnings; what becomes of the interim is the node's to say. */
  addDrained(sessionName: string, { finals, emotions, warnings }: Drained, pairedItem: Pairing): void {
    for (const final of finals) this.final.push(sessionItem(sessionName, final, pairedItem));
    for (const emotion of emotions) this.emotion.push(sessionItem(sessionName, emotion, pairedItem));
    for (const { code, message } of warnings) {
      // Not worth a word: it costs nothing and the next audio wakes it.
      if (code !== 'SLEEPING') this.#hint(`Session "${sessionName}": ${message}`);
    }
  }

  /** A workflow goes on only along items: where a node has waited for finals and there was none, this stands for them. */
  addEmptyFinal(
    sessionName: string,
    { finals }: Drained,
    sessionId: string | undefined,
    pairedItem: Pairing,
  ): void {
    if (finals.length > 0) return;
    this.final.push(sessionItem(sessionName, { type: 'final', sessionId, text: '' }, pairedItem));
  }

  /** @param output where the node's items go in any case */
  addFault(output: 'interim' | 'final', fault: NodeFault, items: readonly [number, ...number[]]): void {
    this[output].push(failedItem(this.#context, fault, items));
  }

  #hint(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
  }
}

/** An event of the shared vocabulary, with the name of its session. */
export function sessionItem(sessionName: string, event: object, pairedItem: Pairing): INodeExecutionData {
  // `type` is the event's; it stands here to be the first column.
  return { json: asData({ type: '', sessionName, ...event }), pairedItem };
}
