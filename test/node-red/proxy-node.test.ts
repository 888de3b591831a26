import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { NodeInitializer } from 'node-red';
import type { LocalService } from '../../local-service/index';
import type { TestResult } from '../../credentials/node-red/connection-test';
import { startConnectProxy } from '../support/connect-proxy';
import type { ConnectProxy } from '../support/connect-proxy';
import { NO_PROXIES, withEnvironment } from '../support/environment';
import {
  appendNodes,
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  sessionNodes,
} from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';

/** A name that only the proxy can resolve. */
const HOST = 'asr.company.invalid';
const proxyType = createRequire(__filename)(
  '@node-red/nodes/core/network/06-httpproxy.js',
) as NodeInitializer;

describe("Node-RED's proxy configuration node, chosen in the credentials", () => {
  const { serve } = useService();
  let service: LocalService;
  let proxy: ConnectProxy;

  beforeEach(async () => {
    service = await serve({ utterances: ['Hello there.'] });
    const hosts = { [`${HOST}:80`]: `127.0.0.1:${service.port}` };
    proxy = await startConnectProxy({ hosts, password: 's3cret' });
  });

  afterEach(async () => {
    await proxy.close();
  });

  /** Starts a flow whose requests go through the proxy node. */
  async function start(noproxy: string[] = []): Promise<Flow> {
    return Flow.start(
      [
        { id: 'proxy', type: 'http proxy', url: proxy.url, noproxy },
        credentialsNode(`ws://${HOST}`, { region: 'custom', proxy: 'proxy' }),
        ...sessionNodes(),
        ...appendNodes(),
        ...observers(['append']),
      ],
      { proxy: { username: 'me', password: 's3cret' } },
      [proxyType],
    );
  }

  it('is used with its user and password, whatever the environment says', async () => {
    await withEnvironment({ ...NO_PROXIES, NO_PROXY: '*' }, async () => {
      const flow = await start();
      flow.send('append', { payload: silence(3000), rate: 16_000, bits: 16 });
      assert.equal((await flow.message('final')).payload, 'Hello there.');
      const fields = { id: 'credentials', region: 'custom', address: `ws://${HOST}`, proxy: 'proxy' };
      const response = await helper.request().post('/asr/test-connection').send(fields);
      assert.equal((response.body as TestResult).ok, true, JSON.stringify(response.body));
    });
    assert.deepEqual(
      proxy.asked.map(({ target }) => target),
      [`${HOST}:80`, `${HOST}:80`],
    );
  });

  for (const entry of [HOST, `${HOST}:80`, '.company.invalid', '*.invalid', '*']) {
    it(`is bypassed for hosts of its list: ${entry}`, async () => {
      const flow = await start([' ', entry]);
      flow.send('append', { payload: silence(100), rate: 16_000, bits: 16 });
      assert.match(errorOf(await flow.message('caught')).message, /asr\.company\.invalid/);
      assert.deepEqual(proxy.asked, []);
    });
  }
});
