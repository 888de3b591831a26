import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { isAllowedOrigin } from '../../local-service/origin';
import { answerTo, UPGRADE_HEADERS } from '../support/raw-http';
import { REALTIME, ServiceBench } from '../support/local-service';

describe('local service: web pages', () => {
  const bench = new ServiceBench();

  function isAllowed(
    origin: string | undefined,
    host: string,
    own = { host: '127.0.0.1', hasKey: false },
  ): boolean {
    return isAllowedOrigin({ headers: { ...(origin !== undefined && { origin }), host } }, own);
  }

  it('may use it from this machine, on any port', () => {
    for (const origin of [
      'http://localhost',
      'http://localhost:1880',
      'https://LOCALHOST:5678',
      'http://127.0.0.1:1880',
      'http://127.8.9.1',
      'http://[::1]:1880',
      'http://app.localhost:3000',
      'ws://127.0.0.1:8791',
    ])
      assert.equal(isAllowed(origin, '127.0.0.1:8791'), true, origin);
  });

  it('may not use it from another host, from files, or from frames without an origin', () => {
    for (const origin of [
      'https://example.com',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
      'http://127.0.0.1@example.com',
      'http://notlocalhost',
      'http://10.0.0.1',
      'null',
      'file://',
      'file:///home/page.html',
      'chrome-extension://abcdefgh',
      '',
      '//',
      'localhost',
    ])
      assert.equal(isAllowed(origin, '127.0.0.1:8791'), false, origin);
  });

  it('may not reach it by a host name of their own', () => {
    assert.equal(isAllowed('http://evil.example:8791', 'evil.example:8791'), false);
    assert.equal(
      isAllowed('http://service.lan:8791', 'service.lan:8791', { host: 'service.lan', hasKey: false }),
      true,
    );
    assert.equal(isAllowed(`http://${hostname()}:8791`, `${hostname()}:8791`), true);
  });

  it('are told apart from programs, which send no origin or the address that they call', () => {
    assert.equal(isAllowed(undefined, '127.0.0.1:8791'), true);
    const everywhere = { host: '0.0.0.0', hasKey: false };
    assert.equal(isAllowed('http://192.168.1.7:8791', '192.168.1.7:8791', everywhere), true);
    assert.equal(isAllowed('http://192.168.1.7:80', '192.168.1.7:8791', everywhere), false);
    // A page that reaches this machine by a host name knows no key.
    assert.equal(isAllowed('http://asr:8791', 'asr:8791', { host: '0.0.0.0', hasKey: true }), true);
    assert.equal(isAllowed('http://asr:8791', 'asr:8791', everywhere), false);
  });

  it('are refused with 403 on both protocols and on plain requests, before they are asked for a key', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    const Origin = 'https://example.com';
    for (const target of [REALTIME, '/api-ws/v1/inference'])
      assert.match(
        await answerTo(service.port, target, { headers: { ...UPGRADE_HEADERS, Origin } }),
        /^HTTP\/1\.1 403 [^]*"code":"AccessDenied"/,
      );
    for (const method of ['GET', 'POST', 'OPTIONS'])
      assert.match(await answerTo(service.port, '/', { method, headers: { Origin } }), /^HTTP\/1\.1 403 /);
    assert.equal(service.connectionCount, 0);
  });
});
