import assert from 'node:assert/strict';
import path from 'node:path';
import { runCli } from '../support/cli';
import { assertSaysJfk } from '../support/jfk';

describe('flow-asr transcribe without a key, a region and an address', function () {
  // Fetches the recogniser at first use.
  this.timeout(180_000);
  this.slow(20_000);

  it('recognises a recording with a local service of its own, and stops that service', async () => {
    const file = path.join(__dirname, '../fixtures/jfk.wav');
    const { exitCode, stdout, stderr } = await runCli(['transcribe', file]);
    assert.equal(exitCode, 0, stderr);
    assertSaysJfk(stdout);
  });
});
