import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import type { LocalService, LocalServiceOptions } from '../../local-service/index';
import type { Transcript } from '../../lib/session/transcribe';
import {
  credentialsNode,
  errorOf,
  Flow,
  helper,
  observers,
  onCall,
  transcribeNodes,
} from '../support/node-red';
import { framesOf, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { withBrokenEnd } from '../support/wav-files';

describe('transcribe', () => {
  const rig = useService();
  let service: LocalService;

  async function serve(script: NonNullable<LocalServiceOptions['script']>): Promise<void> {
    service = await rig.serve(script);
  }

  function start(transcribe: object = {}): Promise<Flow> {
    return Flow.start([
      credentialsNode(service.url),
      ...transcribeNodes(transcribe),
      ...observers(['transcribe']),
    ]);
  }

  it('turns a message with audio into the same message with its transcript', async () => {
    await serve({ utterances: [{ text: 'Good morning.', emotion: 'happy' }, 'How are you?'] });
    const flow = await start();
    flow.send('transcribe', { payload: wav(silence(4000)), _msgid: 'm1', topic: 't', other: 'kept' });

    const msg = await flow.message('text');
    assert.equal(msg.payload, 'Good morning. How are you?');
    assert.deepEqual([msg._msgid, msg.topic, msg.other], ['m1', 't', 'kept']);
    const transcript = msg.asr as Transcript;
    assert.equal(transcript.text, msg.payload);
    assert.match(transcript.sessionId ?? '', /^sess_/);
    assert.deepEqual(
      transcript.sentences.map(({ text }) => text),
      ['Good morning.', 'How are you?'],
    );
    assert.equal(transcript.language, 'en');
    assert.equal(typeof transcript.emotion, 'string');
    assert.equal(transcript.statistics.finals, 2);
    assert.equal((await flow.message('completed'))._msgid, 'm1');
    await waitUntil(() => service.connectionCount === 0, 'the session to end');
    assert.ok(flow.badgeTexts('transcribe').includes('sentences: 0'));
    assert.deepEqual(flow.badges('transcribe').at(-1), {});
  });

  it('may leave the whole recording one sentence, and sends other settings as they are', async () => {
    await serve({ utterances: ['Good morning.'] });
    const flow = await start({ mode: 'manual', otherSettings: '{"brand_new": true}' });
    flow.send('transcribe', { payload: wav(silence(2500)) });
    assert.equal((await flow.message('text')).payload, 'Good morning.');
    const [update] = framesOf(service.sessions[0], 'session.update');
    const { turn_detection: detection, brand_new: other } = update!.session as Record<string, unknown>;
    assert.deepEqual([detection, other], [null, true]);
  });

  it('runs as many at once as it may, lets others wait, and refuses more than may wait', async () => {
    await serve({ utterances: ['Text.'], faults: [{ on: 'finished', do: 'hold', ms: 200 }] });
    const flow = await start({ atOnce: '2', waitingMessages: '3' });
    for (let i = 0; i < 6; i++) flow.send('transcribe', { payload: wav(silence(500)), _msgid: `m${i}` });

    const refused = await flow.message('caught');
    assert.equal(refused._msgid, 'm5');
    assert.equal(errorOf(refused).code, 'TOO_MANY_WAITING');
    assert.ok(flow.badgeTexts('transcribe').includes('2 run, 3 wait'));
    let most = 0;
    await waitUntil(() => {
      most = Math.max(most, service.connectionCount);
      return flow.received('text').length === 5;
    }, 'five transcripts');
    assert.ok(most <= 2, `${most} connections at once`);
  });

  it('gives the text up to the place where a recording cannot be read, and warns', async () => {
    await serve({ utterances: ['Good morning.'] });
    const flow = await start();
    const warnings: unknown[] = [];
    onCall(helper.getNode('transcribe') as EventEmitter, 'warn', ([text]) => warnings.push(text));
    flow.send('transcribe', { payload: withBrokenEnd(wav(silence(3000))) });
    assert.equal((await flow.message('text')).payload, 'Good morning.');
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]), /The rest of the audio was left out.*FLAC/);
  });

  it('reports a failure for its own message, and goes on with the next', async () => {
    await serve({ utterances: ['Text.'] });
    const flow = await start();
    flow.send('transcribe', { payload: Buffer.from('OggS\0\0\0\0\0\0'), _msgid: 'bad' });
    const caught = await flow.message('caught');
    assert.equal(caught._msgid, 'bad');
    assert.equal(errorOf(caught).code, 'BAD_AUDIO');
    assert.equal(flow.badges('transcribe').at(-1)?.text, 'bad audio');

    flow.send('transcribe', { payload: wav(silence(1000)), _msgid: 'good' });
    assert.equal((await flow.message('text'))._msgid, 'good');
  });

  it('aborts on close, and sends nothing more', async () => {
    await serve({ utterances: ['Text.'], faults: [{ on: 'finished', do: 'drop' }] });
    const flow = await start({ atOnce: '1' });
    flow.send('transcribe', { payload: wav(silence(1000)) });
    flow.send('transcribe', { payload: wav(silence(1000)) });
    await waitUntil(() => service.connectionCount === 1, 'the session');
    const warnings: unknown[] = [];
    onCall(helper.getNode('transcribe') as EventEmitter, 'warn', ([text]) => warnings.push(text));
    const startedAt = performance.now();
    await helper.getNode('transcribe')!.close(true);
    await waitUntil(() => warnings.length > 0, 'the warning');
    assert.match(String(warnings), /^2 recordings were not finished/);
    // The end of the sessions would be waited for until 20 s.
    assert.ok(performance.now() - startedAt < 10_000);
    await waitUntil(() => service.connectionCount === 0, 'the connection to close');
    assert.equal(service.sessions.length, 1);
    assert.deepEqual([flow.received('text'), flow.received('caught')], [[], []]);
  });
});
