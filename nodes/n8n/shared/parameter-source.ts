import type { IExecuteFunctions } from 'n8n-workflow';
import type { ParameterSource } from './session-options';

/** The fields and credentials for one item of an execution. */
export function ofItem(context: IExecuteFunctions, itemIndex: number): ParameterSource {
  return {
    parameter: (name, fallback) => context.getNodeParameter(name, itemIndex, fallback),
    credentials: (name) => context.getCredentials(name, itemIndex),
    network: context.helpers,
  };
}
