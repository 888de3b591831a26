import assert from 'node:assert/strict';
import { configure } from '../../lib/session/config';
import type { SessionConfig } from '../../lib/session/config';
import { reliabilityOptions, RELIABILITY_SETTINGS } from '../../nodes/reliability-settings';
import type { ReliabilityName } from '../../nodes/reliability-settings';

/** The options of a session in which each number is 7. */
const EFFECTS: Record<Exclude<ReliabilityName, 'idleSeconds'>, object> = {
  firstConnectSeconds: { firstConnectTimeoutMs: 7000 },
  reconnectAttempts: { reconnect: { maxAttempts: 7, baseDelayMs: 500, maxDelayMs: 10_000 } },
  livenessSeconds: { pingIntervalMs: 14_000 / 3, pongTimeoutMs: 7000 / 3 },
  connectSeconds: { connectTimeoutMs: 7000, configureTimeoutMs: 7000 },
  commitSeconds: { commitTimeoutMs: 7000 },
  finishSeconds: { finishTimeoutMs: 7000 },
  maxAgeSeconds: { maxAgeMs: 7000 },
  replaySeconds: { maxReplayAudioMs: 7000 },
  heldSeconds: { maxHeldAudioMs: 7000 },
  burstSeconds: { pace: { burstMs: 7000, multiple: 20 } },
  paceMultiple: { pace: { burstMs: 3000, multiple: 7 } },
  statisticsSeconds: { statisticsIntervalMs: 7000 },
};

const DEFAULTS = plain(configure({ region: 'local', ...reliabilityOptions(() => undefined) }));

/** The options without those that are no number. */
function plain({ environment: _environment, endpoint: _endpoint, ...config }: SessionConfig): object {
  return config;
}

describe('the numbers that both hosts have', () => {
  for (const [name, effect] of Object.entries(EFFECTS)) {
    it(`set what their name says, and nothing else: ${name}`, () => {
      const options = reliabilityOptions((asked) => (asked === name ? 7 : undefined));
      assert.deepEqual(plain(configure({ region: 'local', ...options })), { ...DEFAULTS, ...effect });
    });
  }

  it('have the defaults of the client, but for the first connection, which nobody watches', () => {
    const client = plain(configure({ region: 'local' }));
    assert.deepEqual(DEFAULTS, { ...client, firstConnectTimeoutMs: 10_000 });
    const said = reliabilityOptions((name) => {
      const { range } = RELIABILITY_SETTINGS[name];
      return 'default' in range ? range.default : undefined;
    });
    assert.deepEqual(plain(configure({ region: 'local', ...said })), DEFAULTS);
  });

  it('are accepted by the client at both of their bounds', () => {
    for (const [name, { range }] of Object.entries(RELIABILITY_SETTINGS)) {
      for (const value of [range.min, range.max]) {
        configure({
          region: 'local',
          ...reliabilityOptions((asked) => (asked === name ? value : undefined)),
        });
      }
    }
  });
});
