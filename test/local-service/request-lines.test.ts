import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { Random } from '../support/random';
import { answerTo, UPGRADE_HEADERS } from '../support/raw-http';
import { REALTIME, ServiceBench } from '../support/local-service';
import { waitUntil } from '../support/wait-until';

const PIECES = [
  ...[
    '/',
    '//',
    '\\',
    '\\\\',
    ':',
    '@',
    '?',
    '#',
    '&',
    '=',
    '%',
    '%00',
    '%zz',
    '%E0%A4',
    '..',
    '.',
    '*',
    '~',
    '|',
  ],
  ...[
    'http://',
    'ws:',
    'file:///',
    '[',
    ']',
    '[::1]',
    ':0',
    ':99999',
    'a',
    'model',
    'api_key',
    '\u00e9',
    '\u00ff',
  ],
  ...['/api-ws/v1/realtime', '/api-ws/v1/inference', '/api/v1/services/audio/asr/customization', REALTIME],
];

describe('local service: any request line', () => {
  const bench = new ServiceBench();

  it('is answered or its connection is closed, and the service lives on', async () => {
    const service = await bench.start({ apiKey: 'sk-right', limits: { requestsPerSecond: 10_000 } });
    const random = new Random(17);
    for (let round = 0; round < 300; round += 1) {
      const target = Array.from({ length: random.int(1, 6) }, () => random.pick(PIECES)).join('');
      const method = random.chance(0.5) ? 'GET' : random.pick(METHODS);
      const headers = random.chance(0.5) ? UPGRADE_HEADERS : { Connection: 'close' };
      const answer = await answerTo(service.port, target, { method, headers });
      assert.match(answer, /^(HTTP\/1\.1 (40[0-9]|426|431) |$)/, `${method} ${target}`);
    }
    const authorization = 'Bearer sk-right';
    await (await bench.connect(service, REALTIME, { authorization })).next('session.created');
    // A request without a handshake does not count as an open connection.
    const ended = service.sessions.filter(({ upgradeStatus }) => upgradeStatus !== 101);
    await waitUntil(() => ended.every(({ closed }) => closed !== undefined), 'every record to be closed');
  });

  it('may be malformed or far too long', async () => {
    const service = await bench.start();
    const { Upgrade, Connection } = UPGRADE_HEADERS;
    const cases: [string, string, Record<string, string>][] = [
      ['400', REALTIME, { Connection, Upgrade }],
      ['400', REALTIME, { Connection, Upgrade: 'h2c' }],
      ['400', REALTIME, { ...UPGRADE_HEADERS, 'Sec-WebSocket-Key': 'short' }],
      ['400', REALTIME, { ...UPGRADE_HEADERS, 'Sec-WebSocket-Version': '7' }],
      ['431', `${REALTIME}&x=${'x'.repeat(100_000)}`, UPGRADE_HEADERS],
      ['431', REALTIME, { ...UPGRADE_HEADERS, 'X-Large': 'x'.repeat(100_000) }],
    ];
    for (const [status, target, headers] of cases)
      assert.match(await answerTo(service.port, target, { headers }), new RegExp(`^HTTP/1\\.1 ${status} `));
    await (await bench.connect(service, REALTIME)).next('session.created');
  });
});
