import assert from 'node:assert/strict';
import { LOCAL_SERVICE_PORT, resolveEndpoint } from '../../lib';
import type { EndpointOptions, Region } from '../../lib';
import { isLoopback, isPrivate } from '../../lib/vocabulary/regions';

describe('regions', () => {
  const table: [name: string, options: EndpointOptions, baseUrl: string, label: string][] = [
    ['Singapore by default', {}, 'wss://dashscope-intl.aliyuncs.com', 'Singapore'],
    ['Beijing', { region: 'beijing' }, 'wss://dashscope.aliyuncs.com', 'Beijing'],
    [
      'a workspace in Singapore',
      { workspaceId: 'ws-abc123' },
      'wss://ws-abc123.ap-southeast-1.maas.aliyuncs.com',
      'Singapore, workspace ws-abc123',
    ],
    [
      'a workspace in Beijing',
      { region: 'beijing', workspaceId: 'llm-x' },
      'wss://llm-x.cn-beijing.maas.aliyuncs.com',
      'Beijing, workspace llm-x',
    ],
    [
      'the local service on its port',
      { region: 'local' },
      `ws://127.0.0.1:${LOCAL_SERVICE_PORT}`,
      `local service at ws://127.0.0.1:${LOCAL_SERVICE_PORT}`,
    ],
    [
      'a custom address without a region',
      { address: 'wss://asr.example' },
      'wss://asr.example',
      'wss://asr.example',
    ],
    [
      'a custom address with port, prefix and slashes at its end',
      { region: 'custom', address: 'wss://asr.example:8443/proxy//' },
      'wss://asr.example:8443/proxy',
      'wss://asr.example:8443/proxy',
    ],
    ...(
      [
        'wss://asr.example/api-ws/v1/realtime',
        'wss://asr.example/api-ws/v1/realtime?model=qwen3-asr-flash-realtime',
        'wss://asr.example/api-ws/v1/realtime/?model=',
        'wss://asr.example/api-ws/v1/inference',
        'wss://asr.example/api-ws/v1/inference/',
        'https://asr.example/api-ws/v1/inference/',
        'WSS://asr.example/api-ws/v1',
        ' wss://asr.example/api-ws/v1/realtime? ',
      ] as const
    ).map((address): [string, EndpointOptions, string, string] => [
      `what the vendor's samples have behind the host: ${address}`,
      { address },
      'wss://asr.example',
      'wss://asr.example',
    ]),
    [
      'the same behind a port and a prefix of the local service',
      { region: 'local', address: 'http://127.0.0.1:8080/proxy/api-ws/v1/realtime' },
      'ws://127.0.0.1:8080/proxy',
      'local service at ws://127.0.0.1:8080/proxy',
    ],
    [
      'an empty field as one that is not there',
      { address: '', workspaceId: '' },
      'wss://dashscope-intl.aliyuncs.com',
      'Singapore',
    ],
  ];
  for (const [name, options, baseUrl, label] of table) {
    it(`knows ${name}`, () => {
      const endpoint = resolveEndpoint(options);
      assert.equal(endpoint.baseUrl, baseUrl);
      assert.equal(endpoint.label, label);
      assert.equal(endpoint.needsApiKey, baseUrl.includes('aliyuncs.com'));
    });
  }

  const refused: [name: string, options: EndpointOptions, param: string][] = [
    ['a region that there is not', { region: 'mars' as Region }, 'region'],
    ['custom without an address', { region: 'custom' }, 'address'],
    ['an address that is no URL', { address: 'asr.example' }, 'address'],
    ['an http address', { address: 'https://asr.example' }, 'address'],
    ['a user name in the address', { address: 'wss://user@asr.example' }, 'address'],
    ['a password in the address', { address: 'wss://user:hunter2@asr.example' }, 'address'],
    ['a query in the address', { address: 'wss://asr.example?api_key=hunter2' }, 'address'],
    [
      'a key behind a known path',
      { address: 'wss://asr.example/api-ws/v1/inference?api_key=hunter2' },
      'address',
    ],
    [
      'a key behind a model',
      { address: 'wss://asr.example/api-ws/v1/realtime?model=x&api_key=hunter2' },
      'address',
    ],
    ['a fragment in the address', { address: 'wss://asr.example#hunter2' }, 'address'],
    [
      'credentials in the address of the local service',
      { region: 'local', address: 'ws://u:hunter2@127.0.0.1' },
      'address',
    ],
    ['a workspace that would be another host', { workspaceId: 'evil.example/' }, 'workspaceId'],
    ['a workspace with a line break', { workspaceId: 'ws-1\r\nX: y' }, 'workspaceId'],
    ['a workspace that ends with a dash', { workspaceId: 'ws-' }, 'workspaceId'],
    ['a workspace longer than a host name label', { workspaceId: 'w'.repeat(64) }, 'workspaceId'],
  ];
  for (const [name, options, param] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => resolveEndpoint(options),
        (error: Error) => {
          assert.equal((error as Error & { param?: string }).param, param);
          assert.ok(!error.message.includes('hunter2'), error.message);
          return true;
        },
      );
    });
  }

  it('knows which addresses are of this machine', () => {
    const of = (address: string) => isLoopback(resolveEndpoint({ address }));
    for (const address of ['ws://127.0.0.1:1', 'ws://127.8.9.10', 'ws://localhost:1', 'ws://[::1]:1']) {
      assert.equal(of(address), true, address);
    }
    for (const address of [
      'ws://10.0.0.1',
      'ws://127.0.0.1.example',
      'ws://localhost.example',
      'ws://[::2]',
    ]) {
      assert.equal(of(address), false, address);
    }
  });

  it('knows which addresses are encrypted', () => {
    assert.equal(isPrivate('wss://service.example/path?model=m'), true);
    assert.equal(isPrivate('ws://127.0.0.1:1/path'), true);
    assert.equal(isPrivate('ws://service.example/path'), false);
  });
});
