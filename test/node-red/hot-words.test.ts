import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { HotWordList, HotWordListInfo } from '../../lib';
import type { LocalService } from '../../local-service/index';
import { credentialsNode, errorOf, Flow, helper, observers } from '../support/node-red';
import type { FlowNode } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { waitUntil } from '../support/wait-until';

const KEY = 'sk-right-5fd1c0ffee';
const MODEL = 'fun-asr-realtime';

/** `words` → `answered`. */
function hotWordsNodes(more: Partial<FlowNode> = {}): FlowNode[] {
  const node = { id: 'words', type: 'asr-hot-words', z: 'tab', connection: 'credentials' };
  return [
    { ...node, action: 'read', model: MODEL, wires: [['answered']], ...more },
    { id: 'answered', type: 'helper', z: 'tab' },
  ];
}

describe('hot words', () => {
  const rig = useService();
  let service: LocalService;
  let flow: Flow;

  async function start(words: Partial<FlowNode> = {}, key = KEY): Promise<void> {
    service = await rig.serve({}, { apiKey: KEY });
    flow = await Flow.start(
      [credentialsNode(service.url), ...hotWordsNodes(words), ...observers(['words'])],
      { credentials: { apiKey: key } },
    );
  }

  it('creates, lists, reads, changes and deletes a list by msg.action', async () => {
    await start({ prefix: 'shop' });
    flow.send('words', { action: 'create', payload: 'Model Studio 5\nQwen', topic: 'kept' });
    const [created] = await flow.messages('answered');
    const { vocabularyId, topic } = created as unknown as { vocabularyId: string; topic: string };
    assert.match(vocabularyId, /^vocab-shop-/);
    assert.equal(topic, 'kept');
    const list = created!.payload as HotWordList;
    assert.deepEqual([list.id, list.model, list.isUsable], [vocabularyId, MODEL, true]);
    const words = [
      { text: 'Model Studio', weight: 5 },
      { text: 'Qwen', weight: 4 },
    ];
    assert.deepEqual(list.words, words);

    flow.send('words', { action: 'list' });
    const [, listed] = await flow.messages('answered', 2);
    assert.deepEqual(
      (listed!.payload as HotWordListInfo[]).map(({ id }) => id),
      [vocabularyId],
    );
    flow.send('words', { action: 'update', vocabularyId, payload: { Anna: 3 } });
    flow.send('words', { vocabularyId });
    flow.send('words', { action: 'delete', vocabularyId });
    const [, , updated, read, deleted] = await flow.messages('answered', 5);
    assert.deepEqual((updated!.payload as HotWordList).words, [{ text: 'Anna', weight: 3 }]);
    assert.deepEqual(read!.payload, updated!.payload);
    assert.deepEqual(deleted!.payload, { id: vocabularyId });
    await waitUntil(() => flow.received('completed').length === 5, 'all messages to be done');
    assert.ok(flow.badgeTexts('words').includes('2 words'));
    assert.ok(flow.badgeTexts('words').includes('1 lists'));
  });

  it('takes rows of a database, a list of words, JSON and a file, from a property of the message', async () => {
    await start({ action: 'create', property: 'callers' });
    const given = [
      [{ text: 'Anna', weight: 5, id: 7 }, { word: 'Bert' }],
      ['Anna', 'Bert'],
      '[{"text":"Anna","weight":"2","lang":"de"}]',
      Buffer.from('word,weight\r\nAnna,1\r\n'),
    ];
    for (const callers of given) flow.send('words', { callers });
    const answered = await flow.messages('answered', given.length);
    assert.deepEqual(
      answered.map(({ payload }) =>
        (payload as HotWordList).words.map(({ text, weight, lang }) => [
          text,
          weight,
          ...(lang ? [lang] : []),
        ]),
      ),
      [
        [
          ['Anna', 5],
          ['Bert', 4],
        ],
        [
          ['Anna', 4],
          ['Bert', 4],
        ],
        [['Anna', 2, 'de']],
        [['Anna', 1]],
      ],
    );
  });

  it('warns of a list that the chosen model would ignore', async () => {
    await start({ action: 'create' });
    flow.send('words', { payload: 'Qwen' });
    const { vocabularyId } = (await flow.message('answered')) as unknown as { vocabularyId: string };
    await helper.setFlows(
      [
        { id: 'tab', type: 'tab' },
        credentialsNode(service.url, { credentials: { apiKey: KEY } }),
        ...hotWordsNodes({ model: 'paraformer-realtime-v2', vocabularyId }),
      ],
      'full',
    );
    flow.listen(hotWordsNodes());
    flow.send('words', {});
    const { payload } = await flow.message('answered');
    assert.equal((payload as HotWordList).isUsable, false);
    assert.match((payload as HotWordList).reason ?? '', /made for the model fun-asr-realtime/);
  });

  it('gives what is wrong to Catch nodes, with a badge, and goes on', async () => {
    await start();
    for (const [msg, message, badge] of [
      [{ action: 'forget' }, /action "forget" is unknown; there are list, read/, 'error'],
      [{ action: 'create', payload: 'Qwen 9' }, /weight of "Qwen"/, 'bad setting'],
      [
        { action: 'create', payload: 7 },
        /Expected hot words as text, as a list or as an object/,
        'bad setting',
      ],
      [{ action: 'create' }, /Expected hot words/, 'bad setting'],
      [{ action: 'read' }, /Expected the id of a hot-word list/, 'bad setting'],
      [{ vocabularyId: 'vocab-none' }, /ResourceNotExist/, 'bad setting'],
    ] as const) {
      const before = flow.received('caught').length;
      flow.send('words', msg);
      const caught = await flow.messages('caught', before + 1);
      assert.match(errorOf(caught.at(-1)!).message, message);
      assert.equal(flow.badgeTexts('words').at(-1), badge);
    }
    flow.send('words', { action: 'list' });
    assert.deepEqual((await flow.message('answered')).payload, []);
  });

  it('says which credentials are refused, and shows a key nowhere', async () => {
    const wrong = 'sk-wrong-deadbeef99';
    await start({ action: 'list' }, wrong);
    flow.send('words', {});
    const caught = await flow.message('caught');
    assert.match(errorOf(caught).message, /Keys are per region/);
    assert.equal(flow.badgeTexts('words').at(-1), 'key refused');
    const answer = await helper.request().get('/asr/hot-words/credentials');
    assert.deepEqual([answer.status, (answer.body as { code: string }).code], [422, 'AUTHENTICATION']);
    const seen = inspect([caught, flow.badges('words'), answer.body, helper.log().args], { depth: 12 });
    assert.doesNotMatch(seen, /sk-wrong/);
  });

  it('without credentials says so', async () => {
    await start({ connection: '' });
    flow.send('words', {});
    assert.match(errorOf(await flow.message('caught')).message, /No asr credentials are chosen/);
  });

  describe('routes of the editor', () => {
    interface Answer {
      id: string;
      message: string;
      lists: (HotWordListInfo & { model: string })[];
      words: { text: string }[];
    }
    const lists = '/asr/hot-words/credentials';

    async function ask(
      method: 'get' | 'post' | 'put' | 'delete',
      target: string,
      body: object = {},
    ): Promise<{ status: number; body: Answer }> {
      const request = helper.request();
      const { status, body: said } = await (method === 'get' || method === 'delete'
        ? request[method](target)
        : request[method](target).send(body));
      return { status, body: said as Answer };
    }

    it('list, read, create, update and delete through the deployed credentials', async () => {
      await start();
      const fresh = { model: MODEL, prefix: 'shop', words: 'Qwen 5' };
      const { body: created, status } = await ask('post', lists, fresh);
      assert.equal(status, 200, created.message);
      const { id } = created;
      const [listed] = (await ask('get', `${lists}?model=${MODEL}`)).body.lists;
      assert.deepEqual([listed?.id, listed?.model, listed?.isUsable], [id, MODEL, true]);
      const [ignored] = (await ask('get', `${lists}?model=paraformer-realtime-v2`)).body.lists;
      assert.deepEqual([ignored?.isUsable, 'words' in ignored!], [false, false]);
      await ask('put', `${lists}/${id}`, { words: [{ text: 'Anna', weight: 4 }] });
      assert.deepEqual(
        (await ask('get', `${lists}/${id}`)).body.words.map(({ text }) => text),
        ['Anna'],
      );
      assert.deepEqual(await ask('delete', `${lists}/${id}`), { status: 200, body: { id } });
      assert.deepEqual((await ask('get', lists)).body.lists, []);
    });

    it('say what is wrong with words, ids and models, and that credentials are not deployed', async () => {
      await start();
      for (const [method, target, body, status, message] of [
        ['post', lists, { model: MODEL, words: 'Qwen 9' }, 422, /weight of "Qwen"/],
        ['post', lists, { model: MODEL, words: [] }, 422, /1 to 500 words/],
        ['post', lists, { words: 'Qwen' }, 422, /Unknown model/],
        ['put', `${lists}/vocab-none`, { words: 'Qwen' }, 422, /ResourceNotExist/],
        ['get', `${lists}/vocab-none`, undefined, 422, /ResourceNotExist/],
        ['delete', `${lists}/vocab-none`, undefined, 422, /ResourceNotExist/],
        ['get', '/asr/hot-words/other', undefined, 404, /not deployed/],
        ['get', '/asr/hot-words/words', undefined, 404, /not deployed/],
      ] as const) {
        const answer = await ask(method, target, body);
        assert.equal(answer.status, status, target);
        assert.match(answer.body.message, message);
      }
    });

    it('take changes from the editor only', async () => {
      await start();
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
      const posted = helper.request().post(lists).set(form).send('model=fun-asr-realtime&words=Qwen');
      assert.equal((await posted).status, 415);
      const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
      for (const method of ['post', 'put'] as const) {
        const target = method === 'post' ? lists : `${lists}/vocab-x`;
        const request = helper.request();
        const answer = await request[method](target).set(foreign).send({ model: MODEL, words: 'Qwen' });
        assert.equal(answer.status, 403);
      }
      assert.deepEqual((await ask('get', lists)).body.lists, []);
    });
  });
});
