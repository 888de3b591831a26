import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { NodeAPI } from 'node-red';
import { connectionOf } from '../../credentials/node-red/connection';
import type { LocalService } from '../../local-service/index';
import type { TestResult } from '../../credentials/node-red/connection-test';
import type { Flow } from '../support/node-red';
import { credentialsNode, helper } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const KEY = 'sk-right-5fd1c0ffee';
const WRONG_KEY = 'sk-wrong-deadbeef99';
const VARIABLE = 'FLOW_ASR_TEST_KEY';

describe('asr credentials', () => {
  const rig = useService();
  let service: LocalService;
  let flow: Flow;

  function start(credentials: object = {}, key?: string): Promise<Flow> {
    return startSessionFlow(service, { credentials, key });
  }

  async function test(fields: object): Promise<TestResult> {
    const body = {
      id: 'credentials',
      region: 'local',
      address: service.url,
      keySource: 'credential',
      keyVariable: '',
      ...fields,
    };
    const response = await helper.request().post('/asr/test-connection').send(body);
    assert.equal(response.status, 200);
    return response.body as TestResult;
  }

  function keysSent(): (string | undefined)[] {
    return service.sessions.map(({ headers }) => headers.authorization);
  }

  beforeEach(async () => {
    service = await rig.serve({ utterances: ['Hello there.'] }, { apiKey: KEY });
  });

  afterEach(() => {
    Reflect.deleteProperty(process.env, VARIABLE);
  });

  it('gives sessions the stored key', async () => {
    flow = await start({}, KEY);
    flow.send('append', { payload: silence(3000) });
    assert.equal((await flow.message('final')).payload, 'Hello there.');
  });

  it('gives sessions the key of an environment variable, read anew each time', async () => {
    flow = await start({ keySource: 'env', keyVariable: VARIABLE });
    process.env[VARIABLE] = KEY;
    flow.send('append', { payload: silence(3000) });
    assert.equal((await flow.message('final')).payload, 'Hello there.');
  });

  it('names the environment variable that is not set when a key is needed', async () => {
    flow = await start({ region: 'singapore', address: '', keySource: 'env', keyVariable: VARIABLE });
    flow.send('append', { payload: silence(100) });
    const caught = await flow.message('caught');
    assert.match((caught.error as Error).message, new RegExp(VARIABLE));
    assert.equal(flow.badges('session').at(-1)?.text, 'key refused');
  });

  it('shows a key in no message, badge, error, log or answer', async () => {
    flow = await start({}, WRONG_KEY);
    flow.send('append', { payload: silence(3000) });
    await flow.message('caught');
    await flow.message('events');
    await helper.setFlows(
      [
        { id: 'tab', type: 'tab' },
        { ...credentialsNode(service.url), credentials: { apiKey: KEY } },
      ],
      'full',
    );
    const answers = [
      await test({ apiKey: WRONG_KEY }),
      await test({ apiKey: KEY }),
      await test({ region: 'singapore', address: `wss://${KEY}@host`, apiKey: KEY, workspaceId: 'bad_id' }),
    ];
    const ids = ['interim', 'final', 'emotion', 'events', 'appended', 'caught', 'completed'];
    const seen = [
      answers,
      ids.map((id) => flow.received(id)),
      ['session', 'append'].map((id) => flow.badges(id)),
      helper.log().args,
    ];
    const text = inspect(seen, { depth: 12, maxArrayLength: null, maxStringLength: null });
    assert.ok(keysSent().includes(`Bearer ${KEY}`));
    for (const key of [KEY, WRONG_KEY]) {
      assert.equal(text.includes(key), false);
      assert.equal(text.includes(Buffer.from(key).toString('base64')), false);
    }
  });

  describe('Test button', () => {
    it('opens a session with the values in the dialog, saved or not, and closes it again', async () => {
      flow = await start();
      const result = await test({ apiKey: KEY });
      assert.equal(result.ok, true, result.message);
      assert.equal(result.model, 'qwen3-asr-flash-realtime');
      assert.match(result.region, /local service at/);
      assert.ok(result.ms >= 0);
      await waitUntil(() => service.connectionCount === 0, 'the connection to close');
    });

    it('says of a refused key which region was asked, and that a key belongs to one region', async () => {
      flow = await start();
      const result = await test({ apiKey: WRONG_KEY });
      assert.equal(result.ok, false);
      assert.equal(result.code, 'AUTHENTICATION');
      assert.match(result.message, /local service/i);
      assert.match(result.message, /region/i);
    });

    it('says when nobody answers at the address', async () => {
      flow = await start();
      const address = service.url;
      await service.close();
      const result = await test({ address, apiKey: KEY });
      assert.deepEqual([result.ok, result.code], [false, 'CONNECT_FAILED']);
    });

    it('says what is wrong with an invalid address', async () => {
      flow = await start();
      const result = await test({ region: 'custom', address: 'http://host', apiKey: KEY });
      assert.deepEqual([result.ok, result.code], [false, 'INVALID_OPTION']);
      assert.match(result.message, /ws:\/\//);
    });

    it('uses the stored key for the address that it was deployed with', async () => {
      flow = await start({}, KEY);
      assert.equal((await test({})).ok, true);
    });

    it('sends the stored key to no other address', async () => {
      const elsewhere = await rig.serve();
      flow = await start({}, KEY);
      const result = await test({ address: elsewhere.url });
      assert.deepEqual([result.ok, result.code], [false, 'MISSING_API_KEY']);
      assert.match(result.message, /Deploy first/);
      assert.equal(elsewhere.sessions.length, 0);
    });

    it('sends an environment variable only to a deployed address or to this machine', async () => {
      process.env[VARIABLE] = KEY;
      flow = await start();
      const fields = { keySource: 'env', keyVariable: VARIABLE };
      const elsewhere = await test({ ...fields, region: 'custom', address: 'wss://elsewhere.example' });
      assert.match(elsewhere.message, /Deploy first/);
      assert.equal((await test(fields)).ok, true);
    });

    it('sends no environment variable unless its name says that it is a key', async () => {
      flow = await start();
      for (const keyVariable of ['HOME', 'PATH', 'NODE_RED_CREDENTIAL_SECRET', 'MONKEYS', 'KEYBOARD']) {
        const result = await test({ keySource: 'env', keyVariable });
        assert.deepEqual([result.ok, result.code], [false, 'MISSING_API_KEY'], keyVariable);
        assert.match(result.message, new RegExp(keyVariable));
      }
      assert.equal(service.sessions.length, 0);
    });

    it('sends a deployed environment variable, whatever its name is', async () => {
      const keyVariable = 'FLOW_ASR_TEST_WORD';
      process.env[keyVariable] = KEY;
      try {
        flow = await start({ keySource: 'env', keyVariable });
        assert.equal((await test({ keySource: 'env', keyVariable })).ok, true);
      } finally {
        Reflect.deleteProperty(process.env, keyVariable);
      }
    });

    // Requests that a page of another site can make a browser send to an editor on the same network.
    const foreign: [name: string, headers: Record<string, string>, status: number][] = [
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
      ['plain text', { 'content-type': 'text/plain' }, 415],
      ['JSON that says text/plain', { 'content-type': 'text/plain; x=application/json' }, 415],
      ['JSON of another origin', { origin: 'https://evil.example' }, 403],
      ['JSON of another port', { origin: 'http://127.0.0.1:1' }, 403],
      ['JSON of a sandboxed page', { origin: 'null' }, 403],
      ['JSON that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['JSON that the browser calls same-site', { 'sec-fetch-site': 'same-site' }, 403],
    ];
    for (const [name, headers, status] of foreign) {
      it(`refuses ${name}, and connects nowhere`, async () => {
        flow = await start({}, KEY);
        const fields = { id: 'credentials', region: 'local', address: service.url, keySource: 'credential' };
        const isForm = headers['content-type']?.includes('urlencoded');
        const response = await helper
          .request()
          .post('/asr/test-connection')
          .set({ 'content-type': 'application/json', ...headers })
          .send(isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields));
        assert.equal(response.status, status);
        assert.equal(service.sessions.length, 0);
      });
    }

    it('answers the editor behind a proxy that passes another host on', async () => {
      flow = await start({}, KEY);
      const response = await helper
        .request()
        .post('/asr/test-connection')
        .set({ origin: 'https://home.example', 'x-forwarded-host': 'home.example' })
        .send({ id: 'credentials', region: 'local', address: service.url, keySource: 'credential' });
      assert.equal((response.body as TestResult).ok, true);
    });

    it('asks for a key where the region needs one', async () => {
      flow = await start();
      const result = await test({ region: 'beijing', address: '', apiKey: '' });
      assert.deepEqual([result.ok, result.code, result.region], [false, 'MISSING_API_KEY', 'Beijing']);
    });
  });

  describe('with the key in the environment', () => {
    const names = ['FLOW_ASR_TEST_KEY', 'DASHSCOPE_WORKSPACE_ID'] as const;
    afterEach(() => {
      for (const name of names) Reflect.deleteProperty(process.env, name);
    });

    it('takes the workspace from the environment too, for the cloud only, unless one is typed', () => {
      process.env.FLOW_ASR_TEST_KEY = KEY;
      process.env.DASHSCOPE_WORKSPACE_ID = 'ws-env';
      const workspaceOf = (def: object) =>
        connectionOf(
          helper as unknown as NodeAPI,
          undefined,
          {
            ...{ region: 'singapore', workspaceId: '', address: '', keySource: 'env', keyVariable: VARIABLE },
            proxy: '',
            ...def,
          },
          KEY,
        ).workspaceId;
      assert.equal(workspaceOf({}), 'ws-env');
      assert.equal(workspaceOf({ workspaceId: 'ws-typed' }), 'ws-typed');
      assert.equal(workspaceOf({ keySource: 'credential' }), undefined);
      assert.equal(workspaceOf({ region: 'local' }), undefined);
    });
  });
});
