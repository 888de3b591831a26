import type { IExecuteFunctions } from 'n8n-workflow';
import type { ParameterSource } from './session-options';

/** The fields and the credentials as one item of an execution has them. */
export function ofItem(context: IExecuteFunctions, itemIndex: number): ParameterSource {
  return {
    parameter: (name, fallback) => context.getNodeParameter(name, itemIndex, fallback),
    credentials: (name) => context.getCredentials(name, itemIndex),
    network: context.helpers,
  };
}
