import type { IBinaryKeyData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Drained } from './execution-session';
import { failedItem } from './errors';
import type { NodeFault } from './errors';
import { asData } from './items';
import type { Pairing } from './items';

export const OUTPUT_NAMES = ['Interim', 'Final', 'Emotion'];

/**
 * The value of `usableAsTool` for nodes of a session. An agent calls one tool at a time and reads one output, which
 * does not fit a session of several nodes; Speech to Text is the tool. n8n's lint requires the property, and its
 * types have no "no".
 */
export const NOT_A_TOOL = undefined as never;

/** The items of one session or one item in a node's run, for its three outputs. */
export class SessionItems {
  readonly interim: INodeExecutionData[] = [];
  readonly final: INodeExecutionData[] = [];
  readonly emotion: INodeExecutionData[] = [];
  readonly #context: IExecuteFunctions;
  readonly #told: Set<string>;

  /** @param told Hints that this run has shown already; new ones are added. */
  constructor(context: IExecuteFunctions, told: Set<string>) {
    this.#context = context;
    this.#told = told;
  }

  get outputs(): INodeExecutionData[][] {
    return [this.interim, this.final, this.emotion];
  }

  /** Adds finals, emotions and warnings. The node itself decides about the interim. */
  addDrained(sessionName: string, { finals, emotions, warnings }: Drained, pairedItem: Pairing): void {
    for (const final of finals) this.final.push(sessionItem(sessionName, final, pairedItem));
    for (const emotion of emotions) this.emotion.push(sessionItem(sessionName, emotion, pairedItem));
    for (const { code, message } of warnings) {
      // Not shown: a sleeping session costs nothing, and the next audio wakes it.
      if (code !== 'SLEEPING') this.#hint(`Session "${sessionName}": ${message}`);
    }
  }

  /**
   * Stands for the finals where a node has waited for some and there were none, because a workflow only goes on along
   * items.
   */
  addEmptyFinal(
    sessionName: string,
    { finals }: Drained,
    sessionId: string | undefined,
    pairedItem: Pairing,
  ): void {
    if (finals.length > 0) return;
    this.final.push(sessionItem(sessionName, { type: 'final', sessionId, text: '' }, pairedItem));
  }

  /** Puts the captions of all finals into the first item of theirs. */
  attach(captions: IBinaryKeyData | undefined): void {
    const [first] = this.final;
    if (captions && first) first.binary = captions;
  }

  /** Leaves nothing but the text in interims and finals. */
  keepText(): void {
    for (const item of [...this.interim, ...this.final]) item.json = { text: item.json.text };
  }

  /** @param output Where the items of the node go. */
  addFault(output: 'interim' | 'final', fault: NodeFault, items: readonly [number, ...number[]]): void {
    this[output].push(failedItem(this.#context, fault, items));
  }

  #hint(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
  }
}

/** An item for an event, with the name of its session. */
export function sessionItem(sessionName: string, event: object, pairedItem: Pairing): INodeExecutionData {
  // The event's own `type` replaces this one, which only makes it the first column.
  return { json: asData({ type: '', sessionName, ...event }), pairedItem };
}
