import assert from 'node:assert/strict';
import type {
  ILoadOptionsFunctions,
  INode,
  INodeExecutionData,
  INodeListSearchResult,
  INodeParameters,
  IWorkflowExecuteAdditionalData,
  Workflow,
} from 'n8n-workflow';
import { JFK_PCM } from '../support/jfk';
import { tasksOf } from '../support/received-frames';
import { wav } from '../support/scripted-audio';
import { startUnreadable } from '../support/unreadable-lists';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode, TestRun } from './support/n8n-rig';

const MODEL = 'fun-asr-realtime';

/** The part of n8n-core's types that the editor's requests need. */
interface EditorCore {
  LoadOptionsContext: new (
    workflow: Workflow,
    node: INode,
    additionalData: IWorkflowExecuteAdditionalData,
    path: string,
  ) => ILoadOptionsFunctions;
}

describe("Speech Hot Words in n8n's engine", () => {
  const n8n = useN8n();

  function run(
    parameters: INodeParameters,
    items: INodeExecutionData[] = [{ json: {} }],
    more: Partial<TestNode> = {},
  ): Promise<TestRun> {
    return n8n.run([
      { name: 'Start', type: 'items', items, to: [['Lists']] },
      { name: 'Lists', type: 'asrHotWords', parameters, ...more },
    ]);
  }

  async function created(
    words: INodeParameters[string] = 'Model Studio, 5\nQwen',
    model = MODEL,
  ): Promise<string> {
    const result = await run({ operation: 'create', targetModel: model, prefix: 'names', words });
    return result.json('Lists')[0]?.vocabularyId as string;
  }

  const byId = (value: string) => ({ __rl: true, mode: 'id', value });

  it('makes a list, reads, lists, changes and deletes it', async () => {
    await n8n.serve();
    const id = await created();
    assert.match(id, /^vocab-names-/);

    const [list] = (await run({ operation: 'get', vocabularyId: byId(id) })).json('Lists');
    assert.equal(list?.vocabularyId, id);
    assert.equal(list.model, MODEL);
    assert.equal(list.isUsable, true);
    assert.deepEqual(list.words, [
      { text: 'Model Studio', weight: 5 },
      { text: 'Qwen', weight: 4 },
    ]);

    const updated = await run({ operation: 'update', vocabularyId: byId(id), words: 'Ann' });
    assert.deepEqual(updated.json('Lists'), [
      { vocabularyId: id, wordCount: 1, status: 'OK', isUsable: true },
    ]);

    const other = await created('Bob');
    const all = await run({ operation: 'getAll', returnAll: true });
    assert.deepEqual(
      all
        .json('Lists')
        .map(({ vocabularyId }) => vocabularyId)
        .sort(),
      [id, other].sort(),
    );
    assert.equal((await run({ operation: 'getAll', limit: 1 })).json('Lists').length, 1);
    const none = await run({ operation: 'getAll', options: { prefix: 'others' } });
    assert.deepEqual(none.json('Lists'), []);

    const deleted = await run({ operation: 'delete', vocabularyId: byId(id) });
    assert.deepEqual(deleted.json('Lists'), [{ vocabularyId: id, deleted: true }]);
    const { error } = await run({ operation: 'get', vocabularyId: byId(id) });
    assert.equal(error.name, 'NodeApiError');
    assert.equal(error.context.code, 'HOT_WORD_LIST_NOT_FOUND');
    assert.equal(error.context.itemIndex, 0);
  });

  it('says of a list that it makes, changes or reads whether recognition ignores it, and why', async () => {
    await n8n.serve({ hotWords: { undeployedMs: 3_600_000 } });
    const undeployed = /status is UNDEPLOYED, and recognition ignores a list that is not deployed/;
    const expectTold = (result: TestRun, reason: RegExp) => {
      const [told] = result.json('Lists');
      assert.equal(told?.isUsable, false);
      assert.match(told.reason as string, reason);
      assert.match(result.hints('Lists').join(), reason);
      return told.vocabularyId as string;
    };
    const make = { operation: 'create', targetModel: MODEL, words: 'Ann' };
    const id = expectTold(await run(make), undeployed);
    expectTold(await run({ operation: 'update', vocabularyId: byId(id), words: 'Bob' }), undeployed);
    expectTold(await run({ operation: 'get', vocabularyId: byId(id) }), undeployed);

    await n8n.serve();
    const other = await created();
    const options = { model: 'paraformer-realtime-v2' };
    const change = { operation: 'update', vocabularyId: byId(other), words: 'Bob', options };
    expectTold(await run(change), /made for the model fun-asr-realtime/);
    expectTold(
      await run({ operation: 'get', vocabularyId: byId(other), options }),
      /made for the model fun-asr-realtime/,
    );
  });

  it('has made and changed a list although it cannot read it then', async () => {
    await using service = await startUnreadable();
    const credentials = { region: 'custom', address: service.address, apiKey: '' };
    const make = { operation: 'create', targetModel: MODEL, words: 'Ann' };
    const change = { operation: 'update', vocabularyId: byId('vocab-x'), words: 'Ann\nBob' };
    for (const [parameters, expected] of [
      [make, { vocabularyId: 'vocab-x', model: MODEL, wordCount: 1 }],
      [change, { vocabularyId: 'vocab-x', wordCount: 2 }],
    ] as [INodeParameters, object][]) {
      const nodes = [
        { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Lists']] },
        { name: 'Lists', type: 'asrHotWords', parameters },
      ];
      const result = await n8n.run(nodes, { credentials });
      assert.deepEqual(result.json('Lists'), [expected]);
    }
    assert.deepEqual(service.asked.slice(-2), ['update_vocabulary', 'query_vocabulary']);
  });

  it('takes the words of all items of a database at once', async () => {
    await n8n.serve();
    const rows = ['Ann', 'Bob'].map((name) => ({ json: { name } }));
    const words = '={{ $input.all().map((item) => item.json.name) }}';
    const [first] = (await run({ operation: 'create', targetModel: MODEL, words }, rows)).json('Lists');
    assert.equal(first?.wordCount, 2);
  });

  it('refuses what the service would not take, by its name and before it is asked', async () => {
    await n8n.serve();
    for (const [parameters, said] of [
      [{ operation: 'create', targetModel: MODEL, words: '={{ "" }}' }, /`words` .*1 to 500 words, got 0/],
      [{ operation: 'create', targetModel: MODEL, words: 'Ann, 9' }, /weight of "Ann"/],
      [{ operation: 'create', targetModel: MODEL, words: '={{ 7 }}' }, /hot words/],
      [
        { operation: 'create', targetModel: 'qwen3-asr-flash-realtime', words: 'Ann' },
        /takes no hot-word list/,
      ],
      [{ operation: 'create', targetModel: MODEL, words: 'Ann', prefix: 'ä b' }, /`prefix`/],
      [{ operation: 'get', vocabularyId: byId('={{ "" }}') }, /id of a hot-word list/],
      [{ operation: 'getAll', limit: '={{ "few" }}' }, /`limit`/],
    ] as [INodeParameters, RegExp][]) {
      const { error } = await run(parameters);
      assert.equal(error.name, 'NodeOperationError');
      assert.match(`${error.message} ${error.description ?? ''}`, said);
    }
  });

  it('goes on with the other items with On Error set to continue', async () => {
    await n8n.serve();
    const id = await created();
    const items = ['vocab-gone', id].map((vocabularyId) => ({ json: { vocabularyId } }));
    const result = await run({ operation: 'get', vocabularyId: byId('={{ $json.vocabularyId }}') }, items, {
      onError: 'continueRegularOutput',
    });
    const [gone, found] = result.json('Lists');
    assert.match(gone?.error as string, /not exist/);
    assert.equal(found?.vocabularyId, id);
  });

  it('shows a refused key as an error of the service, without the key', async () => {
    await n8n.serve({}, { apiKey: 'sk-right-0123456789' });
    const apiKey = 'sk-wrong-0123456789';
    const result = await n8n.run(
      [
        { name: 'Start', type: 'items', items: [{ json: {} }], to: [['Lists']] },
        { name: 'Lists', type: 'asrHotWords', parameters: { operation: 'getAll' } },
      ],
      { credentials: { region: 'custom', address: n8n.service.url, apiKey } },
    );
    assert.equal(result.error.name, 'NodeApiError');
    assert.equal(result.error.context.code, 'AUTHENTICATION');
    assert.ok(!JSON.stringify(result.run).includes(apiKey));
  });

  describe('gives its lists to the other nodes', () => {
    async function choices(type: string, parameters: INodeParameters, filter?: string): Promise<string[]> {
      const { LoadOptionsContext } = n8n.engine.core as unknown as EditorCore;
      const node: INode = {
        id: 'id',
        name: 'Node',
        type,
        typeVersion: 1,
        position: [0, 0],
        parameters,
        credentials: { realtimeAsrApi: { id: '1', name: 'Local' } },
      };
      const nodeType = n8n.nodeType(type);
      const find = () => nodeType;
      const workflow = new n8n.engine.Workflow({
        nodes: [node],
        connections: {},
        active: false,
        nodeTypes: { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) },
      });
      const additionalData = {
        currentNodeParameters: parameters,
        credentialsHelper: {
          getDecrypted: () => Promise.resolve({ region: 'local', address: n8n.service.url, apiKey: '' }),
          getParentTypes: () => [],
        },
      } as unknown as IWorkflowExecuteAdditionalData;
      const context = new LoadOptionsContext(
        workflow,
        node,
        additionalData,
        'parameters.options.vocabularyId',
      );
      const search = nodeType.methods?.listSearch?.searchHotWordLists;
      assert.ok(search);
      const { results }: INodeListSearchResult = await search.call(context, filter);
      return results.map(({ name, value }) => `${String(value)}: ${name}`);
    }

    for (const type of ['asrTranscribe', 'asrSession', 'asrTrigger', 'asrHotWords']) {
      it(`as a list to choose from in ${type}, with model and number of words`, async () => {
        await n8n.serve();
        const id = await created();
        const other = await created('Bob', 'paraformer-realtime-v2');
        const shown = { model: MODEL, ...(type === 'asrSession' && { operation: 'open' }) };
        const all = await choices(type, shown);
        assert.deepEqual(
          all.sort(),
          [
            `${id}: ${id} (${MODEL}, 2 words)`,
            `${other}: ${other} (paraformer-realtime-v2, 1 words, not for this model)`,
          ].sort(),
        );
        assert.deepEqual(await choices(type, shown, ' 2 WORDS'), [`${id}: ${id} (${MODEL}, 2 words)`]);
      });
    }

    for (const [what, locate] of [
      ['from the list', (value: string) => ({ __rl: true, mode: 'list', value, cachedResultName: 'names' })],
      ['by its id', byId],
      ['as plain text, as another tool writes it', (value: string) => value],
    ] as const) {
      it(`${what}: it is on the wire`, async () => {
        await n8n.serve({ utterances: ['Hello.'] });
        const id = await created();
        await n8n.run([
          { name: 'Start', type: 'items', items: [binaryItem(wav(JFK_PCM))], to: [['Transcribe']] },
          {
            name: 'Transcribe',
            type: 'asrTranscribe',
            parameters: { model: MODEL, options: { vocabularyId: locate(id) } },
          },
        ]);
        assert.equal(tasksOf(n8n.service.sessions[0])[0]?.parameters.vocabulary_id, id);
      });
    }
  });
});
