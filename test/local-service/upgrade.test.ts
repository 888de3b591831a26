import assert from 'node:assert/strict';
import { request } from 'node:http';
import { answerTo } from '../support/raw-http';
import { at } from '../support/raw-client';
import { REALTIME, ServiceBench } from '../support/local-service';
import { waitUntil } from '../support/wait-until';

describe('local service: upgrade', () => {
  const bench = new ServiceBench();

  it('accepts any key when it has none', async () => {
    const service = await bench.start();
    await bench.connect(service, REALTIME);
    await bench.connect(service, REALTIME, { authorization: 'Bearer anything' });
    assert.equal(service.connectionCount, 2);
  });

  it('answers 401 to a missing and to a wrong key', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    await assert.rejects(bench.connect(service, REALTIME), /401/);
    await assert.rejects(bench.connect(service, REALTIME, { authorization: 'Bearer sk-wrong' }), /401/);
    assert.deepEqual(
      service.sessions.map((session) => session.upgradeStatus),
      [401, 401],
    );
    assert.equal(service.connectionCount, 0);
  });

  it('accepts the right key with Bearer in any case and with unknown headers', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    const headers = {
      'OpenAI-Beta': 'realtime=v1',
      'X-DashScope-WorkSpace': 'ws-1',
      origin: 'http://localhost:1880',
    };
    await bench.connect(service, REALTIME, { authorization: 'bearer sk-right', ...headers });
    await bench.connect(service, REALTIME, { authorization: 'Bearer sk-right' });
    assert.equal(service.sessions[0]!.headers['x-dashscope-workspace'], 'ws-1');
  });

  it('names the requested model in the greeting', async () => {
    const service = await bench.start();
    for (const model of [
      'qwen3-asr-flash-realtime',
      'qwen3-asr-flash-realtime-2026-02-10',
      'qwen3-asr-flash-realtime-2025-10-27',
      'qwen3-asr-flash-realtime-2026-11-05',
      'qwen3.5-asr-flash-realtime',
    ]) {
      const client = await bench.connect(service, `/api-ws/v1/realtime?model=${model}`);
      assert.equal(at(await client.next('session.created'), 'session.model'), model);
    }
  });

  it('silently runs the Omni model when the name is unknown or missing', async () => {
    const service = await bench.start();
    for (const query of [
      '?model=qwen3-asr-flash-realtme',
      '?model=qwen3-asr-flash-realtime-2099-01-01',
      '',
    ]) {
      const client = await bench.connect(service, `/api-ws/v1/realtime${query}`);
      assert.equal(at(await client.next('session.created'), 'session.model'), 'qwen-omni-turbo-realtime');
    }
  });

  it('answers 404 to other paths and 426 to plain HTTP', async () => {
    const service = await bench.start();
    await assert.rejects(bench.connect(service, '/api-ws/v1/other'), /404/);
    const status = await new Promise((resolve) => {
      request({ port: service.port, agent: false }, (response) => {
        resolve(response.resume().statusCode);
      }).end();
    });
    assert.equal(status, 426);
  });

  it('can refuse the first connections by script with a status, and takes the next', async () => {
    const upgrades = [401, 403, 429, 503].map((status) => ({ upgrade: { status, retryAfterSeconds: 1 } }));
    const service = await bench.start({ script: { connections: [...upgrades, {}] } });
    for (const { upgrade } of upgrades)
      await assert.rejects(bench.connect(service, REALTIME), new RegExp(String(upgrade.status)));
    await (await bench.connect(service, REALTIME)).next('session.created');
  });

  it('answers 404 to a request target that is no address, and lives on', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    for (const target of ['//', '///', '//:0', 'http://', 'http://[', 'ws://a:b:c/', '//%', '//?model=x']) {
      assert.match(await answerTo(service.port, target), /^HTTP\/1\.1 404 /, target);
    }
    const authorization = 'Bearer sk-right';
    await (await bench.connect(service, REALTIME, { authorization })).next('session.created');
  });

  it('can leave an upgrade unanswered by script, and still closes', async () => {
    const service = await bench.start({ script: { upgrade: { hang: true } } });
    const connecting = bench.connect(service, REALTIME);
    connecting.catch(() => undefined);
    let isAnswered = false;
    connecting.finally(() => (isAnswered = true)).catch(() => undefined);
    await waitUntil(() => service.sessions.length === 1, 'the upgrade to arrive');
    // By the time another request is answered, this one would have been answered too.
    await answerTo(service.port, '/');
    assert.equal(isAnswered, false);
    await service.close();
    await assert.rejects(connecting);
  });
});
