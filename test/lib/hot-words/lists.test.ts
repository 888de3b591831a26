import assert from 'node:assert/strict';
import { AsrError, HotWordLists, readHotWords } from '../../../lib';
import type { AsrErrorCode, HotWordListsOptions } from '../../../lib';
import type { LocalService } from '../../../local-service';
import { startConnectProxy } from '../../support/connect-proxy';
import { ServiceBench } from '../../support/local-service';

const MODEL = 'fun-asr-realtime';
const KEY = 'sk-right-0123456789';
const WORDS = [
  { text: 'Qwen', weight: 5 },
  { text: 'Gestern', weight: 4, lang: 'de' },
];

describe('the hot-word lists of an account', () => {
  const bench = new ServiceBench();

  function listsAt({ url }: LocalService, options: HotWordListsOptions = {}): HotWordLists {
    return new HotWordLists({ region: 'local', address: url, apiKey: KEY, ...options });
  }

  async function refuses(
    run: () => unknown,
    code: AsrErrorCode,
    message: RegExp,
    param?: string,
  ): Promise<AsrError> {
    let thrown: unknown;
    try {
      await run();
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof AsrError, String(thrown));
    assert.deepEqual([thrown.code, thrown.param], [code, param], thrown.message);
    assert.match(thrown.message, message);
    return thrown;
  }

  it('are created, listed, read, changed and deleted', async () => {
    const lists = listsAt(await bench.start({ apiKey: KEY }));
    const id = await lists.create({ model: MODEL, words: WORDS, prefix: 'shop' });
    const other = await lists.create({ model: MODEL, words: WORDS });
    assert.match(id, /^vocab-shop-/);

    assert.deepEqual(
      (await lists.list()).map((list) => list.id),
      [other, id],
    );
    const [listed, ...more] = await lists.list({ prefix: 'shop' });
    assert.equal(more.length, 0);
    assert.deepEqual([listed?.id, listed?.status, listed?.isUsable], [id, 'OK', true]);
    assert.match(listed?.createdAt ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.deepEqual(
      (await lists.list({ page: 1, pageSize: 1 })).map((list) => list.id),
      [id],
    );

    const read = await lists.read(id);
    assert.deepEqual([read.model, read.words, read.isUsable, read.reason], [MODEL, WORDS, true, undefined]);
    await lists.update(id, readHotWords('Model Studio 3'));
    assert.deepEqual((await lists.read(id)).words, [{ text: 'Model Studio', weight: 3 }]);
    await lists.delete(id);
    const gone = await refuses(() => lists.read(id), 'HOT_WORD_LIST_NOT_FOUND', /List the hot-word lists/);
    assert.equal(gone.serviceCode, 'BadRequest.ResourceNotExist');
    assert.equal(typeof gone.requestId, 'string');
    await refuses(() => lists.update(id, WORDS), 'HOT_WORD_LIST_NOT_FOUND', /update the hot-word list/);
    await refuses(() => lists.delete(id), 'HOT_WORD_LIST_NOT_FOUND', /delete the hot-word list/);
  });

  it('are said to be of no use to another model, which would ignore them silently', async () => {
    const lists = listsAt(await bench.start());
    const id = await lists.create({ model: MODEL, words: WORDS });
    assert.equal((await lists.read(id, { forModel: MODEL })).isUsable, true);
    const { isUsable, reason = '' } = await lists.read(id, { forModel: 'paraformer-realtime-v2' });
    assert.equal(isUsable, false);
    assert.match(
      reason,
      /made for the model fun-asr-realtime; recognition with paraformer-realtime-v2 ignores/,
    );
  });

  it('are read page by page to the last one', async () => {
    const lists = listsAt(await bench.start());
    for (let list = 0; list < 10; list += 1) await lists.create({ model: MODEL, words: WORDS });
    assert.equal((await lists.all()).length, 10);
    await refuses(
      () => lists.create({ model: MODEL, words: WORDS }),
      'HOT_WORD_LISTS_FULL',
      /has 10 hot-word lists, and may have 10\. Delete one/,
    );
  });

  it('may be as many as the service allows, where nobody limits them before', async () => {
    const lists = listsAt(await bench.start(), { maxLists: 0 });
    for (let list = 0; list < 10; list += 1) await lists.create({ model: MODEL, words: WORDS });
    const full = await refuses(
      () => lists.create({ model: MODEL, words: WORDS }),
      'HOT_WORD_LISTS_FULL',
      /as many hot-word lists as it may/,
    );
    assert.deepEqual([full.serviceCode, full.retryable], ['Throttling.AllocationQuota', false]);
  });

  it('are not sent where something of them is out of its bounds', async () => {
    const asked: URL[] = [];
    const lists = new HotWordLists({
      region: 'local',
      fetch: (url) => {
        asked.push(url);
        return Promise.resolve(new Response('{}'));
      },
    });
    const words = (text: string, weight = 4, lang?: string) => ({
      model: MODEL,
      words: [{ text, weight, ...(lang && { lang }) }],
    });
    const many = Array.from({ length: 501 }, (_, index) => ({ text: `word${index}`, weight: 4 }));
    for (const [list, message] of [
      [{ model: MODEL, words: [] }, /1 to 500 words, got 0/],
      [{ model: MODEL, words: many }, /1 to 500 words, got 501/],
      [words('Qwen', 6), /weight of "Qwen" in `words` to be one of 1, 2, 3, 4, 5, got 6/],
      [words('Qwen', 0), /got 0/],
      [words('Qwen', 50), /got 50/],
      [words('Qwen', 4.5), /got 4.5/],
      [words('Boeing', 747), /in quotation marks: "Boeing 747"/],
      [words(' '), /at most 15 characters/],
      [words('one two three four five six seven eight'), /7 words where it is plain ASCII/],
      [words('语'.repeat(16)), /at most 15 characters/],
      [words('a\nb'), /one line without control characters/],
      [words('Qwen', 4, 'English language'), /language of "Qwen" in `words` to be a code such as "en"/],
    ] as const) {
      await refuses(() => lists.create(list), 'INVALID_OPTION', message, 'words');
      await refuses(() => lists.update('vocab-x', list.words), 'INVALID_OPTION', message, 'words');
    }
    for (const prefix of ['', 'longerthan9', 'a-b', 'naïve']) {
      const list = { model: MODEL, words: WORDS, prefix };
      await refuses(() => lists.create(list), 'INVALID_OPTION', /1 to 9 letters and digits/, 'prefix');
    }
    for (const [model, message] of [
      ['qwen3-asr-flash-realtime', /takes no hot-word list; these do: fun-asr-realtime/],
      ['gpt-realtime', /Unknown model/],
    ] as const) {
      await refuses(() => lists.create({ model, words: WORDS }), 'INVALID_OPTION', message, 'model');
    }
    for (const id of ['', 'two words', 'a\nb', 'x'.repeat(201)])
      await refuses(
        () => lists.read(id),
        'INVALID_OPTION',
        /Expected the id of a hot-word list/,
        'vocabularyId',
      );
    await refuses(() => lists.list({ page: -1 }), 'INVALID_OPTION', /`page`/, 'page');
    await refuses(() => lists.list({ pageSize: 0 }), 'INVALID_OPTION', /`pageSize`/, 'pageSize');
    await refuses(() => lists.list({ pageSize: 101 }), 'INVALID_OPTION', /at most 100/, 'pageSize');
    assert.deepEqual(asked, []);
  });

  it('need the key of a cloud region, and never send it unencrypted to another machine', async () => {
    await refuses(() => new HotWordLists(), 'MISSING_API_KEY', /Singapore/);
    const address = 'ws://asr.company.invalid';
    await refuses(
      () => new HotWordLists({ address, apiKey: KEY }),
      'INVALID_OPTION',
      /only over wss/,
      'address',
    );
    await refuses(
      () => new HotWordLists({ apiKey: KEY, region: 'local', proxy: 'socks://proxy' }),
      'INVALID_OPTION',
      /http:\/\/proxy:3128/,
      'proxy',
    );
  });

  it('are asked for at the address of the region, over https', async () => {
    const asked: string[] = [];
    const fetch = (url: URL): Promise<Response> => {
      asked.push(url.href);
      return Promise.resolve(new Response('{"output":{"vocabulary_list":[]}}'));
    };
    for (const options of [
      {},
      { region: 'beijing' },
      { region: 'singapore', workspaceId: 'ws-abc' },
      { address: 'wss://gateway.example/asr/' },
    ] as const)
      await new HotWordLists({ apiKey: KEY, fetch, ...options }).list();
    const path = '/api/v1/services/audio/asr/customization';
    assert.deepEqual(asked, [
      `https://dashscope-intl.aliyuncs.com${path}`,
      `https://dashscope.aliyuncs.com${path}`,
      `https://ws-abc.ap-southeast-1.maas.aliyuncs.com${path}`,
      `https://gateway.example/asr${path}`,
    ]);
  });

  it('are reached through a proxy, and a proxy that refuses is told', async () => {
    const service = await bench.start();
    const hosts = { 'asr.company.invalid:80': `127.0.0.1:${service.port}` };
    const proxy = await startConnectProxy({ hosts });
    const closed = await startConnectProxy({ status: 407 });
    try {
      const address = 'ws://asr.company.invalid';
      const lists = new HotWordLists({ address, proxy: proxy.url });
      const id = await lists.create({ model: MODEL, words: WORDS });
      assert.deepEqual((await lists.read(id)).words, WORDS);
      const shut = new HotWordLists({ address, proxy: closed.url });
      await refuses(() => shut.list(), 'CONNECT_FAILED', /the proxy .* answered HTTP 407: it wants a user/);
    } finally {
      await proxy.close();
      await closed.close();
    }
  });

  it('are refused to a wrong key with what to do', async () => {
    const service = await bench.start({ apiKey: KEY });
    const lists = listsAt(service, { apiKey: 'sk-wrong-0123456789' });
    const { httpStatus, serviceCode } = await refuses(
      () => lists.list(),
      'AUTHENTICATION',
      /Keys are per region/,
    );
    assert.deepEqual([httpStatus, serviceCode], [401, 'InvalidApiKey']);
  });
});
