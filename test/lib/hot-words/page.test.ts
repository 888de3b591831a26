import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as library from '../../../lib';
import { ServiceBench } from '../../support/local-service';

const ROOT = path.join(__dirname, '../../..');
const PAGE = readFileSync(path.join(ROOT, 'docs/hot-words.md'), 'utf8');

describe('the example of docs/hot-words.md', function () {
  this.timeout(60_000);

  const bench = new ServiceBench();

  it('is heard without and with the list as the page says', async () => {
    const [, code = ''] = /```js\n([^]*?)```/.exec(PAGE) ?? [];
    const [, said = ''] = /```\n(Please[^]*?)```/.exec(PAGE) ?? [];
    const { url } = await bench.start({ engine: 'recogniser' });
    const load = (name: string): unknown => {
      assert.equal(name, '@flow-asr/n8n-nodes-realtime-asr');
      return library;
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const make = new Function('require', `${code}; return example;`) as (
      require: (name: string) => unknown,
    ) => (service: object, recording: string) => Promise<string[]>;
    const texts = await make(load)(
      { region: 'local', address: url },
      path.join(ROOT, 'test/fixtures/meyerhofer.wav'),
    );
    assert.deepEqual(texts, said.trim().split('\n'));
  });
});
