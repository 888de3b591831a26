import assert from 'node:assert/strict';
import type { FinalEvent, Transcript } from '../../lib';
import type { LocalService, LocalServiceOptions } from '../../local-service/index';
import { credentialsNode, errorOf, Flow, observers, transcribeNodes } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const RECORDING = wav(silence(3000));
const NEVER_FINISHES: LocalServiceOptions['script'] = {
  utterances: [{ text: 'Never final.', final: null }],
  faults: [{ on: 'finished', do: 'delay', ms: 3_600_000 }],
};

describe('the time limits of the Node-RED nodes', () => {
  const { serve } = useService();
  let service: LocalService;

  async function transcribe(script: LocalServiceOptions['script'], settings: object): Promise<Flow> {
    service = await serve(script);
    const flow = await Flow.start([
      credentialsNode(service.url),
      ...transcribeNodes(settings),
      ...observers(['transcribe']),
    ]);
    flow.send('transcribe', { payload: RECORDING });
    return flow;
  }

  async function session(script: LocalServiceOptions['script'], settings: object): Promise<Flow> {
    service = await serve(script);
    return startSessionFlow(service, { session: settings });
  }

  it('let transcribe wait for a connection no longer than asked, and try it once where that is asked', async () => {
    const flow = await transcribe(
      { upgrade: { hang: true } },
      { firstConnectSeconds: '0', connectSeconds: '2' },
    );
    assert.equal(errorOf(await flow.message('caught')).code, 'CONNECT_TIMEOUT');
    assert.equal(service.sessions.length, 1);
  });

  it('let asr session do the same', async () => {
    const flow = await session(
      { upgrade: { hang: true } },
      { firstConnectSeconds: '0', connectSeconds: '2' },
    );
    flow.send('append', { payload: silence(500), rate: 16_000 });
    assert.equal(errorOf(await flow.message('caught')).code, 'CONNECT_TIMEOUT');
    assert.equal(service.sessions.length, 1);
  });

  it('let the first connection be tried again for as long as asked', async () => {
    const flow = await transcribe(
      { connections: [{ upgrade: { status: 503 } }, { utterances: ['Hello.'] }] },
      { firstConnectSeconds: '30' },
    );
    assert.equal((await flow.message('text')).payload, 'Hello.');
    assert.equal(service.sessions.length, 2);
  });

  it('let transcribe wait for the last results no longer than asked', async () => {
    const flow = await transcribe(NEVER_FINISHES, { finishSeconds: '3' });
    const { sentences } = (await flow.message('text')).asr as Transcript;
    assert.equal(sentences[0]?.truncated, true);
  });

  it('let asr session wait for the last results no longer than asked', async () => {
    const flow = await session(NEVER_FINISHES, { finishSeconds: '3' });
    flow.send('append', { payload: silence(2500), rate: 16_000 });
    await flow.message('interim');
    flow.send('session', { action: 'finish' });
    const final = (await flow.message('final')).asr as FinalEvent;
    assert.equal(final.truncated, true);
  });

  it('let a commit wait for its results no longer than asked', async () => {
    const script: LocalServiceOptions['script'] = {
      utterances: [{ text: 'Never final.', final: null }],
    };
    const flow = await session(script, { mode: 'manual', commitSeconds: '0.3' });
    flow.send('append', { payload: silence(1500), rate: 16_000 });
    await flow.message('appended');
    flow.send('commit', {});
    assert.equal(errorOf(await flow.message('caught')).code, 'COMMIT_TIMEOUT');
  });

  it('replace a connection that is older than asked between two commits', async () => {
    const flow = await session(
      { utterances: ['Hello.'] },
      { mode: 'manual', maxAgeSeconds: '0.05', livenessSeconds: '3' },
    );
    flow.send('append', { payload: silence(1500), rate: 16_000 });
    await flow.message('appended');
    flow.send('commit', {});
    assert.equal((await flow.message('committed')).payload, 'Hello.');
    // A connection whose age was reached before the answer is replaced at the next sign of life, here a pong.
    await waitUntil(() => service.sessions.length > 1, 'another connection');
    assert.deepEqual(flow.received('caught'), []);
  });

  it('send audio in real time where the rate says so', async () => {
    const startedAt = performance.now();
    const flow = await transcribe({ utterances: ['Hello.'] }, { burstSeconds: '0.1', paceMultiple: '2' });
    assert.equal((await flow.message('text')).payload, 'Hello.');
    // 3 s of audio at twice the speed of speech.
    assert.ok(performance.now() - startedAt > 1300);
  });
});
