import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';
import type { HostLogger, ParameterSource } from './session-options';

/** The fields and credentials for one item of an execution. */
export function ofItem(context: IExecuteFunctions, itemIndex: number): ParameterSource {
  return {
    parameter: (name, fallback) => context.getNodeParameter(name, itemIndex, fallback),
    credentials: (name) => context.getCredentials(name, itemIndex),
    network: context.helpers,
    logger: hostLogger(context),
  };
}

/** The fields and credentials of a trigger. */
export function ofTrigger(context: ITriggerFunctions): ParameterSource {
  return {
    parameter: (name, fallback) => context.getNodeParameter(name, fallback),
    credentials: (name) => context.getCredentials(name),
    network: context.helpers,
    logger: hostLogger(context),
  };
}

/** n8n's log, in which each line names the node. */
function hostLogger(context: IExecuteFunctions | ITriggerFunctions): HostLogger {
  const { name: nodeName } = context.getNode();
  return {
    debug: (message, details) => {
      context.logger.debug(`${nodeName}: ${message}`, { ...details, nodeName });
    },
    warn: (message) => {
      context.logger.warn(`${nodeName}: ${message}`, { nodeName });
    },
  };
}
