import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { Fields } from './fields';

/** For the collection `options` of nodes that use an open session; Finish gives the statistics anyway. */
export const STATISTICS_OPTION: INodeProperties = {
  displayName: 'Statistics',
  name: 'statistics',
  type: 'boolean',
  default: false,
  description:
    'Whether the item has the statistics of the session so far: audio, latencies, reconnects, billed seconds',
};

/** @throws AsrError `INVALID_OPTION` */
export function readStatisticsOption(context: IExecuteFunctions, itemIndex: number): boolean {
  return Fields.of('options', context.getNodeParameter('options', itemIndex, {})).isOn('statistics');
}
