import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startLocalService } from '../../../local-service';
import { freePort, streamAudio } from '../../support/live-audio';
import { useLiveServers } from '../../support/live-servers';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { useN8n } from '../support/n8n-rig';
import { useTriggerHost } from './trigger-host';

describe("the trigger outlives its surroundings in n8n's engine", function () {
  this.timeout(60_000);
  const servers = useLiveServers();
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  it('goes on after a refusal that seems final, with one failed execution', async () => {
    await rig.serve({
      utterances: ['One.', 'Two.'],
      connections: [
        { faults: [{ on: 'final', nth: 1, do: 'close', code: 1011 }] },
        { upgrade: { status: 401 } },
        { upgrade: { status: 401 } },
        {},
      ],
    });
    const url = await servers.http(streamAudio());
    const trigger = await host.activate({ source: 'http', streamUrl: url });
    await waitUntil(() => trigger.items.length >= 2, 'a sentence after the refusals', 20_000);
    assert.deepEqual(trigger.errors, []);
    assert.equal(trigger.failedExecutions.length, 1);
    assert.match(trigger.failedExecutions[0]!.message, /key/i);
  });

  it('comes back after a restart at which the service was not there yet', async () => {
    const port = await freePort();
    const url = await servers.http(streamAudio());
    const credentials = { region: 'custom', address: `ws://127.0.0.1:${port}`, apiKey: '' };
    const parameters = { source: 'http', streamUrl: url };
    await rig.serve();
    await assert.rejects(host.activate(parameters, credentials), /ECONNREFUSED|cannot connect/i);
    const trigger = await host.activate(parameters, credentials, 'init');
    await waitUntil(() => trigger.failedExecutions.length === 1, 'the failed execution', 20_000);
    const late = await startLocalService({ engine: 'script', script: { utterances: ['Late.'] }, port });
    try {
      await waitUntil(() => trigger.items.length >= 1, 'a sentence', 20_000);
      assert.equal(trigger.items[0]?.text, 'Late.');
      assert.equal(trigger.failedExecutions.length, 1);
      await trigger.deactivate();
    } finally {
      await late.close();
    }
  });

  it('can be deactivated while it waits for the next attempt', async () => {
    await rig.serve({}, { apiKey: 'right' });
    const url = await servers.http(streamAudio());
    const credentials = { region: 'custom', address: rig.service.url, apiKey: 'wrong' };
    const trigger = await host.activate({ source: 'http', streamUrl: url }, credentials, 'init');
    await waitUntil(() => trigger.failedExecutions.length === 1, 'the refusal');
    await trigger.deactivate();
    const { length } = rig.service.sessions;
    await waitUntil(() => rig.service.connectionCount === 0, 'the connections to be closed');
    assert.equal(rig.service.sessions.length, length);
  });

  for (const source of ['http', 'tcp'] as const) {
    it(`finishes the sentence that is being spoken when it is deactivated (${source})`, async () => {
      // The sentence ends only with the session, because there is no silence.
      await rig.serve({ utterances: [{ text: 'Being said.', atMs: 0, endMs: 4000 }] });
      const url = await servers.http((_request, response) => response.write(silence(3000)));
      const port = await freePort();
      const trigger = await host.activate(
        source === 'http'
          ? { source, streamUrl: url, options: { rawRate: 16_000 } }
          : { source, port, options: { rawRate: 16_000 } },
      );
      const device = source === 'tcp' ? connect(port, '127.0.0.1') : undefined;
      device?.write(silence(3000));
      const spoken = () =>
        rig.service.sessions.some(({ sent }) => sent.some(({ type }) => type.endsWith('.text')));
      await waitUntil(spoken, 'the sentence to begin');
      await trigger.deactivate();
      assert.deepEqual(
        trigger.items.map(({ text }) => text),
        ['Being said.'],
      );
      device?.destroy();
    });
  }
});
