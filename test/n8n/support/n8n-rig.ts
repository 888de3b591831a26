import { realpathSync } from 'node:fs';
import path from 'node:path';
import type {
  IBinaryData,
  IConnections,
  ICredentialDataDecryptedObject,
  IDataObject,
  INode,
  INodeExecutionData,
  INodeParameters,
  INodeType,
  INodeTypes,
  IRun,
  IWorkflowExecuteAdditionalData,
  NodeError,
} from 'n8n-workflow';
import type { ConnectionPool } from '../../../lib';
import { startLocalService } from '../../../local-service';
import type { LocalService, LocalServiceOptions, ScriptFile } from '../../../local-service';
import { hostState } from '../../../nodes/n8n/shared/host-state';
import { closeOnceLeft } from '../../support/close-services';
import { leaveNothingOpen } from '../../support/open-resources';
import { installedPackage, loadEngine } from './engine';
import type { CancelableRun, Engine } from './engine';
import { hostNodes } from './host-nodes';

/** A node of a workflow, and the nodes that each of its outputs leads to. */
export interface TestNode {
  name: string;
  /** `asrTranscribe` and so on of the package, or one of host-nodes.ts. */
  type: string;
  parameters?: INodeParameters;
  /** The items that a node `items` puts out. */
  items?: INodeExecutionData[];
  /** The promise that a node `pass` waits for. */
  work?: () => Promise<void>;
  onError?: INode['onError'];
  /** Retry On Fail, with this many tries. */
  maxTries?: number;
  /** The next nodes by output, in the order in which n8n runs them. */
  to?: string[][];
}

const WITH_CREDENTIALS = ['asrTranscribe', 'asrSession', 'asrHotWords'];
let executions = 0;
let lastExecutionId = '';

/** A run of a workflow, with the results of its nodes. */
export class TestRun {
  readonly run: IRun;

  constructor(run: IRun) {
    this.run = run;
  }

  /** The results of all runs of a node, in order. */
  output(nodeName: string, output = 0): INodeExecutionData[] {
    const runs = this.run.data.resultData.runData[nodeName] ?? [];
    return runs.flatMap(({ data }) => data?.main?.[output] ?? []);
  }

  json(nodeName: string, output = 0): IDataObject[] {
    return this.output(nodeName, output).map(({ json }) => json);
  }

  texts(nodeName: string, output = 0): unknown[] {
    return this.json(nodeName, output).map(({ text }) => text);
  }

  /** The number of times a node ran. */
  count(nodeName: string): number {
    return this.run.data.resultData.runData[nodeName]?.length ?? 0;
  }

  get error(): NodeError {
    const { error } = this.run.data.resultData;
    if (!error) throw new Error('The workflow has not failed.');
    return error as NodeError;
  }

  hints(nodeName: string): string[] {
    return (this.run.data.resultData.runData[nodeName] ?? []).flatMap(({ hints = [] }) =>
      hints.map(({ message }) => message),
    );
  }
}

export interface RunOptions {
  credentials?: ICredentialDataDecryptedObject;
  executionId?: string;
  /** Called when the run has begun. */
  onStart?: (run: CancelableRun) => void;
  /** Nodes that take the place of the package's, by their types. */
  nodeTypes?: Record<string, INodeType>;
}

export interface N8nRig {
  readonly engine: Engine;
  readonly service: LocalService;
  /** The execution id of the last workflow. */
  readonly lastExecutionId: string;
  serve: (script?: ScriptFile, options?: Partial<LocalServiceOptions>) => Promise<LocalService>;
  /** The node of the package, as n8n has loaded it. */
  nodeType: (name: string) => INodeType;
  /** Loads the package's nodes from their files again, as n8n does for a reload. */
  reload: () => Promise<Record<string, INodeType>>;
  /** The file of an item. */
  bytesOf: (binary: IBinaryData) => Promise<Buffer>;
  /** Runs a workflow from its first node to its end. */
  run: (nodes: TestNode[], options?: RunOptions) => Promise<TestRun>;
}

/** Connections wait in the process for the next session, as in n8n. */
function closePools(): void {
  const pools = hostState<ConnectionPool>('pools');
  for (const pool of pools.values()) pool.close();
  pools.clear();
}

/** The package in n8n's engine, and a service for it. Registers hooks: nothing is left open after a test. */
export function useN8n(): N8nRig {
  const services: LocalService[] = [];
  let types: Record<string, { type: INodeType }> = {};

  before(async function () {
    // The engine is large, and this loads it for the first time.
    this.timeout(180_000);
    const { core, get, SSHClientsManager } = loadEngine();
    const loader = new core.PackageDirectoryLoader(installedPackage());
    await loader.loadAll();
    types = loader.nodeTypes;
    await get(core.BinaryDataService).init();
    get(SSHClientsManager);
  });
  after(() => {
    const { get, SSHClientsManager } = loadEngine();
    get(SSHClientsManager).onShutdown();
  });
  afterEach(async () => {
    closePools();
    await closeOnceLeft(services.splice(0));
  });
  leaveNothingOpen();

  const nodeType = (name: string): INodeType => {
    const found = types[name];
    if (!found) throw new Error(`n8n has not loaded a node ${name}.`);
    return found.type;
  };

  const rig: N8nRig = {
    get engine() {
      return loadEngine();
    },
    get service() {
      const service = services.at(-1);
      if (!service) throw new Error('No service was started.');
      return service;
    },
    get lastExecutionId() {
      return lastExecutionId;
    },
    serve: async (script, options) => {
      const service = await startLocalService({ engine: 'script', ...(script && { script }), ...options });
      services.push(service);
      return service;
    },
    nodeType,
    reload: async () => {
      const folder = realpathSync(installedPackage());
      for (const file of Object.keys(require.cache)) {
        if (file.startsWith(path.join(folder, 'dist'))) Reflect.deleteProperty(require.cache, file);
      }
      const loader = new (loadEngine().core.PackageDirectoryLoader)(folder);
      await loader.loadAll();
      return Object.fromEntries(Object.entries(loader.nodeTypes).map(([name, { type }]) => [name, type]));
    },
    bytesOf: (binary) => {
      const { core, get } = loadEngine();
      const service = get(core.BinaryDataService) as unknown as {
        getAsBuffer: (binary: IBinaryData) => Promise<Buffer>;
      };
      return service.getAsBuffer(binary);
    },
    run: async (nodes, { credentials, executionId, onStart, nodeTypes: others = {} } = {}) => {
      const { core, Workflow } = loadEngine();
      const stand = hostNodes({
        items: new Map(nodes.map(({ name, items = [] }) => [name, items])),
        work: new Map(nodes.flatMap(({ name, work }) => (work ? [[name, work]] : []))),
      });
      const find = (type: string): INodeType =>
        others[type] ?? (type in stand ? stand[type as keyof typeof stand] : nodeType(type));
      const nodeTypes: INodeTypes = {
        getByName: find,
        getByNameAndVersion: find,
        getKnownTypes: () => ({}),
      };
      const workflow = new Workflow({
        id: 'workflow',
        nodes: nodes.map(toNode),
        connections: connectionsOf(nodes),
        active: false,
        nodeTypes,
        settings: { executionOrder: 'v1' },
      });
      executions += 1;
      const id = (lastExecutionId = executionId ?? `execution-${executions}`);
      const additionalData = {
        executionId: id,
        currentNodeExecutionIndex: 0,
        credentialsHelper: {
          getDecrypted: () =>
            Promise.resolve(credentials ?? { region: 'local', address: rig.service.url, apiKey: '' }),
          getParentTypes: () => [],
        },
        hooks: new core.ExecutionLifecycleHooks('trigger', id, { id: 'workflow' }),
        variables: {},
      } as unknown as IWorkflowExecuteAdditionalData;
      const running = new core.WorkflowExecute(additionalData, 'trigger').run({
        workflow,
        startNode: workflow.getNode(nodes[0]!.name)!,
      });
      onStart?.(running);
      return new TestRun(await running);
    },
  };
  return rig;
}

function toNode({ name, type, parameters = {}, onError, maxTries }: TestNode, index: number): INode {
  return {
    id: `id-of-${name}`,
    name,
    type,
    typeVersion: 1,
    position: [index * 200, index * 100],
    parameters,
    ...(onError && { onError }),
    ...(maxTries !== undefined && { retryOnFail: true, maxTries, waitBetweenTries: 1 }),
    ...(WITH_CREDENTIALS.includes(type) && {
      credentials: { realtimeAsrApi: { id: '1', name: 'Local' } },
    }),
  };
}

function connectionsOf(nodes: TestNode[]): IConnections {
  return Object.fromEntries(
    nodes.map(({ name, to = [] }) => [
      name,
      { main: to.map((targets) => targets.map((node) => ({ node, type: 'main' as const, index: 0 }))) },
    ]),
  );
}
