import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalService, type LocalService } from '../../local-service';
import { JFK_PCM } from '../support/jfk';
import { wav } from '../support/scripted-audio';
import { installN8n } from './support/installation';
import { N8n } from './support/n8n';
import { liveFlow, transcribeUrlFlow, WEBHOOK_PATH } from './support/n8n-flows';
import { activate, createCredential, deactivate, importWorkflow } from './support/n8n-workflows';
import { findTinyproxy, startTinyproxy, type Tinyproxy } from './support/tinyproxy';

/** An address of this machine that does not match the names for which proxies are bypassed. */
const PROXIED = '0.0.0.0';
/** The addresses that n8n's SSRF protection forbids. */
const FORBIDDEN = '127.0.0.1';
/** Set on machines that have every program, so that no test is skipped. */
const IS_REQUIRED = Boolean(process.env.FLOW_ASR_TEST_PROXY);
const INSTALLED_WITHIN_MS = 1_800_000;

describe("n8n's settings for the network", () => {
  const asked: string[] = [];
  let web: Server | undefined;
  let asr: LocalService | undefined;
  let bypassed: LocalService | undefined;
  let proxy: Tinyproxy | undefined;
  let n8n: N8n | undefined;
  let webPort = 0;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    const program = findTinyproxy();
    if (!program && !IS_REQUIRED) this.skip();
    assert.ok(program, 'There is no tinyproxy.');
    web = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (url === '/within') response.writeHead(302, { location: '/a.wav' }).end();
      else if (url === '/inside') {
        response.writeHead(302, { location: `http://${FORBIDDEN}:${webPort}/secret.wav` }).end();
      } else response.end(wav(JFK_PCM));
    });
    await new Promise<void>((resolve) => web!.listen(0, FORBIDDEN, resolve));
    webPort = (web.address() as AddressInfo).port;
    asr = await startLocalService({ engine: 'script', script: { utterances: ['Hello there.'] } });
    bypassed = await startLocalService({ engine: 'script', script: { utterances: ['Past it.'] } });
    proxy = await startTinyproxy(program, 'somebody', 's3cret');
    n8n = await N8n.start(await installN8n('2.41'), {
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: `${PROXIED}:${bypassed.port}`,
      N8N_SSRF_PROTECTION_ENABLED: 'true',
      N8N_SSRF_ALLOWED_IP_RANGES: `${PROXIED}/32`,
    });
  });

  after(async () => {
    await n8n?.stop();
    await proxy?.stop();
    await asr?.close();
    await bypassed?.close();
    web?.closeAllConnections();
    web?.close();
  });

  beforeEach(() => {
    asked.length = 0;
  });

  it('send requests for recordings and connections to the service through the proxy', async () => {
    assert.deepEqual(await transcribed(`http://${PROXIED}:${webPort}/within`), { text: 'Hello there.' });
    assert.deepEqual(asked, ['/within', '/a.wav']);
    const requests = proxy!.requests();
    assert.ok(requests.includes(`CONNECT ${PROXIED}:${asr!.port} HTTP/1.1`), requests.join('\n'));
    assert.ok(
      requests.some((line) => line.includes(`${PROXIED}:${webPort}`)),
      requests.join('\n'),
    );
  });

  it('bypass the proxy for hosts of NO_PROXY', async () => {
    const answer = await transcribed(
      `http://${PROXIED}:${webPort}/a.wav`,
      `ws://${PROXIED}:${bypassed!.port}`,
    );
    assert.deepEqual(answer, { text: 'Past it.' });
    assert.ok(!proxy!.requests().some((line) => line.includes(String(bypassed!.port))));
  });

  for (const path of ['a.wav', 'inside']) {
    it(`refuse to fetch a recording from an address of this machine: /${path}`, async () => {
      const host = path === 'inside' ? PROXIED : FORBIDDEN;
      const { error = '' } = await transcribed(`http://${host}:${webPort}/${path}`);
      assert.match(error, /SSRF protection does not let nodes connect to 127\.0\.0\.1/);
      assert.match(error, /N8N_SSRF_ALLOWED/);
      assert.deepEqual(asked, path === 'inside' ? ['/inside'] : []);
    });
  }

  it('refuse to connect to a service at an address of this machine', async () => {
    const sessions = asr!.sessions.length;
    const { error = '' } = await transcribed(
      `http://${PROXIED}:${webPort}/a.wav`,
      `ws://${FORBIDDEN}:${asr!.port}`,
    );
    assert.match(error, /SSRF protection does not let nodes connect to 127\.0\.0\.1/);
    assert.equal(asr!.sessions.length, sessions);
  });

  for (const [kind, source] of [
    ['an audio stream', { source: 'http', streamUrl: 'http://127.0.0.1:PORT/a.wav' }],
    ['a WebSocket', { source: 'webSocket', webSocketUrl: 'ws://127.0.0.1:PORT/live' }],
    ['FFmpeg', { source: 'ffmpeg', ffmpegInput: 'http://127.0.0.1:PORT/a.wav' }],
  ] as const) {
    it(`refuse a live trigger that listens to an address of this machine as ${kind}`, async () => {
      const parameters = JSON.parse(JSON.stringify(source).replace('PORT', String(webPort))) as object;
      const workflow = await importWorkflow(n8n!, liveFlow(parameters), await credential());
      await assert.rejects(activate(n8n!, workflow), /SSRF protection does not let nodes connect/);
      await deactivate(n8n!, workflow).catch(() => undefined);
      assert.deepEqual(asked, []);
    });
  }

  async function credential(address = `ws://${PROXIED}:${asr!.port}`) {
    return createCredential(n8n!, address, { region: 'custom', address });
  }

  /** The node's error for the audio at an address. */
  async function transcribed(url: string, address?: string): Promise<{ text?: string; error?: string }> {
    const workflow = await importWorkflow(n8n!, transcribeUrlFlow(), await credential(address));
    await activate(n8n!, workflow);
    const { body } = await n8n!.request('POST', `/webhook/${WEBHOOK_PATH}`, {
      body: JSON.stringify({ url }),
      headers: { 'content-type': 'application/json' },
    });
    await deactivate(n8n!, workflow);
    const { text, error } = JSON.parse(body.toString()) as { text?: string; error?: string };
    return { ...(text !== undefined && { text }), ...(error !== undefined && { error }) };
  }
});
