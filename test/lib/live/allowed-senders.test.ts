import assert from 'node:assert/strict';
import { allowedSenders } from '../../../lib/live/sources/allowed-senders';

describe('the senders that are allowed', () => {
  it('are all where none is named', () => {
    assert.equal(allowedSenders([])('203.0.113.9'), true);
  });

  const cases: [allowed: string[], address: string, expected: boolean][] = [
    [['192.168.1.20'], '192.168.1.20', true],
    [['192.168.1.20'], '192.168.1.21', false],
    [['192.168.1.20'], '::ffff:192.168.1.20', true],
    [['192.168.1.0/24'], '192.168.1.255', true],
    [['192.168.1.0/24'], '192.168.2.1', false],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['fd00::/8'], 'fd12::1', true],
    [['fd00::/8'], 'fe80::1', false],
    [['fe80::1'], 'fe80::1%eth0', true],
    [['10.0.0.1', 'fd00::/8'], '10.0.0.1', true],
    [['10.0.0.1'], '', false],
  ];
  for (const [allowed, address, expected] of cases) {
    it(`are ${allowed.join(' and ')}: ${address || 'no address'} is ${expected ? '' : 'not '}one of them`, () => {
      assert.equal(allowedSenders(allowed)(address), expected);
    });
  }

  for (const entry of [
    '',
    'kitchen',
    '192.168.1',
    '192.168.1.0/33',
    '10.0.0.1/x',
    '10.0.0.1/8/8',
    '1.2.3.4/',
  ]) {
    it(`are never ${JSON.stringify(entry)}`, () => {
      assert.throws(() => allowedSenders([entry]), { code: 'INVALID_OPTION', param: 'allowedSenders' });
    });
  }
});
