import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pageFlow, WirePage } from '../support/microphone-door';
import { helper } from '../support/node-red';
import type { Flow } from '../support/node-red';
import { useService } from '../support/node-red-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

describe('the microphone node with the microphones of browsers', () => {
  const { serve } = useService();
  const pages: WirePage[] = [];

  afterEach(() => {
    for (const page of pages.splice(0)) page.socket.terminate();
  });

  async function start(...more: Parameters<typeof pageFlow> extends [string, ...infer R] ? R : never) {
    const { url } = await serve({ utterances: ['One.', 'Two.'], loop: true });
    return pageFlow(url, ...more);
  }

  async function open(token?: string): Promise<WirePage> {
    const page = await new WirePage().open(token);
    pages.push(page);
    return page;
  }

  const finals = (page: WirePage): unknown[] =>
    page.heard.filter(({ type }) => type === 'final').map(({ text }) => text);
  const actions = (flow: Flow): unknown[] =>
    flow.received('heard').flatMap(({ action, topic }) => (action ? [[action, topic]] : []));
  const badge = (flow: Flow) => flow.badgeTexts('microphone').at(-1);

  it('gives each page its own session and its own words, though the session node has no key', async () => {
    const flow = await start();
    const [one, two] = [await open(), await open()];
    await waitUntil(() => badge(flow) === 'pages: 2', 'the badge');
    one.speak(silence(3000));
    await waitUntil(() => finals(one).length === 2, 'the words of the first');
    assert.deepEqual(finals(two), []);
    two.speak(silence(1500));
    await waitUntil(() => finals(two).length === 1, 'the words of the second');
    assert.deepEqual(finals(two), ['One.']);
    const [first] = flow.received('heard') as never as Record<string, unknown>[];
    const { rate, channels, bits, encoding } = first!;
    assert.deepEqual([rate, channels, bits, encoding], [16_000, 1, 16, 'signed-integer']);
    assert.equal(new Set(flow.received('heard').map(({ topic }) => topic)).size, 2);
    assert.ok(!JSON.stringify(flow.received('heard')).includes(one.id));
  });

  it('ends the sentence when a button is let go, and the session when somebody leaves', async () => {
    const flow = await start();
    const page = await open();
    page.speak(silence(500));
    page.socket.send('{"action":"commit"}');
    await waitUntil(() => finals(page).length === 1, 'the words');
    page.leave();
    await waitUntil(() => actions(flow).length === 2, 'the end of the session');
    const [{ topic } = { topic: '' }] = flow.received('heard');
    assert.deepEqual(actions(flow), [
      ['commit', topic],
      ['finish', topic],
    ]);
    await waitUntil(
      () => flow.received('events').some(({ asr }) => (asr as { type: string }).type === 'finished'),
      'the session to finish',
    );
    assert.equal(badge(flow), 'waiting for pages');
  });

  it('keeps the session of a page that loses its connection and comes back', async () => {
    const flow = await start();
    const page = await open();
    page.speak(silence(500));
    await waitUntil(() => flow.received('heard').length > 0, 'audio');
    page.socket.terminate();
    await page.open();
    page.speak(silence(1500));
    await waitUntil(() => finals(page).length === 1, 'the words');
    assert.deepEqual(actions(flow), []);
    assert.equal(new Set(flow.received('heard').map(({ topic }) => topic)).size, 1);
  });

  it('tells a page that comes back what of its audio has come, and its last finals again', async () => {
    const flow = await start();
    const page = await open();
    const counts = () => page.heard.filter(({ type }) => type === 'heard').map(({ frames }) => frames);
    await waitUntil(() => counts().length === 1, 'the first count');
    // 25 frames
    page.speak(silence(2500));
    await waitUntil(() => finals(page).length > 0, 'a final');
    await waitUntil(() => counts().length === 26, 'a count for each frame');
    assert.equal(flow.received('heard').length, 25);
    const before = finals(page);
    page.socket.terminate();
    page.heard.length = 0;
    await page.open();
    await waitUntil(() => finals(page).length >= before.length, 'the finals again');
    assert.deepEqual(finals(page).slice(0, before.length), before);
    assert.deepEqual(counts(), [25]);
    // What is told while the page is away, and lost with its next connection, is told on the one after that.
    page.socket.terminate();
    await waitUntil(() => flow.badgeTexts('microphone').length > 0, 'the badge');
    const { topic, _session } = flow.received('heard')[0] as never as Record<string, unknown>;
    const asr = { type: 'final', sentenceId: 'away', text: 'Away.' };
    flow.send('microphone', { topic, _session, asr } as never);
    for (let connection = 0; connection < 2; connection++) {
      page.heard.length = 0;
      await page.open();
      await waitUntil(() => finals(page).at(-1) === 'Away.', 'what was said meanwhile');
      page.socket.terminate();
    }
  });

  it('shows a page the errors of a Catch node for its own messages', async () => {
    const flow = await start();
    const [one, two] = [await open(), await open()];
    one.speak(silence(100));
    const { topic, ...rest } = (await flow.message('heard')) as unknown as Record<string, unknown>;
    flow.send('microphone', { topic, _session: rest._session, error: { message: 'No.' } } as never);
    await waitUntil(() => one.heard.some(({ type }) => type === 'error'), 'the error');
    assert.ok(!two.heard.some(({ type }) => type === 'error'));
  });

  it('asks for its token, and lets nobody in with another one', async () => {
    await start({}, 'sesame – 1234');
    const page = new WirePage();
    for (const token of ['', 'sesame']) {
      assert.deepEqual(await page.askTicket(token), { status: 403, code: 'token' });
    }
    await open('sesame – 1234');
  });

  it('serves the page beside others, stops by msg.action, and tells whoever speaks', async () => {
    const flow = await start();
    const page = await open();
    const url = `${helper.url()}/microphone`;
    const answer = await fetch(url);
    assert.ok(answer.url.endsWith('/microphone/'));
    assert.match(await answer.text(), /main\.js/);
    page.speak(silence(100));
    await waitUntil(() => flow.received('heard').length > 0, 'audio');
    flow.send('microphone', { action: 'stop' });
    const [code] = (await once(page.socket, 'close')) as [number];
    assert.equal(code, 1012);
    await waitUntil(() => badge(flow) === 'stopped', 'the badge');
    assert.equal(actions(flow).at(-1)?.toString().startsWith('finish'), true);
    assert.equal((await fetch(url)).status, 404);
    flow.send('microphone', { action: 'start' });
    await waitUntil(() => badge(flow) === 'waiting for pages', 'the badge');
    assert.equal((await fetch(url)).status, 200);
  });

  it('says which path is none', async () => {
    const flow = await start({ path: '/a/../b' });
    await waitUntil(() => badge(flow) === 'bad setting', 'the badge');
  });
});
