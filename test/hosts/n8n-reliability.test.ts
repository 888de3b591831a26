import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalService, type LocalService } from '../../local-service';
import { eventually } from '../support/eventually';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { freePort } from './support/http';
import { installN8n, type N8nInstallation } from './support/installation';
import { N8n } from './support/n8n';
import { liveFlow, sessionOfAddressesFlow, WEBHOOK_PATH } from './support/n8n-flows';
import {
  activate,
  createCredential,
  deactivate,
  executionsOf,
  finishedExecution,
  importWorkflow,
} from './support/n8n-workflows';

const INSTALLED_WITHIN_MS = 1_800_000;
const SECOND = wav(silence(1000));

describe('a real n8n in which things go wrong', () => {
  let installation: N8nInstallation;
  let n8n: N8n;
  let service: LocalService;
  let web: Server;
  let requests = 0;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    web = createServer(({ url }, response) => {
      requests += 1;
      if (url === '/a.wav' || requests > 2) response.end(SECOND);
      else {
        response.setHeader('content-length', SECOND.length);
        response.write(SECOND.subarray(0, SECOND.length / 2), () => response.destroy());
      }
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    service = await startLocalService({
      engine: 'script',
      script: { utterances: ['Hello.'] },
      keepAudio: true,
    });
    installation = await installN8n('2.41');
    n8n = await N8n.start(installation);
  });

  after(async () => {
    await n8n.stop();
    await service.close();
    web.closeAllConnections();
    web.close();
  });

  for (const onError of ['stopWorkflow', 'continueRegularOutput']) {
    it(`says nothing twice when Retry On Fail runs a node again (${onError})`, async () => {
      requests = 0;
      const sessions = service.sessions.length;
      const { port } = web.address() as AddressInfo;
      const workflow = await importWorkflow(n8n, sessionOfAddressesFlow(onError), await credential());
      await activate(n8n, workflow);
      const urls = ['a', 'broken'].map((name) => `http://127.0.0.1:${port}/${name}.wav`);
      const { status, body } = await n8n.request('POST', `/webhook/${WEBHOOK_PATH}`, {
        body: JSON.stringify({ urls }),
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(status, 200, body.toString());
      const [id] = await executionsOf(n8n, workflow);
      const { status: ended, outputs } = await finishedExecution(n8n, installation, id!);
      assert.equal(ended, 'success');
      assert.equal(outputs.Append?.[0]?.length, 2);
      assert.equal(requests, 3);
      const bytes = service.sessions[sessions]!.audio.reduce((sum, { length }) => sum + length, 0);
      assert.equal(bytes, 2 * (SECOND.length - 44));
      await deactivate(n8n, workflow);
    });
  }

  it('outlives a restart at which the service is not there yet, and finishes the open sentence before it', async function () {
    this.timeout(600_000);
    const port = await freePort();
    const script = { utterances: [{ text: 'Being said.', atMs: 0, endMs: 4000 }] };
    const first = await startLocalService({ engine: 'script', script, port });
    const radio = createServer((_request, response) => response.write(silence(3000)));
    await new Promise<void>((resolve) => radio.listen(0, '127.0.0.1', resolve));
    const streamUrl = `http://127.0.0.1:${(radio.address() as AddressInfo).port}/live`;
    const data = { region: 'local', address: `ws://127.0.0.1:${port}` };
    const late = await createCredential(n8n, 'Late', data);
    const workflow = await importWorkflow(n8n, liveFlow({ source: 'http', streamUrl }), late);
    await activate(n8n, workflow);
    await waitUntil(
      () => first.sessions.some(({ sent }) => sent.some(({ type }) => type.endsWith('.text'))),
      'a word',
      60_000,
    );
    const restarting = n8n.restart();
    await waitUntil(() => first.connectionCount === 0, 'the session to be finished', 60_000);
    await first.close();
    await restarting;
    const startedAt = performance.now();
    const texts = async () => {
      const ids = await executionsOf(n8n, workflow);
      const all = await Promise.all(ids.map((id) => finishedExecution(n8n, installation, id)));
      return all.map(({ status, outputs }) => outputs.Sentence?.[0]?.[0]?.json.text ?? status);
    };
    // This takes longer than n8n's own retries.
    const hasGivenUp = async () =>
      performance.now() - startedAt > 25_000 &&
      n8n.output.includes('Attempt 1 in') &&
      (await texts()).includes('error');
    await eventually(hasGivenUp, 'n8n to have given up', 120_000);
    const second = await startLocalService({ engine: 'script', script: { utterances: ['After it.'] }, port });
    try {
      await eventually(
        async () => (await texts()).includes('After it.'),
        'a sentence after the restart',
        120_000,
      );
      assert.deepEqual((await texts()).sort(), ['After it.', 'Being said.', 'error']);
      const { output } = n8n;
      assert.equal(output.match(/Attempt 1 in/g)?.length, 1);
      assert.equal(output.match(/is back at attempt/g)?.length, 1);
      await deactivate(n8n, workflow);
    } finally {
      await second.close();
      radio.closeAllConnections();
      radio.close();
    }
  });

  async function credential() {
    return createCredential(n8n, 'Scripted', { region: 'local', address: service.url });
  }
});
