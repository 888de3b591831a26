import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { readChoice } from './choice';

/** `text`: nothing but the text, for agents, which pay for each field that they read. */
export type Output = 'all' | 'text';

const OUTPUTS = ['all', 'text'] as const;

/** @param everything What an item has otherwise. */
export function outputProperty(everything: string): INodeProperties {
  return {
    displayName: 'Output',
    name: 'output',
    type: 'options',
    options: [
      { name: 'Everything', value: 'all', description: everything },
      { name: 'Text Only', value: 'text', description: 'Less for an AI agent to read' },
    ],
    default: 'all',
  };
}

/** @throws AsrError `INVALID_OPTION` */
export function outputOf(value: unknown): Output {
  return readChoice('output', value ?? 'all', OUTPUTS);
}

/** @throws AsrError `INVALID_OPTION` */
export function readOutput(context: IExecuteFunctions, itemIndex: number): Output {
  return outputOf(context.getNodeParameter('output', itemIndex, 'all'));
}
