import { randomBytes } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { freePort, request, type Answer, type RequestOptions } from './http';
import type { N8nInstallation } from './installation';
import { communityNodesFolder } from './n8n-package';
import { temporaryFolder } from './packed';
import { ProcessGroup } from './process-group';

/** The bound for a busy machine. */
const START_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 60_000;

/** The owner of the instance. */
const OWNER = {
  email: 'owner@example.com',
  firstName: 'Test',
  lastName: 'Owner',
  password: `Aa1-${randomBytes(9).toString('base64url')}`,
};

/** The instance makes no requests to the outside, so that nothing but the tests happens. */
const QUIET: NodeJS.ProcessEnv = {
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_HIRING_BANNER_ENABLED: 'false',
  N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
  N8N_VERIFIED_PACKAGES_ENABLED: 'false',
  N8N_AI_ENABLED: 'false',
};

const SETTINGS: NodeJS.ProcessEnv = {
  N8N_LISTEN_ADDRESS: '127.0.0.1',
  // The pages of the tests are on http.
  N8N_SECURE_COOKIE: 'false',
  N8N_LOG_LEVEL: 'debug',
  N8N_LOG_OUTPUT: 'console',
  N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '20',
  EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
  EXECUTIONS_DATA_SAVE_ON_ERROR: 'all',
  EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS: 'true',
};

/** A real n8n with the package installed, in a process group of its own. */
export class N8n {
  readonly url: string;
  /** `.n8n` is in it. */
  readonly userFolder: string;
  #process: ProcessGroup;
  readonly #again: () => ProcessGroup;
  #cookie = '';

  private constructor(url: string, userFolder: string, start: () => ProcessGroup) {
    this.url = url;
    this.userFolder = userFolder;
    this.#again = start;
    this.#process = start();
  }

  /** An n8n that is set up: its owner exists, and requests are the owner's. */
  static async start(installation: N8nInstallation, env: NodeJS.ProcessEnv = {}): Promise<N8n> {
    const userFolder = await n8nUserFolder();
    const port = await freePort();
    const ports = { N8N_PORT: String(port), N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
    const n8n = new N8n(`http://127.0.0.1:${port}`, userFolder, () =>
      startN8n(installation, ['start'], userFolder, { ...env, ...ports }),
    );
    try {
      await n8n.started();
      const { headers } = await n8n.rest('POST', '/owner/setup', OWNER);
      n8n.#cookie = (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
      return n8n;
    } catch (error) {
      n8n.#process.kill();
      throw error;
    }
  }

  /** n8n prints this when it serves the editor; before that a waiting page answers requests. */
  private async started(): Promise<void> {
    const process = this.#process;
    const isServing = () => process.output.includes('Editor is now accessible');
    await process.until(isServing, 'n8n to start', START_WITHIN_MS);
  }

  /** Stops n8n as a service manager does, and starts it again with everything that it has kept. */
  async restart(): Promise<void> {
    await this.stop();
    this.#process = this.#again();
    await this.started();
  }

  /** The output since the start. */
  get output(): string {
    return this.#process.output;
  }

  /** The cookie of the owner, as `name=value`. */
  get cookie(): string {
    return this.#cookie;
  }

  /** Requests a webhook or any other page. */
  request(method: string, pathname: string, options?: RequestOptions): Promise<Answer> {
    return request(method, this.url + pathname, options);
  }

  /**
   * Requests the API that the editor uses.
   * @throws Error with the answer when it is not a success.
   */
  async rest(method: string, pathname: string, body?: object): Promise<Answer> {
    const answer = await this.request(method, `/rest${pathname}`, {
      headers: { 'content-type': 'application/json', ...(this.#cookie && { cookie: this.#cookie }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300) {
      throw new Error(`${method} ${pathname} was answered with ${answer.status}: ${answer.body.toString()}`);
    }
    return answer;
  }

  /** The `data` of an answer of `rest`. */
  async data<T>(method: string, pathname: string, body?: object): Promise<T> {
    const answer = await this.rest(method, pathname, body);
    return (JSON.parse(answer.body.toString()) as { data: T }).data;
  }

  /** @throws Error when it does not end by itself, or leaves processes behind. */
  async stop(): Promise<void> {
    await this.#process.stop(STOP_WITHIN_MS);
  }
}

/** A new user folder with the package among the community nodes. */
export async function n8nUserFolder(): Promise<string> {
  const userFolder = temporaryFolder();
  await mkdir(path.join(userFolder, '.n8n'));
  await cp(await communityNodesFolder(), path.join(userFolder, '.n8n/nodes'), { recursive: true });
  return userFolder;
}

/** `n8n start`, `n8n worker`, …, on the Node.js that belongs to it. */
export function startN8n(
  { script, execPath, modules }: N8nInstallation,
  args: string[],
  userFolder: string,
  env: NodeJS.ProcessEnv,
): ProcessGroup {
  return new ProcessGroup(execPath, [script, ...args], {
    cwd: userFolder,
    env: {
      HOME: userFolder,
      // n8n starts `node` by this name for its task runner.
      PATH: [path.join(modules, '.bin'), process.env.PATH].join(path.delimiter),
      TZ: 'UTC',
      N8N_USER_FOLDER: userFolder,
      ...QUIET,
      ...SETTINGS,
      ...env,
    },
  });
}
