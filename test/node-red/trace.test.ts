import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Transcript } from '../../lib';
import type { LocalService } from '../../local-service';
import { formsOf } from '../../lib/transport/secret';
import { credentialsNode, Flow, helper, onCall, transcribeNodes } from '../support/node-red';
import { startSessionFlow, useService } from '../support/node-red-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const KEY = 'sk-5ecre7-d0-not-show-7f3a';

describe('what asr session writes down', () => {
  const { serve } = useService();
  let service: LocalService;

  function start(session: object = {}, key?: string): Promise<Flow> {
    return startSessionFlow(service, { session, key });
  }

  describe('with a trace file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('writes the frames of the connection, but the key in no form', async () => {
      service = await serve({ utterances: ['Hello.'] }, { apiKey: KEY });
      const traceFile = path.join(folder, 'trace.jsonl');
      const flow = await start({ traceFile }, KEY);
      flow.send('append', { payload: silence(2500), rate: 16_000 });
      await flow.message('final');
      await helper.getNode('session')!.close(false);
      const text = readFileSync(traceFile, 'utf8');
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string });
      for (const event of ['connect', 'open', 'sent', 'received', 'end']) {
        assert.ok(
          lines.some((line) => line.event === event),
          event,
        );
      }
      assert.match(text, /Hello\./);
      assert.equal(service.sessions[0]?.headers.authorization, `Bearer ${KEY}`);
      for (const form of formsOf(KEY)) assert.ok(!text.includes(form), form);
    });

    it('goes on with a warning where the file cannot be written', async () => {
      service = await serve({ utterances: ['Hello.'] });
      const flow = await start({ traceFile: path.join(folder, 'none', 'trace.jsonl') });
      const warnings: unknown[] = [];
      onCall(helper.getNode('session') as EventEmitter, 'warn', ([text]) => warnings.push(text));
      flow.send('append', { payload: silence(2500), rate: 16_000 });
      assert.equal((await flow.message('final')).payload, 'Hello.');
      await waitUntil(() => warnings.length > 0, 'the warning');
      assert.match(String(warnings[0]), /Cannot write the trace file .*ENOENT/);
    });
  });

  it('includes the reconnects of a transcription', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-'));
    try {
      service = await serve({
        connections: [
          { utterances: ['Hello there.'], faults: [{ on: 'interim', nth: 1, do: 'terminate' }] },
          { utterances: ['Hello there.'] },
        ],
      });
      const traceFile = path.join(folder, 'trace.jsonl');
      const flow = await Flow.start([credentialsNode(service.url), ...transcribeNodes({ traceFile })]);
      flow.send('transcribe', { payload: wav(silence(4000)) });
      const msg = await flow.message('text');
      assert.equal(msg.payload, 'Hello there.');
      assert.deepEqual((msg.asr as Transcript).statistics.reconnectsByReason, { CONNECTION_LOST: 1 });
      await helper.getNode('transcribe')!.close(false);
      const connects = readFileSync(traceFile, 'utf8').match(/"event":"connect"/g);
      assert.equal(connects?.length, 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has connections and commits in the debug log, but neither the key nor the text', async () => {
    service = await serve({ utterances: ['Hello.'] }, { apiKey: KEY });
    const flow = await start({ mode: 'manual' }, KEY);
    const log: unknown[] = [];
    onCall(helper.getNode('session') as EventEmitter, 'debug', ([text]) => log.push(text));
    flow.send('append', { payload: silence(2500), rate: 16_000 });
    await flow.message('appended');
    flow.send('commit', {});
    assert.equal((await flow.message('committed')).payload, 'Hello.');
    await helper.getNode('session')!.close(false);
    const text = log.join('\n');
    for (const message of [
      'connecting',
      'connection open',
      'opened',
      'commit',
      'commit answered',
      'finished',
    ]) {
      assert.match(text, new RegExp(`^${message} \\{.*\\}$`, 'm'));
    }
    assert.ok(!text.includes(KEY));
    assert.doesNotMatch(text, /Hello/);
  });
});
