import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { eventually } from '../../support/eventually';
import type { N8nInstallation } from './installation';
import type { N8n } from './n8n';
import { PACKAGE_NAME, ROOT } from './packed';

export const EXAMPLES = path.join(ROOT, 'examples/n8n');

export interface WorkflowNode {
  name: string;
  type: string;
  parameters: Record<string, unknown>;
  credentials?: Record<string, { id: string; name: string }>;
  [property: string]: unknown;
}

/** As n8n exports it. */
export interface Workflow {
  id?: string;
  versionId?: string;
  name: string;
  nodes: WorkflowNode[];
  connections: Record<string, unknown>;
  settings?: Record<string, unknown>;
}

export interface Credential {
  id: string;
  name: string;
}

/** The results of a node, by output and item. */
export type NodeOutput = { json: Record<string, unknown>; binary?: Record<string, unknown> }[][];

export interface Execution {
  id: string;
  status: string;
  mode: string;
  /** The raw answer of n8n, to be searched. */
  text: string;
  /** The results of all runs of each node. */
  outputs: Record<string, NodeOutput>;
  error?: string;
}

const CREDENTIALS = 'realtimeAsrApi';
const OPEN = ['new', 'running', 'waiting', 'unknown'];
const FINISHED_WITHIN_MS = 120_000;
const PUBLISHED_WITHIN_MS = 60_000;

export function exampleTitles(): string[] {
  return readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .sort();
}

/** As it is shipped. */
export function example(title: string): Workflow {
  return JSON.parse(readFileSync(path.join(EXAMPLES, `${title}.json`), 'utf8')) as Workflow;
}

export function ourNodes({ nodes }: Workflow): WorkflowNode[] {
  return nodes.filter(({ type }) => type.startsWith(`${PACKAGE_NAME}.`));
}

export async function createCredential(n8n: N8n, name: string, data: object): Promise<Credential> {
  return n8n.data<Credential>('POST', '/credentials', { name, type: CREDENTIALS, data });
}

/** Chooses the credentials in every node that needs some, as a user does after the import. */
export async function importWorkflow(
  n8n: N8n,
  workflow: Workflow,
  { id, name }: Credential,
): Promise<Workflow> {
  for (const node of ourNodes(workflow)) node.credentials = { [CREDENTIALS]: { id, name } };
  const { name: title, nodes, connections, settings = {} } = workflow;
  return n8n.data<Workflow>('POST', '/workflows', {
    name: title,
    nodes,
    connections,
    settings,
    active: false,
  });
}

/** Publishes it, and waits until its triggers listen: newer versions of n8n do it after they have answered. */
export async function activate(n8n: N8n, { id, versionId }: Workflow): Promise<void> {
  await n8n.data('POST', `/workflows/${id}/activate`, { versionId, name: '', description: '' });
  await eventually(
    async () => {
      const { status, body } = await n8n.request('GET', `/rest/workflows/${id}/publication-status`, {
        headers: { cookie: n8n.cookie },
      });
      if (status === 404) return true;
      const publication = (JSON.parse(body.toString()) as { data: { status: string } }).data;
      if (publication.status === 'failed' || publication.status === 'partial')
        throw new Error(body.toString());
      return publication.status === 'published';
    },
    `the workflow ${id} to be published`,
    PUBLISHED_WITHIN_MS,
  );
}

export async function deactivate(n8n: N8n, { id }: Workflow): Promise<void> {
  await n8n.data('POST', `/workflows/${id}/deactivate`, {});
}

/** Runs the workflow from this trigger, as the editor's button does. Returns the id of the execution. */
export async function runManually(n8n: N8n, workflow: Workflow, trigger: string): Promise<string> {
  const { executionId } = await n8n.data<{ executionId: string }>('POST', `/workflows/${workflow.id}/run`, {
    workflowData: workflow,
    triggerToStartFrom: { name: trigger },
  });
  return executionId;
}

/** Ids of the executions of a workflow, the newest first. */
export async function executionsOf(n8n: N8n, { id }: Workflow): Promise<string[]> {
  const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
  const { results } = await n8n.data<{ results: { id: string }[] }>(
    'GET',
    `/executions?filter=${filter}&limit=100`,
  );
  return results.map((execution) => execution.id);
}

/** Waits until the execution is over. */
export async function finishedExecution(
  n8n: N8n,
  installation: N8nInstallation,
  id: string,
  timeoutMs = FINISHED_WITHIN_MS,
): Promise<Execution> {
  return eventually(
    async () => {
      const { status, mode, data } = await n8n.data<{ status: string; mode: string; data: string }>(
        'GET',
        `/executions/${id}`,
      );
      if (OPEN.includes(status)) return undefined;
      return { id, status, mode, text: data, ...readResults(installation, data) };
    },
    `execution ${id} to end`,
    timeoutMs,
  );
}

interface RunData {
  resultData: {
    runData: Record<string, { data?: { main?: (NodeOutput[number] | null)[] } }[]>;
    error?: { message: string };
  };
}

/** n8n keeps executions as `flatted` JSON. */
function readResults({ modules }: N8nInstallation, text: string): Pick<Execution, 'outputs' | 'error'> {
  const { parse } = createRequire(path.join(modules, 'n8n/package.json'))('flatted') as {
    parse: (text: string) => RunData;
  };
  const { runData, error } = parse(text).resultData;
  const outputs = Object.entries(runData).map(([name, runs]): [string, NodeOutput] => [
    name,
    allRuns(runs.map(({ data }) => data?.main ?? [])),
  ]);
  return { outputs: Object.fromEntries(outputs), ...(error && { error: error.message }) };
}

/** A node in a loop runs more than once. */
function allRuns(runs: (NodeOutput[number] | null)[][]): NodeOutput {
  const outputs = Math.max(0, ...runs.map((run) => run.length));
  return Array.from({ length: outputs }, (_, index) => runs.flatMap((run) => run[index] ?? []));
}
