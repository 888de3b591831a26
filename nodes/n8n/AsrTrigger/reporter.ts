import type { ITriggerFunctions } from 'n8n-workflow';
import { asNodeFault } from '../shared/errors';

/** A broken device must not fill the list of executions. */
const MIN_BETWEEN_FAILED_EXECUTIONS_MS = 60_000;

export interface Reporter {
  /** Writes into n8n's log. */
  log: (message: string) => void;
  /**
   * Reports an error as a failed execution, of which the error workflow is told; at most one a minute, and the others
   * only in the log.
   */
  badItem: (error: Error) => void;
  /** Reports only a failed execution, because the log has the error already. */
  failed: (error: Error) => void;
}

/** Creates the means by which a trigger reports a partial failure while everything else goes on. */
export function createReporter(context: ITriggerFunctions): Reporter {
  const node = context.getNode();
  let savedAtMs = -Infinity;
  const log = (message: string): void => {
    context.logger.warn(`${node.name}: ${message}`, {
      nodeName: node.name,
      workflowId: context.getWorkflow().id,
    });
  };
  const failed = (error: Error): void => {
    // Older versions of n8n have none.
    const host: Partial<Pick<ITriggerFunctions, 'saveFailedExecution'>> = context;
    host.saveFailedExecution?.(asNodeFault(node, error));
  };
  return {
    log,
    failed,
    badItem: (error) => {
      const nowMs = performance.now();
      log(error.message);
      if (nowMs - savedAtMs < MIN_BETWEEN_FAILED_EXECUTIONS_MS) return;
      savedAtMs = nowMs;
      failed(error);
    },
  };
}
