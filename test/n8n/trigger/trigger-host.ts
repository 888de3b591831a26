import type {
  ICredentialDataDecryptedObject,
  IDataObject,
  INode,
  INodeExecutionData,
  INodeParameters,
  INodeType,
  ITriggerFunctions,
  ITriggerResponse,
  IWorkflowExecuteAdditionalData,
  NodeError,
  Workflow,
} from 'n8n-workflow';
import { loadEngine } from '../support/engine';
import type { CancelableRun } from '../support/engine';
import { TestRun } from '../support/n8n-rig';
import type { N8nRig } from '../support/n8n-rig';

type GetTriggerFunctions = (
  workflow: Workflow,
  node: INode,
  additionalData: IWorkflowExecuteAdditionalData,
  mode: string,
  activation: string,
) => ITriggerFunctions;

/** The part of n8n-core's types that triggers need. */
interface TriggerCore {
  ActiveWorkflows: new (...args: never[]) => {
    add: (
      workflowId: string,
      workflow: Workflow,
      additionalData: IWorkflowExecuteAdditionalData,
      mode: string,
      activation: string,
      getTriggerFunctions: GetTriggerFunctions,
      getPollFunctions: () => never,
    ) => Promise<void>;
    remove: (workflowId: string) => Promise<boolean>;
  };
  TriggerContext: new (...args: unknown[]) => ITriggerFunctions;
}

/** An active workflow that begins with the trigger, as n8n's process has it. */
export interface ActiveTrigger {
  /** The id of the workflow. */
  id: string;
  /** The items that executions were started with. */
  items: IDataObject[];
  /** Errors that say that nothing more will come. n8n has removed the workflow by then. */
  errors: NodeError[];
  /** Executions that failed before they began. */
  failedExecutions: NodeError[];
  /** Everything that was emitted, in order. */
  emitted: INodeExecutionData[][][];
  /** Deactivates the workflow, as n8n's editor calls it. */
  deactivate: () => Promise<void>;
  response: ITriggerResponse;
}

export interface TriggerHost {
  /** @throws what n8n says when a workflow cannot be activated */
  activate: (
    parameters: INodeParameters,
    credentials?: ICredentialDataDecryptedObject,
    /** Default: a person does it. */
    mode?: 'activate' | 'init',
    /** The credentials of the source, where it has some. */
    secrets?: ICredentialDataDecryptedObject,
  ) => Promise<ActiveTrigger>;
  /** "Execute step" in the editor. */
  execute: (
    parameters: INodeParameters,
    options?: {
      credentials?: ICredentialDataDecryptedObject;
      /** The id of the workflow, where it is an active one. */
      id?: string;
      onStart?: (run: CancelableRun) => void;
    },
  ) => Promise<TestRun>;
}

let workflows = 0;

/**
 * The trigger in n8n's own ActiveWorkflows and WorkflowExecute. Registers a hook: all is deactivated after a test, for
 * which it has to be called before the rig is made.
 */
export function useTriggerHost(rig: () => N8nRig): TriggerHost {
  const active: ActiveTrigger[] = [];

  function prepare(
    parameters: INodeParameters,
    mode: string,
    credentials?: ICredentialDataDecryptedObject,
    known?: string,
    secrets?: ICredentialDataDecryptedObject,
  ) {
    const { core, Workflow } = loadEngine();
    workflows += 1;
    const id = known ?? `workflow-${workflows}`;
    const type = rig().nodeType('asrTrigger');
    const responses: ITriggerResponse[] = [];
    // This listener only observes.
    const observed: INodeType = {
      description: type.description,
      async trigger(this: ITriggerFunctions) {
        const response = await type.trigger!.call(this);
        if (response) responses.push(response);
        return response;
      },
    };
    const workflow = new Workflow({
      id,
      nodes: [
        {
          id: 'id-of-trigger',
          name: 'Listen',
          type: 'asrTrigger',
          typeVersion: 1,
          position: [0, 0],
          parameters,
          credentials: {
            realtimeAsrApi: { id: '1', name: 'Local' },
            ...(secrets && { liveSourceApi: { id: '2', name: 'Source' } }),
          },
        },
      ],
      connections: {},
      active: mode === 'trigger',
      nodeTypes: {
        getByName: () => observed,
        getByNameAndVersion: () => observed,
        getKnownTypes: () => ({}),
      },
      settings: { executionOrder: 'v1' },
    });
    const additionalData = {
      executionId: `execution-of-${id}`,
      currentNodeExecutionIndex: 0,
      credentialsHelper: {
        getDecrypted: (_data: object, _node: object, type: string) =>
          Promise.resolve(
            type === 'liveSourceApi' && secrets
              ? secrets
              : (credentials ?? { region: 'local', address: rig().service.url, apiKey: '' }),
          ),
        getParentTypes: () => [],
      },
      hooks: new core.ExecutionLifecycleHooks(mode, `execution-of-${id}`, { id }),
      variables: {},
    } as unknown as IWorkflowExecuteAdditionalData;
    return { id, workflow, additionalData, responses };
  }

  afterEach(async () => {
    for (const trigger of active.splice(0)) await trigger.deactivate();
  });

  return {
    activate: async (parameters, credentials, mode = 'activate', secrets) => {
      const { ActiveWorkflows, TriggerContext } = loadEngine().core as unknown as TriggerCore;
      const { id, workflow, additionalData, responses } = prepare(
        parameters,
        'trigger',
        credentials,
        undefined,
        secrets,
      );
      const activeWorkflows = loadEngine().get(ActiveWorkflows);
      const emitted: INodeExecutionData[][][] = [];
      const errors: NodeError[] = [];
      const failedExecutions: NodeError[] = [];
      const getTriggerFunctions: GetTriggerFunctions = (...context) =>
        new TriggerContext(
          ...context,
          (data: INodeExecutionData[][], _response: unknown, done?: { resolve: (run: object) => void }) => {
            emitted.push(data);
            done?.resolve({});
          },
          (error: NodeError) => {
            errors.push(error);
            // n8n does this before it tries to activate the workflow again.
            void activeWorkflows.remove(id);
          },
          (error: NodeError) => failedExecutions.push(error),
        );
      await activeWorkflows.add(id, workflow, additionalData, 'trigger', mode, getTriggerFunctions, () => {
        throw new Error('It polls nothing.');
      });
      const trigger: ActiveTrigger = {
        id,
        get items() {
          return emitted.map((outputs) => outputs[0]![0]!.json);
        },
        emitted,
        errors,
        failedExecutions,
        deactivate: async () => {
          await activeWorkflows.remove(id);
        },
        response: responses[0]!,
      };
      active.push(trigger);
      return trigger;
    },
    execute: async (parameters, { credentials, id, onStart } = {}) => {
      const { core } = loadEngine();
      const { workflow, additionalData } = prepare(parameters, 'manual', credentials, id);
      const running = new core.WorkflowExecute(additionalData, 'manual').run({
        workflow,
        startNode: workflow.getNode('Listen')!,
      });
      onStart?.(running);
      return new TestRun(await running);
    },
  };
}
