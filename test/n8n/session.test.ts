import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ScriptFile } from '../../local-service';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode } from './support/n8n-rig';

const INTERIM = 0;
const FINAL = 1;
const EMOTION = 2;
const MANUAL: INodeParameters = { mode: 'manual' };

const CHUNK = wav(silence(3000));

function start(items: INodeExecutionData[], ...to: string[]): TestNode {
  return { name: 'Start', type: 'items', items, to: [to] };
}

function node(name: string, type: string, parameters: INodeParameters = {}, to: string[][] = []): TestNode {
  return { name, type, parameters, to };
}

/** Open, append and finish in a row, connected by the output that always continues. */
function line(items: INodeExecutionData[], parameters: INodeParameters = {}): TestNode[] {
  return [
    start(items, 'Open'),
    node('Open', 'asrSession', { operation: 'open', ...parameters }, [['Append']]),
    node('Append', 'asrAppendAudio', {}, [['Finish']]),
    node('Finish', 'asrSession', { operation: 'finish' }),
  ];
}

describe("Speech Session, Append Audio and Commit in n8n's engine", () => {
  const n8n = useN8n();

  it('share a session that one node opens, one feeds and one finishes', async () => {
    await n8n.serve({ utterances: [{ text: 'Good morning.', emotion: 'happy' }] });
    const result = await n8n.run(line([{ ...binaryItem(CHUNK), json: { caller: 'Ann' } }]));

    const [opened] = result.output('Open', INTERIM);
    assert.equal(opened?.json.type, 'opened');
    assert.equal(opened.json.sessionName, 'main');
    assert.equal(opened.json.caller, 'Ann');
    assert.equal(opened.binary?.data?.fileName, 'recording.wav');

    const [appended] = result.output('Append', INTERIM);
    assert.equal(appended?.json.type, 'interim');
    assert.deepEqual(appended.pairedItem, { item: 0 });

    const finals = [...result.json('Append', FINAL), ...result.json('Finish', FINAL)];
    const [final] = finals.filter(({ text }) => text !== '');
    assert.equal(final?.text, 'Good morning.');
    assert.equal(final.type, 'final');
    assert.equal(final.sessionName, 'main');
    assert.equal(final.emotion, 'happy');
    assert.equal(typeof final.sentenceId, 'string');

    const emotions = [...result.json('Append', EMOTION), ...result.json('Finish', EMOTION)];
    // With an interim, and with the final.
    assert.ok(emotions.length > 0);
    for (const { type, emotion } of emotions) assert.deepEqual([type, emotion], ['emotion', 'happy']);
    const last = result.json('Finish', FINAL).at(-1)?.statistics as { finals: number };
    assert.equal(last.finals, 1);
    assert.equal(n8n.service.sessions.length, 1);
  });

  it("say the service's id of the session in each item, and of a failure", async () => {
    await n8n.serve({ utterances: [{ text: 'Good morning.', emotion: 'happy' }] });
    const result = await n8n.run([
      start([binaryItem(CHUNK)], 'Open'),
      node('Open', 'asrSession', { operation: 'open' }, [['Append']]),
      node('Append', 'asrAppendAudio', {}, [['Commit']]),
      node('Commit', 'asrCommit', { itemPer: 'commit' }, [[], ['Commit again']]),
      node('Commit again', 'asrCommit', {}, [[], ['Finish']]),
      node('Finish', 'asrSession', { operation: 'finish', itemPer: 'session' }),
    ]);
    const id = result.json('Open', INTERIM)[0]?.sessionId;
    assert.match(id as string, /^sess_/);
    const items = ['Append', 'Commit', 'Commit again', 'Finish'].flatMap((name) =>
      [INTERIM, FINAL, EMOTION].flatMap((output) => result.json(name, output)),
    );
    assert.ok(items.length >= 5);
    for (const item of items) assert.equal(item.sessionId, id, JSON.stringify(item));

    await n8n.serve({ faults: [{ on: 'configured', do: 'fail', code: 'Arrearage', message: 'No money.' }] });
    const { error } = await n8n.run(line([binaryItem(CHUNK)]));
    assert.equal(error.context.code, 'PAYMENT');
    assert.match(error.context.sessionId as string, /^sess_/);
    const { sessionId, requestId } = error.context as Record<string, string>;
    assert.ok(
      error.description?.endsWith(`Session ${sessionId}. Request ${requestId}.`),
      error.description ?? '',
    );
  });

  it('commit chunk after chunk in a loop', async () => {
    await n8n.serve({ utterances: ['One.', 'Two.', 'Three.'] });
    const chunks = ['a', 'b', 'c'].map((name) => ({ ...binaryItem(CHUNK), json: { name } }));
    const result = await n8n.run([
      start(chunks, 'Open'),
      node('Open', 'asrSession', { operation: 'open', ...MANUAL }, [['Loop']]),
      node('Loop', 'loop', {}, [['Finish'], ['Append']]),
      node('Append', 'asrAppendAudio', {}, [['Commit']]),
      node('Commit', 'asrCommit', {}, [[], ['Loop']]),
      node('Finish', 'asrSession', { operation: 'finish', itemPer: 'session' }),
    ]);
    assert.deepEqual(result.texts('Commit', FINAL), ['One.', 'Two.', 'Three.']);
    assert.equal(result.count('Commit'), 3);
    const [whole, ...others] = result.json('Finish', FINAL);
    assert.equal(others.length, 0);
    assert.equal(whole?.type, 'finished');
    assert.equal(whole.text, 'One. Two. Three.');
    assert.equal((whole.sentences as unknown[]).length, 3);
    // One session for three items of the node that opens it.
    assert.equal(n8n.service.sessions.length, 1);
  });

  it('give each final once, whichever node fetches it', async () => {
    await n8n.serve({ utterances: ['One.', 'Two.'] });
    const result = await n8n.run([
      start([binaryItem(CHUNK)], 'Open'),
      node('Open', 'asrSession', { operation: 'open' }, [['Append', 'Append again']]),
      node('Append', 'asrAppendAudio', {}, [['Commit']]),
      node('Commit', 'asrCommit'),
      node('Append again', 'asrAppendAudio', {}, [['Finish']]),
      node('Finish', 'asrSession', { operation: 'finish' }),
    ]);
    const texts = ['Append', 'Commit', 'Append again', 'Finish'].flatMap((name) => result.texts(name, FINAL));
    assert.deepEqual(
      texts.filter((text) => text !== ''),
      ['One.', 'Two.'],
    );
  });

  it('go on with an empty text where nobody has spoken', async () => {
    await n8n.serve({ utterances: [] });
    const result = await n8n.run([
      start([binaryItem(CHUNK)], 'Open'),
      node('Open', 'asrSession', { operation: 'open' }, [['Commit first']]),
      // No audio was appended yet.
      node('Commit first', 'asrCommit', {}, [[], ['Finish']]),
      node('Finish', 'asrSession', { operation: 'finish' }, [[], ['End']]),
      node('End', 'pass'),
    ]);
    assert.deepEqual(result.texts('Commit first', FINAL), ['']);
    assert.deepEqual(result.texts('End'), ['']);
    assert.equal(result.run.status, 'success');
  });

  it('take items in their order, and commit once for all of them', async () => {
    await n8n.serve({ utterances: ['All of it.'] }, { keepAudio: true });
    const loud = (level: number) => wav(Buffer.from(new Int16Array(1600).fill(level).buffer));
    const result = await n8n.run([
      start(
        [1000, 2000, 3000].map((level) => binaryItem(loud(level))),
        'Open',
      ),
      node('Open', 'asrSession', { operation: 'open', ...MANUAL }, [['Append']]),
      node('Append', 'asrAppendAudio', {}, [['Commit']]),
      node('Commit', 'asrCommit', { itemPer: 'commit' }, [[], ['Abort']]),
      node('Abort', 'asrSession', { operation: 'abort' }),
    ]);
    const audio = Buffer.concat(n8n.service.sessions[0]!.audio);
    assert.deepEqual(
      [1000, 2000, 3000].map((_, index) => audio.readInt16LE(index * 3200 + 1600)),
      [1000, 2000, 3000],
    );
    const [commit, ...others] = result.output('Commit', FINAL);
    assert.equal(others.length, 0);
    assert.equal(commit?.json.type, 'commit');
    assert.equal(commit.json.text, 'All of it.');
    assert.deepEqual(commit.pairedItem, [{ item: 0 }, { item: 1 }, { item: 2 }]);
    assert.deepEqual(
      result.json('Abort', FINAL).map(({ type, aborted }) => [type, aborted]),
      [['finished', true]],
    );
  });

  it('keep several sessions apart by their names', async () => {
    await n8n.serve({ connections: [{ utterances: ['Left.'] }, { utterances: ['Right.'] }] });
    const parameters = { sessionName: '={{ $json.side }}' };
    const items = ['left', 'right'].map((side) => ({ ...binaryItem(CHUNK), json: { side } }));
    const result = await n8n.run([
      start(items, 'Open', 'Append', 'Finish'),
      node('Open', 'asrSession', { operation: 'open', ...parameters }),
      node('Append', 'asrAppendAudio', parameters),
      node('Finish', 'asrSession', { operation: 'finish', itemPer: 'session', ...parameters }),
    ]);
    assert.deepEqual(
      result.json('Finish', FINAL).map(({ sessionName, text }) => [sessionName, text]),
      [
        ['left', 'Left.'],
        ['right', 'Right.'],
      ],
    );
  });

  it('give the text of the open sentence so far', async () => {
    const script: ScriptFile = { utterances: [{ text: 'A long sentence.', atMs: 0, endMs: 20_000 }] };
    await n8n.serve(script);
    const result = await n8n.run([
      start(
        [1, 2].map(() => binaryItem(wav(silence(8000)))),
        'Open',
      ),
      node('Open', 'asrSession', { operation: 'open' }, [['Loop']]),
      node('Loop', 'loop', {}, [['Abort'], ['Append']]),
      node('Append', 'asrAppendAudio', {}, [['Heard']]),
      { ...node('Heard', 'pass', {}, [['Loop']]), work: interimReceived },
      node('Abort', 'asrSession', { operation: 'abort' }),
    ]);
    // The service answers after an append, so that the first has nothing yet.
    const texts = result.texts('Append', INTERIM);
    assert.equal(texts.length, 2);
    assert.equal(texts[0], '');
    assert.match(texts.at(-1) as string, /^A/);
  });

  it('go on with the next chunk after one that is no audio, with On Error set to continue', async () => {
    await n8n.serve({ utterances: ['Good morning.'] });
    const items = [binaryItem(Buffer.from('this is no audio at all, but a text')), binaryItem(CHUNK)];
    const nodes = line(items);
    nodes[2]!.onError = 'continueRegularOutput';
    const result = await n8n.run(nodes);
    const [failed, fine] = result.output('Append', INTERIM);
    assert.match(failed?.json.error as string, /no audio/);
    assert.equal(fine?.json.type, 'interim');
    assert.ok([...result.texts('Append', FINAL), ...result.texts('Finish', FINAL)].includes('Good morning.'));

    await n8n.serve();
    nodes[2]!.onError = 'stopWorkflow';
    const stopped = await n8n.run(nodes);
    assert.equal(stopped.error.context.itemIndex, 0);
    assert.equal(stopped.error.context.code, 'BAD_AUDIO');
    await abortAll();
  });

  async function interimReceived(): Promise<void> {
    const sent = () => n8n.service.sessions[0]?.sent.some(({ type }) => type.endsWith('.text')) ?? false;
    await waitUntil(sent, 'an interim');
    // The message is on its way; a few turns of the event loop deliver it.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  }

  /** Ends what a failed workflow has left open, as its time without use would. */
  async function abortAll(): Promise<void> {
    await n8n.run([start([{ json: {} }], 'Abort'), node('Abort', 'asrSession', { operation: 'abort' })], {
      executionId: n8n.lastExecutionId,
    });
  }
});
