import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { AsrErrorCode, SessionOptions } from '../../../lib';
import type { ScriptFault, ScriptFile, ScriptUpgrade } from '../../../local-service';
import { ManualClock } from '../../support/clocks';
import { useLibRig } from '../../support/lib-rig';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';

describe('a session that cannot be opened', () => {
  const rig = useLibRig();

  /** Whatever fails, one `error` is the last event, and every pending promise rejects with it. */
  async function fails(script: ScriptFile, options: SessionOptions = {}) {
    await rig.serve(script);
    const recorded = rig.open(options);
    const { session } = recorded;
    void session.append(silence(500));
    const finished = session.finish();
    const error = await recorded.failure();
    await assert.rejects(session.ready(), error);
    await assert.rejects(finished, error);
    await assert.rejects(session.append(silence(100)), { code: 'SESSION_CLOSED', cause: error });
    await assert.rejects(session.commit(), { code: 'SESSION_CLOSED' });
    assert.equal(session.state, 'closed');
    assert.deepEqual(recorded.types, ['error']);
    assert.equal(recorded.of('error')[0]?.statistics.audioLostMs, 500);
    return error;
  }

  /** The service accepts the configuration, so the session would try again. */
  async function failsOnceAccepted(script: ScriptFile) {
    await rig.serve(script);
    return rig.open({ reconnect: { maxAttempts: 0 } }).failure();
  }

  const upgrades: [upgrade: ScriptUpgrade, code: AsrErrorCode, retryable: boolean, said: RegExp][] = [
    [{ status: 401 }, 'AUTHENTICATION', false, /refused the API key \(HTTP 401\)\. Keys are per region/],
    [{ status: 403 }, 'AUTHENTICATION', false, /refused the API key \(HTTP 403\)\. Keys are per region/],
    [{ status: 429, retryAfterSeconds: 1 }, 'THROTTLED', true, /HTTP 429/],
    [{ status: 503 }, 'CONNECT_FAILED', true, /HTTP 503/],
    [{ status: 500, message: 'Broken.' }, 'CONNECT_FAILED', true, /It said: .*Broken\./],
    [{ status: 404 }, 'CONNECT_FAILED', false, /answered HTTP 404, not a WebSocket/],
  ];
  for (const [upgrade, code, retryable, said] of upgrades) {
    it(`says what HTTP ${'status' in upgrade ? upgrade.status : ''} means`, async () => {
      const error = await fails({ upgrade });
      assert.equal(error.code, code);
      assert.equal(error.retryable, retryable);
      assert.equal('status' in upgrade && upgrade.status, error.httpStatus);
      assert.match(error.message, said);
      assert.ok(error.message.includes(`local service at ${rig.service.url}`), error.message);
    });
  }

  it('says that a wrong key was refused, and by whom', async () => {
    await rig.serve({}, { apiKey: 'sk-right' });
    const error = await rig.open({ apiKey: 'sk-wrong' }).failure();
    assert.equal(error.code, 'AUTHENTICATION');
    assert.match(error.message, /Invalid API-key provided/);
    const recorded = rig.open({ apiKey: 'sk-right' });
    await recorded.session.finish();
    assert.deepEqual(recorded.types, ['opened', 'finished']);
  });

  it('gives up an unanswered upgrade after its bound, and not before', async () => {
    const clock = new ManualClock();
    await rig.serve({ upgrade: { hang: true } });
    const recorded = rig.open({ connectTimeoutMs: 5000, pingIntervalMs: 1000, environment: { clock } });
    await waitUntil(() => rig.service.sessions.length === 1, 'the upgrade request');
    clock.advance(4999);
    assert.equal(recorded.session.state, 'connecting');
    clock.advance(1);
    const error = await recorded.failure();
    assert.equal(error.code, 'CONNECT_TIMEOUT');
    assert.equal(error.retryable, true);
    assert.match(error.message, /within 5000 ms/);
    assert.equal(clock.pending, 0);
  });

  const greetings: [name: string, faults: ScriptFault[], code: AsrErrorCode, bound: number][] = [
    ['no session.created', [{ on: 'opened', do: 'drop' }], 'CONNECT_TIMEOUT', 5000],
    ['no session.updated', [{ on: 'configured', do: 'drop' }], 'CONFIGURE_TIMEOUT', 3000],
  ];
  for (const [name, faults, code, bound] of greetings) {
    it(`gives up after its bound where there is ${name}`, async () => {
      const clock = new ManualClock();
      const service = await rig.serve({ faults });
      const recorded = rig.open({
        connectTimeoutMs: 5000,
        configureTimeoutMs: 3000,
        environment: { clock },
      });
      const configures = code === 'CONFIGURE_TIMEOUT';
      await waitUntil(
        () => (configures ? service.sessions[0]?.received.length === 1 : service.connectionCount === 1),
        'the service to be asked',
      );
      clock.advance(bound);
      const error = await recorded.failure();
      assert.equal(error.code, code);
      assert.equal(error.retryable, true);
      assert.equal(clock.pending, 0);
    });
  }

  it('keeps to a connect timeout that is longer than the ping interval', async () => {
    const clock = new ManualClock();
    const service = await rig.serve({ faults: [{ on: 'opened', do: 'drop' }] });
    const recorded = rig.open({ connectTimeoutMs: 60_000, pingIntervalMs: 1000, environment: { clock } });
    await waitUntil(() => service.connectionCount === 1, 'the connection');
    clock.advance(1000);
    assert.equal(recorded.session.state, 'connecting');
    recorded.session.abort();
  });

  it('refuses a service that runs another model', async () => {
    const edit = { on: 'opened', do: 'edit', set: { 'session.model': 'qwen-omni-turbo-realtime' } } as const;
    const error = await fails({ faults: [edit] });
    assert.equal(error.code, 'MODEL_MISMATCH');
    assert.equal(error.retryable, false);
    assert.match(error.message, /qwen-omni-turbo-realtime, not the qwen3-asr-flash-realtime/);
  });

  it('refuses a session where the service silently runs another model for an unknown snapshot', async () => {
    const error = await fails({}, { model: 'qwen3-asr-flash-realtime-2099-01-01' });
    assert.equal(error.code, 'MODEL_MISMATCH');
  });

  it('does not connect with an unknown model', async () => {
    const service = await rig.serve();
    assert.throws(() => rig.open({ model: 'qwen3-asr-flash-realtme' }), { code: 'INVALID_OPTION' });
    assert.equal(service.sessions.length, 0);
  });

  for (const on of ['opened', 'configured'] as const) {
    it(`explains close code 1011 ${on === 'opened' ? 'after the greeting' : 'after the configuration'}`, async () => {
      const faults: ScriptFault[] = [{ on, do: 'close', code: 1011, reason: 'no model' }];
      if (on === 'opened') faults.push({ on: 'configured', do: 'drop' });
      const failure = on === 'opened' ? await fails({ faults }) : await failsOnceAccepted({ faults });
      assert.equal(failure.code, on === 'opened' ? 'MODEL_UNAVAILABLE' : 'CONNECTION_LOST');
      assert.match(failure.message, /1011, no model/);
    });
  }

  it('names the field of a configuration that the service refuses', async () => {
    const faults: ScriptFault[] = [
      { on: 'configured', do: 'drop' },
      {
        on: 'opened',
        do: 'send',
        frame: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            code: 'invalid_value',
            message: 'Bad rate.',
            param: 'session.sample_rate',
          },
        },
      },
    ];
    const error = await fails({ faults });
    assert.equal(error.code, 'CONFIGURATION_REJECTED');
    assert.equal(error.param, 'session.sample_rate');
    assert.equal(error.serviceCode, 'invalid_value');
    assert.equal(error.retryable, false);
  });

  it('says that nothing listens at the address, and how to start the local service', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await rig.serve();
    const address = `ws://127.0.0.1:${port}`;
    const local = await rig.open({ address }).failure();
    assert.equal(local.code, 'CONNECT_FAILED');
    assert.equal(local.retryable, true);
    assert.match(local.message, /ECONNREFUSED.*flow-asr service/);
    const custom = await rig.open({ region: 'custom', address }).failure();
    assert.match(custom.message, /ECONNREFUSED/);
    assert.doesNotMatch(custom.message, /flow-asr service/);
  });

  it('says that a host name does not exist', async () => {
    await rig.serve();
    const error = await rig.open({ region: 'custom', address: 'wss://nowhere.invalid' }).failure();
    assert.equal(error.code, 'CONNECT_FAILED');
    assert.match(error.message, /nowhere\.invalid/);
  });

  it('says that a server is no WebSocket server', async () => {
    const server = createServer((socket) => socket.resume().end('SSH-2.0-nothing\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      await rig.serve();
      const { port } = server.address() as AddressInfo;
      const error = await rig.open({ address: `ws://127.0.0.1:${port}` }).failure();
      assert.equal(error.code, 'CONNECT_FAILED');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
