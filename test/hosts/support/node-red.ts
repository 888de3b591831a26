import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { waitUntil } from '../../support/wait-until';
import { freePort, request, type Answer, type RequestOptions } from './http';
import { ROOT } from './packed';

export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A message of settings.cjs. */
export interface News {
  kind: 'started' | 'sent' | 'completed' | 'status' | 'log' | 'resources';
  id?: string;
  type?: string;
  port?: number;
  payload?: string;
  event?: { type?: string; text?: string };
  error?: string;
  /** Its whole content, to be searched. */
  text?: string;
  names?: string[];
}

/** The Node-RED and the Node.js to run. */
export interface Installation {
  script: string;
  execPath: string;
}

/** The Node-RED of this repository's devDependencies, on the Node.js that runs the tests. */
export const NODE_RED_4: Installation = {
  script: path.join(ROOT, 'node_modules/node-red/red.js'),
  execPath: process.execPath,
};

/** From test/hosts/node-red-5. */
export const NODE_RED_5: Installation = {
  script: path.join(ROOT, 'test/hosts/node-red-5/node_modules/node-red/red.js'),
  execPath: path.join(
    ROOT,
    'test/hosts/node-red-5/node_modules/.bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  ),
};

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;

/** A real Node-RED in a process of its own. */
export class NodeRed {
  readonly url: string;
  /** All messages so far, in order. */
  readonly news: News[] = [];
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
    child.on('message', (news) => this.news.push(news as News));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  static async start(
    userFolder: string,
    { script, execPath }: Installation,
    env: NodeJS.ProcessEnv = {},
  ): Promise<NodeRed> {
    if (!existsSync(script)) throw new Error(`${script} is missing: npm test installs it.`);
    const port = await freePort();
    const settings = path.join(__dirname, 'settings.cjs');
    const child = fork(script, ['--userDir', userFolder, '--settings', settings, '--port', String(port)], {
      execPath,
      // The process does not inherit the test's Node.js options, such as tsx.
      execArgv: [],
      env: { ...process.env, ...env, NODE_OPTIONS: '', FLOW_ASR_TEST_NODE_RED: script },
      silent: true,
    });
    const nodeRed = new NodeRed(child, port);
    try {
      await waitUntil(() => nodeRed.#isUp() || child.exitCode !== null, 'Node-RED to start', START_WITHIN_MS);
      if (child.exitCode !== null) throw new Error(`Node-RED ended with exit code ${child.exitCode}.`);
      return nodeRed;
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${nodeRed.output}`, { cause: error });
    }
  }

  /** Its output so far. */
  get output(): string {
    return this.#output;
  }

  /** Deploys flows as the editor's button does, and waits until they run. */
  async deploy(flows: FlowNode[], type: 'full' | 'flows' | 'nodes' = 'full'): Promise<void> {
    const started = this.#count('started');
    const answer = await this.request('POST', '/flows', {
      body: JSON.stringify({ flows: flows.map(placed) }),
      headers: {
        'content-type': 'application/json',
        'node-red-api-version': 'v2',
        'node-red-deployment-type': type,
      },
    });
    if (answer.status !== 200)
      throw new Error(`Deploying failed with ${answer.status}: ${answer.body.toString()}`);
    await waitUntil(() => this.#count('started') > started, 'the flows to start', START_WITHIN_MS);
  }

  request(method: string, pathname: string, options?: RequestOptions): Promise<Answer> {
    return request(method, this.url + pathname, options);
  }

  async getJson(pathname: string): Promise<unknown> {
    const headers = { accept: 'application/json', 'node-red-api-version': 'v2' };
    const { status, body } = await this.request('GET', pathname, { headers });
    if (status !== 200) throw new Error(`GET ${pathname} was answered with ${status}.`);
    return JSON.parse(body.toString()) as unknown;
  }

  /** Presses the button of an inject node. */
  async press(id: string): Promise<void> {
    const { status } = await this.request('POST', `/inject/${id}`);
    if (status !== 200) throw new Error(`POST /inject/${id} was answered with ${status}.`);
  }

  /** The messages that a node has sent, in order. */
  sent(id: string, port = 0): News[] {
    return this.news.filter((one) => one.kind === 'sent' && one.id === id && one.port === port);
  }

  errors(): string[] {
    return this.news.flatMap(({ kind, error }) =>
      kind === 'completed' && error !== undefined ? [error] : [],
    );
  }

  /** `process.getActiveResourcesInfo()` of the process. */
  async resources(): Promise<string[]> {
    const count = this.#count('resources');
    this.#child.send('resources');
    await waitUntil(() => this.#count('resources') > count, 'the list of resources');
    return this.news.findLast(({ kind }) => kind === 'resources')?.names ?? [];
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL');
    }, STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }

  #isUp(): boolean {
    return this.#count('started') > 0 && this.#output.includes(this.url);
  }

  #count(kind: News['kind']): number {
    return this.news.filter((one) => one.kind === kind).length;
  }
}

/** Node-RED takes a node without a position for a config node. */
function placed(node: FlowNode): FlowNode {
  return node.z === undefined ? node : { x: 100, y: 100, ...node };
}
