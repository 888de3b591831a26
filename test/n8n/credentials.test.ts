import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ICredentialTestFunctions, ICredentialType, INodeCredentialTestResult } from 'n8n-workflow';
import { RealtimeAsrApi } from '../../credentials/n8n/RealtimeAsrApi.credentials';
import { connectionOf } from '../../credentials/n8n/connection';
import { REGIONS } from '../../lib';
import { useN8n } from './support/n8n-rig';

describe("n8n's credentials", () => {
  const n8n = useN8n();

  /** Runs the test that the node names, as n8n does for the button. */
  async function press(data: Record<string, string>): Promise<INodeCredentialTestResult> {
    const { description, methods } = n8n.nodeType('asrTranscribe');
    const { testedBy } = description.credentials?.[0] ?? {};
    const test = methods?.credentialTest?.[testedBy as string];
    assert.ok(test);
    return test.call({} as ICredentialTestFunctions, {
      id: '1',
      name: 'Test',
      type: 'realtimeAsrApi',
      data,
    });
  }

  async function closedPort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  it('offer every region of the client', () => {
    const [region] = new RealtimeAsrApi().properties;
    const values = (region?.options ?? []).map((option) => ('value' in option ? option.value : ''));
    assert.deepEqual([...values].sort(), [...REGIONS].sort());
  });

  it('keep the key in a password field', () => {
    const credentials: ICredentialType = new RealtimeAsrApi();
    const keys = credentials.properties.filter(({ name }) => name === 'apiKey');
    assert.ok(keys.length > 0);
    assert.ok(keys.every(({ typeOptions }) => typeOptions?.password === true));
  });

  it('leave out the fields of other regions', () => {
    const data = { region: 'beijing', address: 'ws://127.0.0.1:1', workspaceId: 'ws-1', apiKey: ' sk-1 ' };
    assert.deepEqual(connectionOf(data), { region: 'beijing', workspaceId: 'ws-1', apiKey: 'sk-1' });
    assert.deepEqual(connectionOf({ ...data, region: 'local' }), {
      region: 'local',
      address: 'ws://127.0.0.1:1',
      apiKey: 'sk-1',
    });
  });

  it('are tested by opening a real session', async () => {
    await n8n.serve();
    const result = await press({ region: 'local', address: n8n.service.url });
    assert.equal(result.status, 'OK');
    assert.match(result.message, /^Connected to local service at ws:\/\/127\.0\.0\.1:\d+ in \d+ ms/);
    assert.equal(n8n.service.sessions.length, 1);
  });

  it('say that a key is wrong and that keys belong to one region, without repeating the key', async () => {
    await n8n.serve(undefined, { apiKey: 'sk-right-0123456789' });
    const apiKey = 'sk-wrong-0123456789';
    const result = await press({ region: 'custom', address: n8n.service.url, apiKey });
    assert.equal(result.status, 'Error');
    assert.match(result.message, /per region|belongs? to/i);
    assert.ok(!result.message.includes(apiKey));
  });

  it('say how to start the local service when it does not run', async () => {
    const result = await press({ region: 'local', address: `ws://127.0.0.1:${await closedPort()}` });
    assert.equal(result.status, 'Error');
    assert.match(result.message, /flow-asr service/);
  });

  it('say what is missing', async () => {
    const noKey = await press({ region: 'singapore', apiKey: '' });
    assert.deepEqual([noKey.status, noKey.message.includes('API key')], ['Error', true]);
    const noAddress = await press({ region: 'custom', address: '' });
    assert.deepEqual([noAddress.status, noAddress.message.includes('address')], ['Error', true]);
  });
});
