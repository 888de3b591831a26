import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { ICredentialTestFunctions } from 'n8n-workflow';
import WebSocket from 'ws';
import { freePort, streamAudio } from '../../support/live-audio';
import { useLiveServers } from '../../support/live-servers';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { useN8n } from '../support/n8n-rig';
import { useTriggerHost } from './trigger-host';

const TOKEN = 'of-this-trigger-0123456789';

describe('the secrets of a source in credentials of the trigger', function () {
  this.timeout(20_000);
  const servers = useLiveServers();
  const host = useTriggerHost(() => rig);
  const rig = useN8n();

  it('are a token that each TCP connection must begin with', async () => {
    await rig.serve({ utterances: ['With the token.'], loop: true });
    const port = await freePort();
    const trigger = await host.activate({ source: 'tcp', port }, undefined, 'activate', { token: TOKEN });
    const sessions = rig.service.sessions.length;

    const stranger = connect(port, '127.0.0.1');
    let isTurnedAway = false;
    stranger.on('error', () => undefined).on('close', () => (isTurnedAway = true));
    stranger.write(silence(1000));
    await waitUntil(() => isTurnedAway, 'the stranger to be turned away');
    assert.equal(rig.service.sessions.length, sessions);

    const device = connect(port, '127.0.0.1');
    device.write(`${TOKEN}\n`);
    device.end(silence(3000));
    await waitUntil(() => trigger.items.length > 0, 'the sentence');
    assert.equal(trigger.items[0]?.text, 'With the token.');
    assert.ok(!JSON.stringify(trigger.items).includes(TOKEN));
    device.destroy();
  });

  it('are another token for another trigger, and none where no credentials are chosen', async () => {
    await rig.serve({ utterances: ['Open.'], loop: true });
    const port = await freePort();
    const trigger = await host.activate({ source: 'tcp', port });
    const device = connect(port, '127.0.0.1').end(silence(3000));
    await waitUntil(() => trigger.items.length > 0, 'the sentence');
    device.destroy();
  });

  it('are a token of the WebSocket port for calls', async () => {
    await rig.serve();
    const port = await freePort();
    await host.activate({ source: 'calls', port }, undefined, 'activate', { callToken: TOKEN });
    const dial = (query: string) =>
      new Promise<string>((resolve) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}/calls${query}`);
        ws.on('open', () => {
          ws.terminate();
          resolve('open');
        });
        ws.on('unexpected-response', (request, { statusCode }) => {
          request.destroy();
          resolve(String(statusCode));
        });
        ws.on('error', () => undefined);
      });
    assert.equal(await dial(''), '401');
    assert.equal(await dial('?token=wrong'), '401');
    assert.equal(await dial(`?token=${TOKEN}`), 'open');
  });

  it('are the login of an address, which is in no item', async () => {
    await rig.serve({ utterances: ['Behind a login.'], loop: true });
    const play = streamAudio();
    const expected = `Basic ${Buffer.from(`ann:${TOKEN}`).toString('base64')}`;
    const streamUrl = await servers.http((request, response) => {
      if (request.headers.authorization === expected) play(request, response);
      else response.writeHead(401).end();
    });
    const parameters = { source: 'http', streamUrl };
    await assert.rejects(host.activate(parameters), /401/);
    const secrets = { user: 'ann', password: TOKEN };
    const trigger = await host.activate(parameters, undefined, 'activate', secrets);
    await waitUntil(() => trigger.items.length > 0, 'a sentence');
    assert.ok(!JSON.stringify(trigger.items).includes(TOKEN));
  });

  it('are tested for what no device could send', async () => {
    const test = rig.nodeType('asrTrigger').methods?.credentialTest?.liveSourceTest;
    assert.ok(test);
    const press = (data: Record<string, string>) =>
      test.call({} as ICredentialTestFunctions, { id: '2', name: 'Source', type: 'liveSourceApi', data });
    assert.equal((await press({ token: TOKEN, user: '' })).status, 'OK');
    for (const data of [{ token: '' }, { token: 'two words' }, { callToken: 'a line\n' }]) {
      const { status, message } = await press(data);
      assert.equal(status, 'Error');
      assert.ok(!message.includes('two words'));
    }
  });
});
