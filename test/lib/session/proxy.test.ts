import assert from 'node:assert/strict';
import { ConnectionPool } from '../../../lib';
import type { SessionOptions } from '../../../lib';
import { webSocketSource } from '../../../lib/live/sources/websocket';
import { startConnectProxy } from '../../support/connect-proxy';
import type { ConnectProxy } from '../../support/connect-proxy';
import { NO_PROXIES, withEnvironment } from '../../support/environment';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { bytesOf, useLiveServers } from '../../support/live-servers';

/** A name that only the proxy can resolve. */
const HOST = 'asr.company.invalid';

describe('a proxy on the way to the service', () => {
  const proxies: ConnectProxy[] = [];
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });
  const servers = useLiveServers();
  const rig = useLibRig();

  /** A proxy that resolves the name to the scripted service. */
  async function start(options: Parameters<typeof startConnectProxy>[0] = {}): Promise<ConnectProxy> {
    await rig.serve({ utterances: ['Hello there.'] });
    const hosts = { [`${HOST}:80`]: `127.0.0.1:${rig.service.port}` };
    const proxy = await startConnectProxy({ hosts, ...options });
    proxies.push(proxy);
    return proxy;
  }

  /** The text that the service behind the name recognises. */
  async function recognise(options: SessionOptions = {}): Promise<string[]> {
    const recorded = rig.open({ region: 'custom', address: `ws://${HOST}`, ...options });
    recorded.session.append(silence(3000)).catch(() => undefined);
    await recorded.session.finish();
    return recorded.finals;
  }

  it('is taken from the option', async () => {
    const proxy = await start();
    await withEnvironment(NO_PROXIES, async () => {
      assert.deepEqual(await recognise({ proxy: proxy.url }), ['Hello there.']);
      const pool = new ConnectionPool();
      assert.deepEqual(await recognise({ proxy: proxy.url, pool }), ['Hello there.']);
      pool.close();
    });
    assert.deepEqual(proxy.asked[0], { target: `${HOST}:80`, authorization: undefined });
    assert.equal(proxy.asked.length, 2);
  });

  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) {
    it(`is taken from ${name}`, async () => {
      const proxy = await start();
      await withEnvironment({ ...NO_PROXIES, [name]: proxy.url }, async () => {
        assert.deepEqual(await recognise(), ['Hello there.']);
      });
      assert.equal(proxy.asked.length, 1);
    });
  }

  it('is used for wss addresses by HTTPS_PROXY, and not by HTTP_PROXY', async () => {
    const proxy = await start({ status: 503 });
    const address = `wss://${HOST}`;
    await withEnvironment({ ...NO_PROXIES, HTTPS_PROXY: proxy.url }, async () => {
      await assert.rejects(recognise({ address, connectTimeoutMs: 10_000, reconnect: { maxAttempts: 0 } }));
    });
    const asked = proxy.asked.length;
    assert.equal(proxy.asked[0]?.target, `${HOST}:443`);
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      await assert.rejects(recognise({ address, connectTimeoutMs: 10_000 }));
    });
    assert.equal(proxy.asked.length, asked);
  });

  for (const list of [HOST, '.company.invalid', '*.invalid', '*', `other.example, ${HOST}`]) {
    it(`is bypassed for hosts of NO_PROXY=${list}`, async () => {
      const proxy = await start();
      const variables = { ...NO_PROXIES, HTTP_PROXY: proxy.url, NO_PROXY: list };
      await withEnvironment(variables, async () => {
        await assert.rejects(recognise({ connectTimeoutMs: 10_000 }), { code: 'CONNECT_FAILED' });
      });
      assert.deepEqual(proxy.asked, []);
    });
  }

  it('is bypassed where the option says so, and for this machine', async () => {
    const proxy = await start();
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url }, async () => {
      assert.deepEqual(await recognise({ region: 'local', address: rig.service.url }), ['Hello there.']);
      await assert.rejects(recognise({ proxy: false, connectTimeoutMs: 10_000 }), { code: 'CONNECT_FAILED' });
    });
    assert.deepEqual(proxy.asked, []);
  });

  it('gets the user and the password of its address', async () => {
    const proxy = await start({ password: 's3cret' });
    const address = proxy.url.replace('//', '//somebody:s3cret@');
    assert.deepEqual(await recognise({ proxy: address }), ['Hello there.']);
  });

  it('is named in the error when it refuses, without its password', async () => {
    const proxy = await start({ password: 's3cret' });
    const recorded = rig.open({
      region: 'custom',
      address: `ws://${HOST}`,
      proxy: proxy.url.replace('//', '//somebody:wr0ng@'),
    });
    const { code, message, stack } = await recorded.failure();
    assert.match(code, /CONNECT_FAILED|CONNECT_TIMEOUT/);
    assert.match(message, /the proxy 127\.0\.0\.1:\d+ answered HTTP 407.*user and a password/);
    assert.ok(!`${message}${stack}`.includes('wr0ng'));
  });

  it('is refused at once when its address is invalid, without its password', async () => {
    await rig.serve();
    for (const proxy of ['proxy:3128', 'socks5://u:s3cret@proxy', 'http://', 'ftp://u:s3cret@x']) {
      assert.throws(
        () => rig.open({ region: 'custom', address: `ws://${HOST}`, proxy }),
        (error: Error & { code: string; param: string }) =>
          error.code === 'INVALID_OPTION' && error.param === 'proxy' && !error.message.includes('s3cret'),
      );
    }
  });

  it('is used for live sources too', async () => {
    const url = await servers.webSocket((socket) => {
      socket.send(Buffer.alloc(320));
      socket.close(1000);
    });
    const port = new URL(url).port;
    const proxy = await startConnectProxy({ hosts: { [`${HOST}:80`]: `127.0.0.1:${port}` } });
    proxies.push(proxy);
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      const source = webSocketSource({ address: `ws://${HOST}`, hints: {} });
      const feed = servers.keep(await source.connect(new AbortController().signal));
      assert.equal((await bytesOf(feed)).length, 320);
    });
  });
});
