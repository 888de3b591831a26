import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { AsrError, HotWordLists } from '../../../lib';
import type { HotWordListsOptions } from '../../../lib';
import { useLiveServers } from '../../support/live-servers';
import { leaveNothingOpen } from '../../support/open-resources';

const KEY = 'sk-5ecre7-d0-not-show-7f3a';
const WORDS = [{ text: 'Qwen', weight: 5 }];
const NEW = { model: 'fun-asr-realtime', words: WORDS };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Answer =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(body));
  };

describe('the answers to requests for hot-word lists', () => {
  const servers = useLiveServers();
  leaveNothingOpen();

  async function listsAt(answer: Answer, options: HotWordListsOptions = {}): Promise<HotWordLists> {
    const url = await servers.http(answer);
    return new HotWordLists({ address: url.replace('http', 'ws'), apiKey: KEY, maxLists: 0, ...options });
  }

  async function errorOf(work: Promise<unknown>): Promise<AsrError> {
    const thrown: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(thrown instanceof AsrError, String(thrown));
    return thrown;
  }

  for (const [name, status, body, code, retryable] of [
    ['a refused key', 401, { code: 'InvalidApiKey', message: 'Invalid API-key.' }, 'AUTHENTICATION', false],
    ['a key without access', 403, { code: 'AccessDenied', message: 'Denied.' }, 'AUTHENTICATION', false],
    ['a debt', 400, { code: 'Arrearage', message: 'Overdue.' }, 'PAYMENT', false],
    ['too many requests', 429, { code: 'Throttling.RateQuota', message: 'Slow.' }, 'THROTTLED', true],
    ['throttling with another status', 400, { code: 'Throttling', message: 'Slow.' }, 'THROTTLED', true],
    ['a wrong field', 400, { code: 'InvalidParameter', message: 'prefix' }, 'REQUEST_REJECTED', false],
    ['an unknown code', 400, { code: 'BadRequest.Mystery', message: 'No.' }, 'REQUEST_REJECTED', false],
    ['a refusal with 200', 200, { code: 'InvalidParameter', message: 'No.' }, 'REQUEST_REJECTED', false],
    ['a fault with a code', 500, { code: 'InternalError', message: 'Oops.' }, 'SERVICE_ERROR', true],
    ['a fault without a code', 502, { error: 'bad gateway' }, 'SERVICE_ERROR', true],
    ['a redirect', 302, {}, 'REQUEST_REJECTED', false],
    ['another service', 404, {}, 'REQUEST_REJECTED', false],
    [
      'full, as the vendor says it',
      400,
      { code: 'Throttling.AllocationQuota', message: 'Free allocated quota exceeded.' },
      'HOT_WORD_LISTS_FULL',
      false,
    ],
    [
      'no such list, as an older page says it',
      416,
      { code: 'BadRequest.ResourceNotExist', message: 'The Required resource not exist.' },
      'HOT_WORD_LIST_NOT_FOUND',
      false,
    ],
  ] as const) {
    it(`are a typed error for ${name}, which has the status and the service's own code`, async () => {
      const lists = await listsAt(json(status, { request_id: 'r-1', ...body }));
      const error = await errorOf(lists.create(NEW));
      assert.deepEqual([error.code, error.retryable, error.httpStatus], [code, retryable, status]);
      assert.equal(error.serviceCode, 'code' in body ? body.code : undefined);
      assert.equal(error.requestId, 'r-1');
      assert.match(error.message, /^The service \(ws:.*\) refused to create the hot-word list/);
    });
  }

  it('tell a list that is not deployed, or that has a status nobody knows', async () => {
    for (const status of ['UNDEPLOYED', 'FAILED', undefined]) {
      const entry = { vocabulary_id: 'vocab-a', status, target_model: 'fun-asr-realtime', vocabulary: WORDS };
      const lists = await listsAt(
        json(200, { output: { ...entry, vocabulary_list: [entry, {}, null, 'x'] } }),
      );
      const [listed, ...more] = await lists.list();
      assert.deepEqual([listed?.id, listed?.isUsable, more.length], ['vocab-a', false, 0]);
      assert.match(listed?.reason ?? '', /recognition ignores a list that is not deployed/);
      const read = await lists.read('vocab-a', { forModel: 'fun-asr-realtime' });
      assert.deepEqual([read.isUsable, read.reason, read.words], [false, listed?.reason, WORDS]);
    }
  });

  it('end the reading of pages where the service gives the same page again and again', async () => {
    const page = Array.from({ length: 10 }, (_, index) => ({
      vocabulary_id: `vocab-${index}`,
      status: 'OK',
    }));
    let asked = 0;
    const answer = json(200, { output: { vocabulary_list: page } });
    const lists = await listsAt((request, response) => {
      asked += 1;
      answer(request, response);
    });
    assert.deepEqual([(await lists.all()).length, asked], [10, 2]);
  });

  it('are an error where they are no JSON, have no id, or are too long', async () => {
    const page: Answer = (_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('<html>Please log in</html>');
    };
    const error = await errorOf((await listsAt(page)).list());
    assert.equal(error.code, 'SERVICE_ERROR');
    assert.match(error.message, /no JSON: <html>Please log in/);
    const noId = await errorOf((await listsAt(json(200, { output: {} }))).create(NEW));
    assert.match(noId.message, /did not say its id/);
    const endless: Answer = (_request, response) => {
      response.writeHead(200, { connection: 'close' }).write(' '.repeat(2_000_000));
    };
    const long = await errorOf((await listsAt(endless)).list());
    assert.match(long.message, /more than 1048576 bytes/);
  });

  it('are waited for no longer than asked, before they begin and while they come', async () => {
    const half: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"output":');
    };
    for (const answer of [() => undefined, half]) {
      const lists = await listsAt(answer, { timeoutMs: 50 });
      const error = await errorOf(lists.list());
      assert.deepEqual([error.code, error.retryable], ['REQUEST_TIMEOUT', true]);
      assert.match(error.message, /within 50 ms\. Try again/);
      const created = await errorOf(lists.create(NEW));
      assert.deepEqual([created.code, created.retryable], ['REQUEST_TIMEOUT', false]);
      assert.match(created.message, /list the hot-word lists before/);
    }
  });

  it('are not waited for after an abort, also one that came before', async () => {
    const aborted = AbortSignal.abort();
    let asked = 0;
    const stop = new AbortController();
    const lists = await listsAt(() => {
      asked += 1;
      stop.abort();
    });
    assert.equal((await errorOf(lists.list({}, { signal: aborted }))).code, 'ABORTED');
    assert.equal(asked, 0);
    assert.equal((await errorOf(lists.delete('vocab-a', { signal: stop.signal }))).code, 'ABORTED');
    assert.equal(asked, 1);
  });

  it('never come where nobody listens; the error says how to start the local service', async () => {
    const lists = new HotWordLists({ region: 'local', address: 'ws://127.0.0.1:1' });
    const error = await errorOf(lists.list());
    assert.deepEqual([error.code, error.retryable], ['CONNECT_FAILED', true]);
    assert.match(error.message, /Start it with `flow-asr service`/);
  });

  it('never bring the key into an error or a list, whatever repeats it', async () => {
    const echo = `Bearer ${KEY} is what you sent`;
    const seen: unknown[] = [];
    const page: Answer = (_request, response) => {
      response.writeHead(200, { connection: 'close' }).end(echo);
    };
    for (const answer of [
      json(400, { code: echo, message: echo, request_id: echo }),
      json(401, { code: KEY, message: KEY }),
      json(500, { message: echo }),
      json(200, { output: { vocabulary_list: [{ vocabulary_id: KEY, status: echo, gmt_create: KEY }] } }),
      page,
    ]) {
      const lists = await listsAt(answer);
      seen.push(lists, await lists.list().catch((error: unknown) => error));
    }
    const thrower = new HotWordLists({
      region: 'local',
      apiKey: KEY,
      fetch: () => Promise.reject(new TypeError(`bad header ${KEY}`, { cause: new Error(echo) })),
    });
    seen.push(thrower, await errorOf(thrower.list()));
    for (const key of [`${KEY}\nX: 1`, `${KEY} `.repeat(2)])
      seen.push(await errorOf(Promise.resolve().then(() => new HotWordLists({ apiKey: key }))));
    for (const one of seen) {
      const text = inspect(one, { showHidden: true, depth: 20, getters: true });
      assert.ok(!text.includes(KEY), text);
      if (one instanceof Error) assert.ok(!`${one.message}${one.stack ?? ''}`.includes(KEY));
    }
  });
});
