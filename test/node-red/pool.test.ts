import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service/index';
import {
  appendNodes,
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  sessionNodes,
  transcribeNodes,
} from '../support/node-red';
import { tasksOf, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const MODEL = 'fun-asr-realtime';

describe('asr credentials and the connections of sessions', () => {
  const { serve } = useService();
  let service: LocalService;

  async function start(script: object, settings: object = {}): Promise<Flow> {
    service = await serve(script);
    return Flow.start([
      credentialsNode(service.url),
      ...transcribeNodes({ model: MODEL, ...settings }),
      ...sessionNodes({ model: MODEL, idleSeconds: '0.15' }),
      ...appendNodes(),
      ...observers(['transcribe']),
    ]);
  }

  it('recognises two recordings in a row on one connection', async () => {
    const flow = await start({ utterances: ['One.'], loop: true });
    for (const count of [1, 2]) {
      flow.send('transcribe', { payload: wav(silence(2500)) });
      await flow.messages('text', count);
    }
    assert.equal(service.sessions.length, 1);
    assert.equal(tasksOf(service.sessions[0]).length, 2);
    assert.equal(service.connectionCount, 1);
  });

  it('shares a connection between nodes', async () => {
    const flow = await start({ utterances: ['One.'], loop: true });
    flow.send('transcribe', { payload: wav(silence(2500)) });
    await flow.message('text');
    flow.send('append', { payload: silence(2500) });
    await flow.message('final');
    assert.equal(service.sessions.length, 1);
  });

  it('opens a new connection after a task that failed', async () => {
    const script = {
      connections: [
        { utterances: [{ text: 'x', error: { code: 'InternalError', message: 'Broken.' } }] },
        { utterances: ['Two.'] },
      ],
    };
    const flow = await start(script, { reconnectAttempts: '0' });
    flow.send('transcribe', { payload: wav(silence(2500)) });
    assert.match(errorOf(await flow.message('caught')).message, /Broken/);
    flow.send('transcribe', { payload: wav(silence(2500)) });
    assert.equal((await flow.message('text')).payload, 'Two.');
    assert.equal(service.sessions.length, 2);
  });

  it('wakes a sleeping session on its old connection', async () => {
    const flow = await start({ utterances: ['One.'] });
    flow.send('append', { payload: silence(800) });
    await flow.message('final');
    await waitUntil(() => flow.badges('session').at(-1)?.text === 'sleeping', 'the session to sleep');
    flow.send('append', { payload: silence(100) });
    await waitUntil(() => tasksOf(service.sessions[0]).length === 2, 'the second task');
    assert.equal(service.sessions.length, 1);
  });

  it('closes the waiting connections when the credentials node closes', async () => {
    const flow = await start({ utterances: ['One.'] });
    flow.send('transcribe', { payload: wav(silence(2500)) });
    await flow.message('text');
    assert.equal(service.connectionCount, 1);
    await helper.getNode('credentials')!.close(false);
    await waitUntil(() => service.connectionCount === 0, 'the connection to close');
  });

  for (const [captions, expected] of [
    ['srt', /^1\n00:00:00,200 --> 00:00:01,\d{3}\nGood morning everybody\.\n/],
    ['vtt', /^WEBVTT\n\n00:00:00\.200 --> 00:00:01\.\d{3}\nGood morning everybody\.\n/],
  ] as const) {
    it(`gives captions as ${captions} beside the text`, async () => {
      const flow = await start({ utterances: ['Good morning everybody.'] }, { captions });
      flow.send('transcribe', { payload: wav(silence(3000)) });
      const msg = await flow.message('text');
      assert.equal(msg.payload, 'Good morning everybody.');
      assert.match(String(msg.captions), expected);
    });
  }

  it('sends the dialogue of a message with its transcription', async () => {
    const flow = await start({ utterances: ['One.'] });
    flow.send('transcribe', { payload: wav(silence(2500)), context: 'Before.' });
    const msg = await flow.message('text');
    assert.equal('captions' in msg, false);
    assert.deepEqual(tasksOf(service.sessions[0])[0]!.input.context, [
      { role: 'user', content: [{ type: 'input_text', text: 'Before.' }] },
    ]);
  });
});
