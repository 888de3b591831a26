import assert from 'node:assert/strict';
import { useServiceProcess } from '../support/service-process';
import { growthOf, MEASURES } from './growth';
import { runSoak, soakScript } from './soak';

/** `npm run soak` is an hour of a hundred sessions. This short run shows a leak only where every message leaves one. */
const SESSIONS = 12;
const DURATION_MS = 150_000;
const TIME_SCALE = 25;
const MAX_GROWTH = 0.1;

describe('many sessions at once for a long time', () => {
  const service = useServiceProcess({
    engine: 'script',
    script: soakScript(1, DURATION_MS),
    timeScale: TIME_SCALE,
  });

  it('hold no more memory, sockets and timers at the end than in between', async function () {
    this.timeout(300_000);
    const { samples, sessions } = await runSoak({
      seed: 1,
      durationMs: DURATION_MS,
      sessions: SESSIONS,
      timeScale: TIME_SCALE,
      port: service.port,
    });
    for (const [name, read] of Object.entries(MEASURES)) {
      const { early, late, share } = growthOf(samples, read);
      assert.ok(share < MAX_GROWTH, `${name} grew from ${early} to ${late}`);
    }
    assert.deepEqual(
      sessions.flatMap(({ failed }) => failed ?? []),
      [],
    );
    assert.ok(sessions.every(({ finals }) => finals > 0));
    assert.ok(sessions.some(({ reconnects }) => reconnects > 0));
  });
});
