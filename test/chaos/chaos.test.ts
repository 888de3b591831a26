import assert from 'node:assert/strict';
import { useServiceProcess } from '../support/service-process';
import { runChaos } from './chaos';

/** `npm run chaos` runs many more. */
const SESSIONS = 12;
/** A final that the recogniser gives later than 30 s on this clock counts as missing, so it runs only twice as fast. */
const TIME_SCALE = 2;

describe('sessions of real speech behind a network that fails', () => {
  const service = useServiceProcess({ engine: 'recogniser', timeScale: TIME_SCALE });

  it(`have every word of the undisturbed run, once and in order: ${SESSIONS} of ${SESSIONS}`, async function () {
    this.timeout(600_000);
    const results = await runChaos({
      seed: 1,
      sessions: SESSIONS,
      port: service.port,
      timeScale: TIME_SCALE,
      concurrency: 4,
    });
    assert.equal(results.length, SESSIONS);
    assert.ok(results.some(({ statistics }) => (statistics?.reconnects ?? 0) > 0));
    for (const { index, result, why, faults } of results) {
      assert.equal(result, 'whole', `session ${index}: ${why}; ${faults.join(', ')}`);
    }
  });
});
