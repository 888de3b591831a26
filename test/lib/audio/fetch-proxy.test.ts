import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeAudio } from '../../../lib';
import { startConnectProxy } from '../../support/connect-proxy';
import type { ConnectProxy } from '../../support/connect-proxy';
import { NO_PROXIES, withEnvironment } from '../../support/environment';
import { JFK_PCM } from '../../support/jfk';
import { wav } from '../../support/scripted-audio';

/** A name that only the proxy can resolve. */
const HOST = 'audio.company.invalid';

describe('a proxy on the way to audio at an address', () => {
  const proxies: ConnectProxy[] = [];
  let server: Server;
  let place = '';

  before(async () => {
    server = createServer(({ url }, response) => {
      if (url === '/moved') response.writeHead(302, { location: '/a.wav' }).end();
      else response.end(wav(JFK_PCM));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });

  async function start(options: Parameters<typeof startConnectProxy>[0] = {}): Promise<ConnectProxy> {
    const proxy = await startConnectProxy({ hosts: { [`${HOST}:80`]: place }, ...options });
    proxies.push(proxy);
    return proxy;
  }

  async function bytesAt(address: string, proxy?: string | false): Promise<number> {
    let bytes = 0;
    const options = { strings: 'url', ...(proxy !== undefined && { proxy }) } as const;
    for await (const chunk of decodeAudio(address, options)) bytes += chunk.length;
    return bytes;
  }

  it('carries requests to http addresses, and each of their redirects', async () => {
    const proxy = await start();
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      assert.equal(await bytesAt(`http://${HOST}/moved`), JFK_PCM.length);
    });
    const targets = proxy.asked.map(({ target }) => target);
    assert.deepEqual(targets, [`http://${HOST}/moved`, `http://${HOST}/a.wav`]);
  });

  it('is asked for a tunnel to https addresses', async () => {
    const proxy = await start({ status: 403 });
    await withEnvironment({ ...NO_PROXIES, HTTPS_PROXY: proxy.url }, async () => {
      await assert.rejects(bytesAt(`https://${HOST}/a.wav`), {
        code: 'BAD_AUDIO',
        message: /the proxy 127\.0\.0\.1:\d+ answered HTTP 403: it does not let connections/,
      });
    });
    assert.equal(proxy.asked[0]?.target, `${HOST}:443`);
  });

  it('gets the user and the password of its address, and the server does not', async () => {
    const proxy = await start({ password: 's3cret' });
    const address = proxy.url.replace('//', '//somebody:s3cret@');
    assert.equal(await bytesAt(`http://${HOST}/a.wav`, address), JFK_PCM.length);
  });

  it('is named in the error when it refuses a password, and the error does not repeat the password', async () => {
    const proxy = await start({ password: 's3cret' });
    for (const scheme of ['http', 'https']) {
      const address = proxy.url.replace('//', '//somebody:wr0ng@');
      await assert.rejects(bytesAt(`${scheme}://${HOST}/a.wav`, address), ({ message, stack }: Error) => {
        assert.match(message, /the proxy 127\.0\.0\.1:\d+ answered HTTP 407: it wants a user and a password/);
        return !`${message}${stack}`.includes('wr0ng');
      });
    }
  });

  it('gets a password with a raw %, as people write it', async () => {
    const proxy = await start({ password: 's3%zz' });
    const address = proxy.url.replace('//', '//somebody:s3%zz@');
    assert.equal(await bytesAt(`http://${HOST}/a.wav`, address), JFK_PCM.length);
  });

  it('is bypassed for hosts of NO_PROXY, for this machine and where the option says so', async () => {
    const proxy = await start();
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url, NO_PROXY: HOST }, async () => {
      await assert.rejects(bytesAt(`http://${HOST}/a.wav`), { code: 'BAD_AUDIO' });
    });
    await withEnvironment({ ...NO_PROXIES, HTTP_PROXY: proxy.url }, async () => {
      assert.equal(await bytesAt(`http://${place}/a.wav`), JFK_PCM.length);
      await assert.rejects(bytesAt(`http://${HOST}/a.wav`, false), { code: 'BAD_AUDIO' });
    });
    assert.deepEqual(proxy.asked, []);
  });
});
