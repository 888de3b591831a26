import assert from 'node:assert/strict';
import type { LocalService, LocalServiceOptions } from '../../local-service/index';
import { startLocalService } from '../../local-service/index';
import {
  appendNodes,
  commitNodes,
  credentialsNode,
  Flow,
  helper,
  observers,
  sessionNodes,
  type FlowNode,
} from './node-red';

export { framesOf, tasksOf } from './received-frames';

/** Starts a Node-RED for each test of a suite, and stops it after the test. */
export function useNodeRed(): void {
  beforeEach((done) => {
    helper.startServer(done);
  });

  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => {
      helper.stopServer(() => {
        resolve();
      });
    });
  });
}

/** Starts a Node-RED for each test of a suite, and a scripted service when the test asks for one. */
export function useService(): {
  serve: (
    script?: LocalServiceOptions['script'],
    more?: Partial<LocalServiceOptions>,
  ) => Promise<LocalService>;
} {
  const services: LocalService[] = [];

  useNodeRed();

  // Runs after the nodes are gone, so that no session sees its service close.
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
  });

  return {
    serve: async (script = {}, more = {}) => {
      const service = await startLocalService({ engine: 'script', script, keepKeys: true, ...more });
      services.push(service);
      return service;
    },
  };
}

/**
 * Starts a Node-RED for each test of a suite, and one service for all of them, whose recogniser is fetched at first
 * use.
 */
export function useRecogniser(suite: Mocha.Suite): { readonly service: LocalService } {
  suite.timeout(180_000);
  suite.slow(20_000);
  useNodeRed();
  let service: LocalService | undefined;
  before(async () => {
    service = await startLocalService({ engine: 'recogniser' });
  });
  after(() => service?.close());
  return {
    get service() {
      return service ?? assert.fail('The service runs within tests only.');
    },
  };
}

export interface SessionFlowOptions {
  credentials?: Partial<FlowNode>;
  session?: Partial<FlowNode>;
  append?: Partial<FlowNode>;
  /** Stored with the credentials node. */
  key?: string | undefined;
  /** Which nodes the Complete node watches. By default `append`. */
  observed?: string[];
}

/** Starts a flow in which `append` and `commit` share the session of `session`, with observers. */
export function startSessionFlow(service: LocalService, options: SessionFlowOptions = {}): Promise<Flow> {
  const { credentials, session, append, key, observed = ['append'] } = options;
  return Flow.start(
    [
      credentialsNode(service.url, credentials),
      ...sessionNodes(session),
      ...appendNodes(append),
      ...commitNodes(),
      ...observers(observed),
    ],
    key === undefined ? {} : { credentials: { apiKey: key } },
  );
}
