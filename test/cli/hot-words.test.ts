import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { HotWordListInfo } from '../../lib';
import type { ScriptFile } from '../../local-service';
import { ServiceBench } from '../support/local-service';
import { runCli } from '../support/cli';
import type { CliResult } from '../support/cli';
import { startUnreadable } from '../support/unreadable-lists';

const KEY = 'sk-right-0123456789';
const MODEL = 'fun-asr-realtime';

describe('flow-asr hot-words', function () {
  this.timeout(60_000);
  this.slow(10_000);

  const bench = new ServiceBench();
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'flow-asr-hot-words-'));
    file = path.join(folder, 'words.csv');
    writeFileSync(file, '\uFEFFword,weight,lang\r\nModel Studio,5,\r\n"Boeing 747",3,en\r\n');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function start(
    script: ScriptFile = {},
  ): Promise<(args: string[], input?: string, key?: string) => Promise<CliResult>> {
    const { url } = await bench.start({ apiKey: KEY, script });
    return (args, input, key = KEY) =>
      runCli(['hot-words', ...args, '--address', url], { DASHSCOPE_API_KEY: key }, input);
  }

  it('creates a list from CSV, shows it, changes it from standard input, and deletes it', async () => {
    const run = await start();
    const created = await run(['create', file, '--model', MODEL, '--prefix', 'shop']);
    assert.deepEqual([created.exitCode, created.stderr], [0, '']);
    const id = created.stdout.trim();
    assert.match(id, /^vocab-shop-\w+$/);

    const shown = await run(['show', id]);
    assert.deepEqual(shown, {
      exitCode: 0,
      stdout: 'word,weight,lang\nModel Studio,5,\nBoeing 747,3,en\n',
      stderr: '',
    });
    assert.equal((await run(['update', id, '-'], '阿里云\nQwen 5\n')).exitCode, 0);
    assert.equal((await run(['show', id])).stdout, 'word,weight\n阿里云,4\nQwen,5\n');

    const listed = await run(['list']);
    assert.match(listed.stdout, new RegExp(`^${id}\tOK\t\\d{4}-\\d\\d-\\d\\d [\\d:]+\n$`));
    const asJson = JSON.parse((await run(['list', '--json'])).stdout) as { id: string; isUsable: boolean }[];
    assert.deepEqual(
      asJson.map((list) => [list.id, list.isUsable]),
      [[id, true]],
    );
    assert.equal((await run(['delete', id])).exitCode, 0);
    assert.equal((await run(['list'])).stdout, '');
    const gone = await run(['show', id]);
    assert.deepEqual([gone.exitCode, gone.stdout], [1, '']);
    assert.match(gone.stderr, /^flow-asr: .*BadRequest\.ResourceNotExist.*\(request .*\)\n$/);
  });

  it('says that another model ignores the list', async () => {
    const run = await start();
    const id = (await run(['create', '-', '--model', MODEL], '["Qwen"]')).stdout.trim();
    const { exitCode, stdout, stderr } = await run(['show', id, '--model', 'paraformer-realtime-v2']);
    assert.deepEqual([exitCode, stdout], [0, 'word,weight\nQwen,4\n']);
    assert.match(stderr, /^flow-asr: vocab-words-\w+: It was made for the model fun-asr-realtime/);
  });

  it('says of a list that it makes or changes whether recognition ignores it', async () => {
    const run = await start({ hotWords: { undeployedMs: 3_600_000 } });
    const undeployed = /^flow-asr: vocab-words-\w+: Its status is UNDEPLOYED, and recognition ignores/m;
    const created = await run(['create', '-', '--json', '--model', MODEL], '["Qwen"]');
    assert.match(created.stderr, undeployed);
    const { id, status, isUsable, reason } = JSON.parse(created.stdout) as HotWordListInfo;
    assert.deepEqual([status, isUsable], ['UNDEPLOYED', false]);
    assert.match(reason ?? '', /not deployed/);
    assert.match((await run(['update', id, '-'], '["Qwen"]')).stderr, undeployed);
  });

  it('has made and changed a list although it cannot read it then', async () => {
    await using service = await startUnreadable();
    const { address } = service;
    const created = await runCli(
      ['hot-words', 'create', '-', '--model', MODEL, '--address', address],
      {},
      'Ann',
    );
    assert.deepEqual(created, { exitCode: 0, stdout: 'vocab-x\n', stderr: '' });
    const changed = await runCli(['hot-words', 'update', 'vocab-x', '-', '--address', address], {}, 'Ann');
    assert.deepEqual([changed.exitCode, changed.stdout], [0, '']);
    assert.match(changed.stderr, /vocab-x: 1 words/);
  });

  it('ends with the documented exit code, and never says the key', async () => {
    const run = await start();
    for (const [args, input, exitCode, message] of [
      [[], undefined, 2, /Expected one of list, show, create, update, delete/],
      [['forget'], undefined, 2, /got "forget"/],
      [['constructor'], undefined, 2, /got "constructor"/],
      [['list', 'vocab-x'], undefined, 2, /Expected list alone/],
      [['update', 'vocab-x'], undefined, 2, /Expected update ID FILE/],
      [['create', '-'], 'Qwen', 2, /Expected --model/],
      [['create', '-', '--model', 'qwen3-asr-flash-realtime'], 'Qwen', 2, /takes no hot-word list/],
      [['create', '-', '--model', MODEL], 'Qwen 9', 2, /weight of "Qwen"/],
      [['create', '-', '--model', MODEL], '', 2, /1 to 500 words, got 0/],
      [['create', path.join(folder, 'none'), '--model', MODEL], undefined, 1, /Cannot read/],
      [['create', '-', '--model', MODEL], 'x'.repeat(1024 * 1024 + 1), 1, /more than 1048576 bytes/],
    ] as const) {
      const result = await run([...args], input);
      assert.deepEqual([result.exitCode, result.stdout], [exitCode, ''], args.join(' '));
      assert.match(result.stderr, message);
    }
    const refused = await run(['list'], undefined, 'sk-wrong-0123456789');
    assert.equal(refused.exitCode, 3);
    assert.match(refused.stderr, /Keys are per region/);
    assert.doesNotMatch(refused.stderr, /sk-wrong/);
    const keyless = await runCli(['hot-words', 'list']);
    assert.deepEqual([keyless.exitCode, keyless.stdout], [3, '']);
    assert.match(keyless.stderr, /needs an API key/);
  });

  it('lets no control character of the service reach the terminal', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\u202e';
    const list = { vocabulary_id: `vocab-${evil}`, status: evil, gmt_modified: evil };
    const vocabulary = [{ text: `a${evil}`, weight: 4 }];
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { connection: 'close' });
      response.end(JSON.stringify({ output: { vocabulary_list: [list], ...list, vocabulary } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const args of [['list'], ['list', '--json'], ['show', 'vocab-x'], ['show', 'vocab-x', '--json']]) {
        const { exitCode, stdout, stderr } = await runCli(['hot-words', ...args, '--address', address]);
        assert.equal(exitCode, 0, stderr);
        assert.doesNotMatch((stdout + stderr).replaceAll(/[\n\t]/g, ''), /[\p{Cc}\u202e]/u, args.join(' '));
      }
    } finally {
      server.close();
    }
  });
});
