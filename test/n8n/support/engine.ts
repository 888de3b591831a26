import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type {
  IExecuteFunctions,
  INodeType,
  IRun,
  IWorkflowExecuteAdditionalData,
  LoadedClass,
  LoggerProxy as LoggerProxyOfN8n,
  NodeError,
  Workflow as WorkflowOfN8n,
} from 'n8n-workflow';
import { ROOT, temporaryFolder } from '../../hosts/support/packed';

/** n8n's engine, as test/hosts/n8n-engine has it: with its own n8n-workflow, which the package's nodes get as well. */
const ENGINE = path.join(ROOT, 'test/hosts/n8n-engine/');

/** The part of n8n-core's types that is used here; the root has not installed it. */
interface Core {
  PackageDirectoryLoader: new (directory: string) => {
    loadAll: () => Promise<void>;
    nodeTypes: Record<string, LoadedClass<INodeType>>;
    credentialTypes: Record<string, LoadedClass<object>>;
    types: { nodes: object[]; credentials: object[] };
  };
  WorkflowExecute: new (
    additionalData: IWorkflowExecuteAdditionalData,
    mode: 'manual' | 'trigger',
  ) => { run: (options: { workflow: WorkflowOfN8n; startNode?: object }) => CancelableRun };
  ExecutionLifecycleHooks: new (mode: string, executionId: string, workflowData: object) => Hooks;
  BinaryDataService: new (...args: never[]) => { init: () => Promise<void>; mode: string };
  /** This method exists from n8n 2.33 on. */
  ExecuteContext: {
    prototype: { onExecutionFinish?: (this: IExecuteFunctions, handler: () => void) => void };
  };
}

export interface Hooks {
  addHandler: (name: 'workflowExecuteAfter', handler: (run: IRun) => Promise<void>) => void;
}

export type CancelableRun = Promise<IRun> & { cancel: () => void };

export interface Engine {
  core: Core;
  Workflow: typeof WorkflowOfN8n;
  NodeError: new (...args: never[]) => NodeError;
  /** It keeps a timer from the first execution on. */
  SSHClientsManager: new (...args: never[]) => { onShutdown: () => void };
  /** The part of n8n's container of services that is used here. */
  get: <T>(service: new (...args: never[]) => T) => T;
}

let engine: Engine | undefined;
let packageFolder: string | undefined;

export function loadEngine(): Engine {
  if (engine) return engine;
  // n8n reads this when it is loaded. Its folder for keys and files must not be that of the person who runs the
  // tests.
  process.env.N8N_USER_FOLDER = temporaryFolder();
  process.env.N8N_LOG_LEVEL = 'silent';
  process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'false';
  const load = createRequire(ENGINE);
  // n8n needs this before everything else.
  load('reflect-metadata');
  const { Workflow, NodeError, LoggerProxy } = load('n8n-workflow') as {
    Workflow: typeof WorkflowOfN8n;
    NodeError: Engine['NodeError'];
    LoggerProxy: typeof LoggerProxyOfN8n;
  };
  const silent = () => undefined;
  LoggerProxy.init({ error: silent, warn: silent, info: silent, debug: silent });
  const { Container } = createRequire(load.resolve('n8n-core'))('@n8n/di') as {
    Container: Pick<Engine, 'get'>;
  };
  const { SSHClientsManager } = load('n8n-core/dist/execution-engine/ssh-clients-manager') as Pick<
    Engine,
    'SSHClientsManager'
  >;
  engine = {
    core: load('n8n-core') as Core,
    SSHClientsManager,
    Workflow,
    NodeError,
    get: (service) => Container.get(service),
  };
  return engine;
}

/** The built package in the place where n8n would have it, so that its modules find n8n's n8n-workflow and not ours. */
export function installedPackage(): string {
  if (packageFolder) return packageFolder;
  const folder = path.join(temporaryFolder(), 'package');
  cpSync(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  mkdirSync(path.join(folder, 'node_modules'));
  const { dependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(path.dirname(path.join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  symlinkSync(path.join(ENGINE, 'node_modules/n8n-workflow'), path.join(folder, 'node_modules/n8n-workflow'));
  return (packageFolder = folder);
}
