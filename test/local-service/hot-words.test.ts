import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LocalService } from '../../local-service';
import { applyHotWords } from '../../local-service/hot-words/apply';
import { HotWordLists } from '../../local-service/hot-words/lists';
import { JFK_PCM } from '../support/jfk';
import { ServiceBench } from '../support/local-service';
import { at } from '../support/raw-client';
import { FINISHED, sentences } from '../support/run-task-bench';
import { finishTask, INFERENCE, runTask } from '../support/run-task-frames';

const PATH = '/api/v1/services/audio/asr/customization';
const MODEL = 'fun-asr-realtime';
const WORDS = [{ text: 'Amerigans', weight: 5 }];

describe('local service: hot-word lists', () => {
  const bench = new ServiceBench();

  async function ask(
    service: LocalService,
    input: unknown,
    { key = 'sk-right', model = 'speech-biasing' }: { key?: string; model?: string } = {},
  ): Promise<{ status: number; body: Record<string, unknown>; output: Record<string, unknown> }> {
    const response = await fetch(service.url.replace('ws:', 'http:') + PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ model, input }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body, output: body.output as Record<string, unknown> };
  }

  const create = (fields: object = {}) => ({
    action: 'create_vocabulary',
    target_model: MODEL,
    prefix: 'test',
    vocabulary: WORDS,
    ...fields,
  });

  it('are created, listed, read, changed and deleted (protocol.md E.2)', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    const { body, output } = await ask(service, create());
    assert.match(String(output.vocabulary_id), /^vocab-test-/);
    assert.deepEqual([typeof body.request_id, body.usage], ['string', { count: 1 }]);
    const { vocabulary_id } = output;
    await ask(service, create({ prefix: 'other' }));

    const listed = await ask(service, { action: 'list_vocabulary', prefix: 'test' });
    const [entry, ...more] = listed.output.vocabulary_list as Record<string, unknown>[];
    assert.equal(more.length, 0);
    assert.deepEqual([entry?.vocabulary_id, entry?.status], [vocabulary_id, 'OK']);
    const page = await ask(service, { action: 'list_vocabulary', page_index: 1, page_size: 1 });
    assert.equal(at(page.output, 'vocabulary_list.0.vocabulary_id'), vocabulary_id);

    const vocabulary = [{ text: 'Gestern', weight: 4, lang: 'de' }];
    await ask(service, { action: 'update_vocabulary', vocabulary_id, vocabulary });
    const read = await ask(service, { action: 'query_vocabulary', vocabulary_id });
    assert.deepEqual([read.output.target_model, read.output.vocabulary], [MODEL, vocabulary]);
    await ask(service, { action: 'delete_vocabulary', vocabulary_id });
    for (const action of ['query_vocabulary', 'update_vocabulary', 'delete_vocabulary']) {
      const { status, body: refused } = await ask(service, { action, vocabulary_id, vocabulary });
      assert.deepEqual([status, refused.code], [400, 'BadRequest.ResourceNotExist'], action);
    }
  });

  it('are refused with a code and a message, as a wrong key is', async () => {
    const service = await bench.start({ apiKey: 'sk-right' });
    assert.deepEqual((await ask(service, create(), { key: 'sk-wrong' })).body.code, 'InvalidApiKey');
    const word = (fields: object) => create({ vocabulary: [{ text: 'word', weight: 4, ...fields }] });
    for (const input of [
      undefined,
      {},
      { action: 'forget_vocabulary' },
      { action: 'list_vocabulary', page_size: 0 },
      create({ target_model: 'qwen3-asr-flash-realtime' }),
      create({ prefix: 'longerthan9' }),
      create({ prefix: 'a-b' }),
      create({ vocabulary: [] }),
      create({ vocabulary: Array.from({ length: 501 }, () => ({ text: 'word', weight: 4 })) }),
      word({ weight: 0 }),
      word({ weight: 6 }),
      word({ weight: 1.5 }),
      word({ text: '' }),
      word({ text: 'one two three four five six seven eight' }),
      word({ text: '语'.repeat(16) }),
      word({ lang: 7 }),
    ]) {
      const { status, body } = await ask(service, input);
      assert.deepEqual([status, body.code], [400, 'InvalidParameter'], JSON.stringify(input));
      assert.deepEqual(Object.keys(body), ['request_id', 'code', 'message']);
    }
    for (let list = 0; list < 10; list += 1) assert.equal((await ask(service, create())).status, 200);
    assert.equal((await ask(service, create())).body.code, 'Throttling.AllocationQuota');
  });

  it('are used by the model they were made for, and silently ignored by others', async function () {
    this.timeout(180_000);
    const service = await bench.start({ engine: 'recogniser' });
    const { output } = await ask(service, create());
    const { vocabulary_id } = output;
    const said: string[] = [];
    for (const [parameters, model] of [
      [{ vocabulary_id }, MODEL],
      [{ vocabulary: { Amerigans: 5 } }, 'qwen-audio-3.1-asr-flash-streaming'],
      [{ vocabulary_id }, 'paraformer-realtime-v2'],
      [{ vocabulary_id: 'vocab-none' }, MODEL],
    ] as const) {
      const client = await bench.connect(service, INFERENCE);
      client.send(runTask('task-1', parameters, model));
      for (let from = 0; from < JFK_PCM.length; from += 64_000)
        client.sendBinary(JFK_PCM.subarray(from, from + 64_000));
      client.send(finishTask('task-1'));
      await client.until(() => client.of(FINISHED).length > 0, 'the end', 30_000);
      said.push(
        sentences(client)
          .filter((sentence) => sentence.sentence_end)
          .map(({ text }) => text)
          .join(' '),
      );
    }
    assert.deepEqual(
      said.map((text) => text.includes('Amerigans')),
      [true, true, false, false],
      said.join('\n'),
    );
  });

  it('are not deployed after a change for as long as a script says', async () => {
    const service = await bench.start({ script: { hotWords: { undeployedMs: 3_600_000 } } });
    const { vocabulary_id } = (await ask(service, create())).output;
    const read = await ask(service, { action: 'query_vocabulary', vocabulary_id });
    const listed = await ask(service, { action: 'list_vocabulary' });
    assert.deepEqual(
      [read.output.status, at(listed.output, 'vocabulary_list.0.status')],
      ['UNDEPLOYED', 'UNDEPLOYED'],
    );
  });

  it('are used from their deployment on, by the model that they were made for', () => {
    let now = 0;
    const clock = { now: () => now, after: () => () => undefined };
    const lists = new HotWordLists({ clock, undeployedMs: 5_000, file: undefined });
    const list = lists.create('test', MODEL, WORDS);
    assert.deepEqual(lists.wordsFor(MODEL, list.id), []);
    now = 5_000;
    assert.deepEqual(lists.wordsFor(MODEL, list.id), WORDS);
    assert.deepEqual(lists.wordsFor('paraformer-realtime-v2', list.id), []);
    lists.update(list, WORDS);
    assert.deepEqual(lists.wordsFor(MODEL, list.id), []);
    now = 10_000;
    assert.deepEqual(lists.wordsFor(MODEL, list.id), WORDS);
  });

  describe('in a file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-lists-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('outlive the service', async () => {
      const hotWordsFile = path.join(folder, 'lists.json');
      const first = await bench.start({ hotWordsFile });
      const { vocabulary_id } = (await ask(first, create())).output;
      const gone = (await ask(first, create())).output;
      await ask(first, { action: 'delete_vocabulary', vocabulary_id: gone.vocabulary_id });
      const vocabulary = [{ text: 'Gestern', weight: 4, lang: 'de' }];
      await ask(first, { action: 'update_vocabulary', vocabulary_id, vocabulary });
      const before = await ask(first, { action: 'query_vocabulary', vocabulary_id });
      await first.close();

      const second = await bench.start({ hotWordsFile });
      const after = await ask(second, { action: 'query_vocabulary', vocabulary_id });
      assert.deepEqual(after.output, before.output);
      assert.deepEqual(after.output.vocabulary, vocabulary);
      const listed = await ask(second, { action: 'list_vocabulary' });
      assert.equal((listed.output.vocabulary_list as unknown[]).length, 1);
      assert.deepEqual(readdirSync(folder), ['lists.json']);
    });

    it('that cannot be written stay as they are, and the answer says so', async () => {
      const hotWordsFile = path.join(folder, 'none', 'lists.json');
      const service = await bench.start({ hotWordsFile });
      const { status, body } = await ask(service, create());
      assert.deepEqual([status, body.code], [500, 'InternalError']);
      assert.match(String(body.message), /lists\.json: cannot be written/);
      assert.deepEqual((await ask(service, { action: 'list_vocabulary' })).output.vocabulary_list, []);
    });

    it('that is none stop the start with the reason', async () => {
      const hotWordsFile = path.join(folder, 'lists.json');
      const good = { id: 'vocab-x', targetModel: MODEL, words: WORDS, created: '2026-11-28T18:00:00Z' };
      for (const [content, reason] of [
        ['{', /lists\.json: cannot be read/],
        ['{}', /Expected a list of hot-word lists, got {}/],
        ['[7]', /\[0\]: Expected a list, got 7/],
        ['[{}]', /`id` and `targetModel` to be text/],
        [JSON.stringify([{ ...good, words: [{ text: 'x', weight: 9 }] }]), /'weight' must be a whole number/],
        [JSON.stringify([good]), /Expected a time such as/],
      ] as const) {
        writeFileSync(hotWordsFile, content);
        await assert.rejects(bench.start({ hotWordsFile }), reason);
      }
    });
  });

  it('replace words that sound like them, the more the higher their weight, and no others', () => {
    const apply = (text: string, word: string, weight: number) =>
      applyHotWords(text, [{ text: word, weight }]);
    assert.equal(apply('Call Kwen tomorrow.', 'Qwen', 4), 'Call Qwen tomorrow.');
    assert.equal(apply('The note red flow.', 'Node-RED', 4), 'The Node-RED flow.');
    assert.equal(apply('I met Doctor Filips, yes.', 'Dr Philips', 1), 'I met Doctor Filips, yes.');
    assert.equal(apply('I met Filips, yes.', 'Philips', 4), 'I met Philips, yes.');
    assert.equal(apply('A can of worms.', 'Ann', 5), 'A can of worms.');
    assert.equal(apply('Ask what you can do.', 'Amerigans', 5), 'Ask what you can do.');
  });
});
