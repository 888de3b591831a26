import assert from 'node:assert/strict';
import { startLocalService } from '../../local-service';
import { runCli, startCli } from '../support/cli';
import { freePort } from '../support/live-audio';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { WyomingClient } from '../support/wyoming-client';

describe('flow-asr wyoming', function () {
  this.timeout(60_000);
  this.slow(10_000);

  it('serves clients, prints what they said and what went wrong, and ends at SIGTERM', async () => {
    const service = await startLocalService({
      engine: 'script',
      script: { utterances: [{ text: 'x', failed: {}, steps: [] }, 'Turn on the light.'], loop: true },
    });
    const port = await freePort();
    const args = ['wyoming', '--port', String(port), '--address', service.url];
    const { child, result } = startCli(args);
    try {
      let said = '';
      child.stderr!.on('data', (text: string) => (said += text));
      await waitUntil(() => said.includes(`listening on tcp://127.0.0.1:${port}`), 'the server', 30_000);
      const client = new WyomingClient(port);
      client.send('describe');
      await client.wait('info');
      client.send('transcribe', { language: 'en' });
      client.speak(silence(2500));
      const [transcript] = await client.wait('transcript', 1, 20_000);
      assert.match(String(transcript!.data.text), /^Turn on the light\./);
      client.socket.destroy();
    } finally {
      child.kill('SIGTERM');
    }
    const { exitCode, stdout, stderr } = await result;
    assert.match(stdout, /^Turn on the light\.\n/, stderr);
    assert.match(stderr, /^flow-asr: .*could not recognise a sentence/m);
    assert.equal(exitCode, 143);
    await service.close();
  });

  it('prints every event as a line of JSON where asked', async () => {
    const service = await startLocalService({
      engine: 'script',
      script: { utterances: ['Hello.'], loop: true },
    });
    const port = await freePort();
    const { child, result, output } = startCli([
      'wyoming',
      '--port',
      String(port),
      '--json',
      '--address',
      service.url,
    ]);
    try {
      await waitUntil(() => output.stderr.includes('listening on'), 'the server', 30_000);
      const client = new WyomingClient(port);
      client.speak(silence(700));
      await waitUntil(() => output.stdout.includes('"type":"final"'), 'a sentence', 20_000);
      client.socket.destroy();
    } finally {
      child.kill('SIGTERM');
    }
    const { stdout } = await result;
    await service.close();
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { sender: string; type: string; text?: string });
    const final = events.find(({ type }) => type === 'final');
    assert.equal(final?.text, 'Hello.');
    assert.match(final.sender, /^127\.0\.0\.1:\d+ \d+$/);
  });

  it('names a wrong port, and an address that is none of this machine', async () => {
    const wrong = await runCli(['wyoming', '--port', '70000']);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /--port must be a whole number from 1 to 65535/);
    const nowhere = await runCli(['wyoming', '--allow', 'everybody', '--port', '10300']);
    assert.equal(nowhere.exitCode, 2);
    assert.match(nowhere.stderr, /such as 192\.168\.1\.20/);
  });
});
