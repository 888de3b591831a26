import assert from 'node:assert/strict';
import { framesOf, tasksOf } from '../support/received-frames';
import { silence, wav } from '../support/scripted-audio';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode, TestRun } from './support/n8n-rig';

const RUN_TASK = 'fun-asr-realtime';
const RECORDING = wav(silence(3000));

describe("the dialogue before, in n8n's engine, goes to the service", () => {
  const n8n = useN8n();

  /** Opens a session, gives it the dialogue and audio, and finishes it. */
  function session(model: string, update: TestNode): Promise<TestRun> {
    const open = { operation: 'open', model };
    return n8n.run([
      { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Open']] },
      { name: 'Open', type: 'asrSession', parameters: open, to: [['Update']] },
      { ...update, to: [['Append']] },
      { name: 'Append', type: 'asrAppendAudio', to: [['Finish']] },
      { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } },
    ]);
  }

  const TURNS = [{ user: 'What is Node-RED?', assistant: 'A flow editor.' }, { user: 'And n8n?' }];
  const WIRE = [
    { role: 'user', content: [{ type: 'input_text', text: 'What is Node-RED?' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'A flow editor.' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'And n8n?' }] },
  ];

  for (const [what, context] of [
    ['as a list of an expression', `={{ ${JSON.stringify(TURNS)} }}`],
    ['as JSON', JSON.stringify(TURNS)],
  ] as const) {
    it(what, async () => {
      await n8n.serve({ utterances: ['Hello.'] });
      await n8n.run([
        { name: 'Start', type: 'items', items: [binaryItem(RECORDING)], to: [['Transcribe']] },
        { name: 'Transcribe', type: 'asrTranscribe', parameters: { model: RUN_TASK, options: { context } } },
      ]);
      assert.deepEqual(tasksOf(n8n.service.sessions[0])[0]?.input.context, WIRE);
    });
  }

  it('anew in the middle of a session, for the items that go on unchanged', async () => {
    await n8n.serve({ utterances: ['Hello.'] });
    const update: TestNode = {
      name: 'Update',
      type: 'asrSession',
      parameters: { operation: 'updateContext', context: `={{ ${JSON.stringify(TURNS)} }}` },
    };
    const result = await session(RUN_TASK, update);
    const updates = framesOf(n8n.service.sessions[0], 'continue-task').map(
      ({ payload }) => (payload as { input: { context: unknown } }).input.context,
    );
    assert.deepEqual(updates, [WIRE]);
    const [item] = result.output('Update');
    assert.equal(item?.json.type, 'opened');
    assert.equal(item.binary?.data?.fileName, 'recording.wav');
  });

  it('to a model that takes none: the error says so', async () => {
    await n8n.serve();
    const update: TestNode = {
      name: 'Update',
      type: 'asrSession',
      parameters: { operation: 'updateContext', context: 'What I said.' },
    };
    const { error } = await session('paraformer-realtime-v2', update);
    assert.match(error.message, /takes no context|cannot change/);
    await abort();
  });

  async function abort(): Promise<void> {
    await n8n.run(
      [
        { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Abort']] },
        { name: 'Abort', type: 'asrSession', parameters: { operation: 'abort' } },
      ],
      { executionId: n8n.lastExecutionId },
    );
  }
});
