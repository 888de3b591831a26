import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { withEnvironment } from '../support/environment';
import { tasksOf } from '../support/received-frames';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { RunOptions, TestNode, TestRun } from './support/n8n-rig';

const RECORDING = wav(silence(3000));
const RUN_TASK = 'fun-asr-realtime';
const FINAL = 1;

describe("the settings of sessions, in n8n's engine", () => {
  const n8n = useN8n();

  function transcribe(parameters: INodeParameters, more?: RunOptions): Promise<TestRun> {
    return n8n.run(
      [
        { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Transcribe']] },
        { name: 'Transcribe', type: 'asrTranscribe', parameters },
      ],
      more,
    );
  }

  /** A session that is opened, fed and finished. */
  function session(
    open: INodeParameters,
    more: { append?: INodeParameters; finish?: INodeParameters; between?: TestNode[] } = {},
  ): Promise<TestRun> {
    const { append = {}, finish = {}, between = [] } = more;
    const line: TestNode[] = [
      { name: 'Open', type: 'asrSession', parameters: { operation: 'open', ...open } },
      ...between,
      { name: 'Append', type: 'asrAppendAudio', parameters: append },
      { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish', ...finish } },
    ];
    return n8n.run([
      { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Open']] },
      ...line.map((node, index) => ({ ...node, to: [[line[index + 1]?.name ?? []].flat()] })),
    ]);
  }

  describe('say how a lost connection is met', () => {
    it('with 0 reconnects it ends the recording', async () => {
      await n8n.serve({ faults: [{ atAudioMs: 500, do: 'terminate' }] });
      const { error } = await transcribe({ options: { reconnectAttempts: 0 } });
      assert.equal(error.context.code, 'CONNECTION_LOST');
      assert.equal(n8n.service.sessions.length, 1);
    });

    it('with 0 seconds for the first connection its failure is the error, within the connect timeout', async () => {
      await n8n.serve({ upgrade: { hang: true } });
      const startedAt = performance.now();
      const { error } = await transcribe({ options: { firstConnectSeconds: 0, connectSeconds: 2 } });
      assert.equal(error.context.code, 'CONNECT_TIMEOUT');
      assert.ok(performance.now() - startedAt < 5000);
      assert.equal(n8n.service.sessions.length, 1);
    });

    it('with the finish timeout a service that never finishes is waited for no longer', async () => {
      await n8n.serve({
        utterances: [{ text: 'Never final.', final: null }],
        faults: [{ on: 'finished', do: 'delay', ms: 3_600_000 }],
      });
      const startedAt = performance.now();
      const result = await transcribe({ options: { finishSeconds: 3 } });
      assert.ok(performance.now() - startedAt < 10_000);
      const [json] = result.json('Transcribe');
      const [sentence] = (json?.sentences ?? []) as { truncated?: boolean }[];
      assert.equal(sentence?.truncated, true);
    });
  });

  it('keep a session without audio alive where that is chosen', async () => {
    await n8n.serve({ utterances: ['Hello.'] });
    const quiet: TestNode = {
      name: 'Quiet',
      type: 'pass',
      work: () =>
        waitUntil(() => (n8n.service.sessions[0]?.audioFrames ?? 0) > 0, 'silence that nobody appended'),
    };
    await session({ options: { idlePolicy: 'keepAlive', idleSeconds: 0.1 } }, { between: [quiet] });
    assert.equal(n8n.service.sessions.length, 1);
  });

  it('choose rate and format for a model whose name comes from an expression', async () => {
    await n8n.serve({ utterances: ['Hello.'] });
    await transcribe({
      model: 'custom',
      modelName: '={{ "paraformer-realtime-v2" }}',
      options: { sampleRateHz: 8000 },
    });
    assert.equal(tasksOf(n8n.service.sessions[0])[0]?.parameters.sample_rate, 8000);

    await n8n.serve({ utterances: ['Hello.'] });
    await transcribe({ model: 'custom', modelName: RUN_TASK, options: { wireFormat: 'wav' } });
    assert.equal(tasksOf(n8n.service.sessions[0])[0]?.parameters.format, 'wav');
  });

  it('that no table knows go out as they are', async () => {
    await n8n.serve({ utterances: ['Hello.'] });
    const options = { otherSettings: '={{ ({ enable_speaker_names: true }) }}' };
    await transcribe({ model: RUN_TASK, options });
    assert.equal(tasksOf(n8n.service.sessions[0])[0]?.parameters.enable_speaker_names, true);
  });

  describe('write a trace', () => {
    let folder = '';
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'n8n-trace-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('of both executions to the same file, in a folder that the operator allows, without the key', async () => {
      const apiKey = 'sk-of-the-trace-0123456789';
      const traceFile = path.join(folder, 'asr.jsonl');
      await n8n.serve({ utterances: ['Hello.'] }, { apiKey });
      const credentials = { region: 'custom', address: n8n.service.url, apiKey };
      await withEnvironment({ FLOW_ASR_FILE_FOLDERS: folder }, async () => {
        await transcribe({ options: { traceFile } }, { credentials });
        await transcribe({ options: { traceFile } }, { credentials });
      });
      const closings = () => readFileSync(traceFile, 'utf8').match(/session\.finished/g)?.length ?? 0;
      await waitUntil(() => closings() === 2, 'both traces');
      const text = readFileSync(traceFile, 'utf8');
      assert.match(text, /Hello\./);
      assert.ok(!text.includes(apiKey));
    });

    it('nowhere else: not outside of the folder, and not where a link leads', async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      const outside = path.join(tmpdir(), 'n8n-trace-outside.jsonl');
      symlinkSync(outside, path.join(folder, 'link.jsonl'));
      writeFileSync(path.join(folder, 'file'), '');
      const files = [
        outside,
        path.join(folder, '../x.jsonl'),
        path.join(folder, 'link.jsonl'),
        'asr.jsonl',
        folder,
      ];
      await withEnvironment({ FLOW_ASR_FILE_FOLDERS: folder }, async () => {
        for (const traceFile of files) {
          const { error } = await transcribe({ options: { traceFile } });
          assert.match(error.message, /Expected `traceFile` .*FLOW_ASR_FILE_FOLDERS/, traceFile);
        }
      });
      const { error } = await transcribe({ options: { traceFile: path.join(folder, 'a.jsonl') } });
      assert.match(error.message, /FLOW_ASR_FILE_FOLDERS/);
      assert.equal(n8n.service.sessions.length, 0);
    });
  });

  describe('use a connection of a run-task model again', () => {
    it('for the next recording and the next execution, and close it when it is idle', async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      await transcribe({ model: RUN_TASK });
      await transcribe({ model: RUN_TASK });
      assert.equal(n8n.service.sessions.length, 1);
      assert.equal(tasksOf(n8n.service.sessions[0]).length, 2);
    });

    it('but not with another key', async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      for (const apiKey of ['sk-first-0123456789', 'sk-second-0123456789']) {
        const credentials = { region: 'custom', address: n8n.service.url, apiKey };
        await transcribe({ model: RUN_TASK }, { credentials });
      }
      assert.equal(n8n.service.sessions.length, 2);
    });
  });

  describe('choose what comes out', () => {
    it('only the text for an agent, whole or by sentence', async () => {
      await n8n.serve({ utterances: ['Good morning.', 'No.'], loop: true });
      const whole = await transcribe({ output: 'text' });
      assert.deepEqual(Object.keys(whole.json('Transcribe')[0] ?? {}), ['text']);
      const sentences = await transcribe({ output: 'text', itemPer: 'sentence' });
      for (const json of sentences.json('Transcribe')) assert.deepEqual(Object.keys(json), ['text']);
      const { usableAsTool } = n8n.nodeType('asrTranscribe').description;
      const { properties } = (
        usableAsTool as { replacements: { properties: { name: string; default: unknown }[] } }
      ).replacements;
      assert.equal(properties.find(({ name }) => name === 'output')?.default, 'text');
    });

    it('statistics of the session so far with each append and commit', async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      const commit: TestNode = {
        name: 'Commit',
        type: 'asrCommit',
        parameters: { options: { statistics: true } },
      };
      const result = await n8n.run([
        { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Open']] },
        { name: 'Open', type: 'asrSession', parameters: { operation: 'open' }, to: [['Append']] },
        {
          name: 'Append',
          type: 'asrAppendAudio',
          parameters: { options: { statistics: true } },
          to: [['Commit']],
        },
        { ...commit, to: [[], ['Finish']] },
        { name: 'Finish', type: 'asrSession', parameters: { operation: 'abort' } },
      ]);
      const appended = result.json('Append')[0]?.statistics as { audioInMs: number };
      const committed = result.json('Commit', FINAL).at(-1)?.statistics as { finals: number };
      assert.equal(appended.audioInMs, 3000);
      assert.equal(committed.finals, 1);
    });

    for (const itemPer of ['session', 'sentence']) {
      it(`captions of a session, with one item for each ${itemPer}`, async () => {
        await n8n.serve({ utterances: ['Good morning.'] });
        const result = await session({ model: RUN_TASK }, { finish: { itemPer, captions: 'srt' } });
        const [item] = result.output('Finish', FINAL);
        assert.equal(item?.binary?.captions?.fileName, 'main.srt');
        const text = (await n8n.bytesOf(item.binary.captions)).toString();
        assert.match(text, /^1\n00:00:\d\d,\d{3} --> .*\nGood morning\.\n/);
      });
    }
  });
});
