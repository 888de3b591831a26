import assert from 'node:assert/strict';
import type { LocalService } from '../../local-service';
import { applyHotWords } from '../../local-service/hot-words/apply';
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
    this.timeout(60_000);
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
