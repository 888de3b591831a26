import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INodeExecutionData } from 'n8n-workflow';
import { GivenAudio } from '../../nodes/n8n/shared/given-audio';
import { silence, wav } from '../support/scripted-audio';
import { useN8n } from './support/n8n-rig';
import type { TestNode } from './support/n8n-rig';

const BY_URL = { source: 'url', url: '={{ $json.url }}' };
const INTERIM = 0;
const FINAL = 1;

/** Half a second of samples that all have this value. */
function level(value: number): Buffer {
  return Buffer.from(new Int16Array(8000).fill(value).buffer);
}

describe("Retry On Fail in n8n's engine", () => {
  const n8n = useN8n();
  /** The server's answer to a request, by the number of the request. */
  let answers: ((response: http.ServerResponse) => void)[] = [];
  let requests = 0;
  const asked: string[] = [];
  let server: http.Server;
  let address = '';

  before(async () => {
    server = http.createServer(({ url = '' }, response) => {
      asked.push(url);
      const value = Number(url.slice(1));
      if (value > 0) {
        response.end(wav(level(value)));
        return;
      }
      answers[Math.min(requests, answers.length - 1)]?.(response);
      requests += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(async () => {
    requests = 0;
    asked.length = 0;
    await n8n.serve({ utterances: ['Hello.'] }, { keepAudio: true });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const urls = (...paths: string[]) =>
    paths.map((path): INodeExecutionData => ({ json: { url: address + path } }));

  /** Sends the first `share` of a recording, and then breaks the connection off. */
  const broken = (file: Buffer, share: number) => (response: http.ServerResponse) => {
    response.setHeader('content-length', file.length);
    response.write(file.subarray(0, Math.round(file.length * share)), () => response.destroy());
  };
  const whole = (file: Buffer) => (response: http.ServerResponse) => {
    response.end(file);
  };

  /** Three recordings by address. The test decides what happens to the second. */
  function append(more: Partial<TestNode>): TestNode[] {
    return [
      {
        name: 'Start',
        type: 'items',
        items: urls('/1000', '/tested', '/3000'),
        to: [['Open', 'Append', 'Finish']],
      },
      { name: 'Open', type: 'asrSession', parameters: { operation: 'open', mode: 'manual' } },
      {
        name: 'Append',
        type: 'asrAppendAudio',
        parameters: BY_URL,
        maxTries: 3,
        ...more,
      },
      { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish' } },
    ];
  }

  /** The levels of the audio at the service, each with its number of samples. */
  function heard(): Record<number, number> {
    const audio = Buffer.concat(n8n.service.sessions[0]!.audio);
    const counts: Record<number, number> = {};
    for (let at = 0; at < audio.length; at += 2) {
      const value = Math.round(audio.readInt16LE(at) / 1000) * 1000;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
  }

  for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
    it(`says nothing twice, and goes on where an item broke (${onError})`, async () => {
      answers = [broken(wav(level(2000)), 0.5), broken(wav(level(2000)), 0.8), whole(wav(level(2000)))];
      const result = await n8n.run(append({ onError }));
      assert.equal(requests, 3);
      assert.equal(result.run.status, 'success');
      assert.deepEqual(heard(), { 1000: 8000, 2000: 8000, 3000: 8000 });
      assert.deepEqual(
        result.json('Append', INTERIM).map(({ type }) => type),
        ['interim', 'interim', 'interim'],
      );
      assert.ok(result.json('Finish', FINAL).some(({ text }) => text === 'Hello.'));
    });
  }

  it('says that it cannot go on with audio that is another one at the next try', async () => {
    answers = [broken(wav(level(2000)), 0.5), whole(wav(level(5000)))];
    const result = await n8n.run(append({ onError: 'continueRegularOutput' }));
    const [, failed, last] = result.json('Append', INTERIM);
    assert.match(failed?.error as string, /not what it was at the first try.*nothing is said twice/);
    assert.equal(last?.type, 'interim');
    assert.equal(heard()[5000], undefined);
  });

  it('commits and finishes a session once, and fails where n8n looks for it', async () => {
    const sides = ['left', 'right'].map((side): INodeExecutionData => ({ json: { side } }));
    const named = { sessionName: '={{ $json.side }}' };
    const open = { name: 'Open', type: 'asrSession', parameters: { operation: 'open', sessionName: 'left' } };
    const start = (to: string[]): TestNode => ({ name: 'Start', type: 'items', items: sides, to: [to] });
    const tried = { onError: 'continueRegularOutput', maxTries: 2 } as const;
    const result = await n8n.run([
      start(['Open', 'Append', 'Commit', 'Finish']),
      open,
      {
        name: 'Append',
        type: 'asrAppendAudio',
        parameters: { sessionName: 'left', source: 'base64', base64: wav(silence(3000)).toString('base64') },
      },
      { name: 'Commit', type: 'asrCommit', parameters: { ...named, itemPer: 'commit' }, ...tried },
      { name: 'Finish', type: 'asrSession', parameters: { operation: 'finish', ...named }, ...tried },
    ]);
    for (const name of ['Commit', 'Finish']) {
      assert.ok(
        result.json(name, INTERIM).every(({ error }) => error === undefined),
        name,
      );
      const [left, right] = result.json(name, FINAL);
      assert.notEqual(left?.type, undefined, name);
      assert.match(right?.error as string, /No session "right" is open/);
    }
    assert.equal(result.json('Commit', FINAL)[0]?.text, 'Hello.');
  });

  it('transcribes only what has failed', async () => {
    answers = [broken(wav(level(2000)), 0.01), whole(wav(level(2000)))];
    const result = await n8n.run([
      {
        name: 'Start',
        type: 'items',
        items: urls('/1000', '/tested'),
        to: [['Transcribe']],
      },
      {
        name: 'Transcribe',
        type: 'asrTranscribe',
        parameters: { ...BY_URL, options: { atOnce: 1 } },
        maxTries: 2,
      },
    ]);
    assert.equal(result.run.status, 'success');
    assert.equal(result.json('Transcribe').length, 2);
    assert.deepEqual(asked, ['/1000', '/tested', '/tested']);
  });
});

describe('the audio that a session has of an item', () => {
  async function* chunks(...sizes: number[]): AsyncIterable<Uint8Array> {
    for (const size of sizes) yield await Promise.resolve(Buffer.alloc(size, 7));
  }

  async function sizes(audio: AsyncIterable<Uint8Array>): Promise<number[]> {
    const found: number[] = [];
    for await (const { length } of audio) found.push(length);
    return found;
  }

  it('is left out at the next try, however the audio comes in pieces', async () => {
    const given = new GivenAudio();
    given.took(Buffer.alloc(100, 7));
    given.took(Buffer.alloc(20, 7));
    assert.deepEqual(await sizes(given.rest(chunks(50, 50, 50, 50))), [30, 50]);
    assert.deepEqual(await sizes(given.rest(chunks(120))), []);
    await assert.rejects(sizes(given.rest(chunks(110))), { code: 'BAD_AUDIO' });
  });

  it('is not gone on with where the session has refused its middle, and is where it has taken nothing', async () => {
    const given = new GivenAudio();
    given.refused(new Error('no audio'));
    assert.deepEqual(await sizes(given.rest(chunks(50))), [50]);
    given.took(Buffer.alloc(50, 7));
    given.refused(new Error('no audio'));
    await assert.rejects(sizes(given.rest(chunks(50, 50))), { message: 'no audio' });
  });
});
