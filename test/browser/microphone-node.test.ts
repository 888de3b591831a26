import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import { systemEnvironment } from '../../lib/transport/system';
import { FaultProxy } from '../chaos/fault-proxy';
import type { NodeRed } from '../hosts/support/node-red';
import { ROOT } from '../hosts/support/packed';
import { launchBrowser, type Browser } from '../support/browser';
import { eventually } from '../support/eventually';
import { waitUntil } from '../support/wait-until';
import { violationsOf } from './support/axe';
import { captionsFlow } from './support/captions-flow';
import { startHost } from './support/host';
import { MicrophonePage } from './support/microphone-page';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const SCRIPT = {
  defaults: { wordMs: 150, gapMs: 2500 },
  utterances: [{ text: 'One two three.', emotion: 'happy' }, 'Four five six.'],
  loop: true,
};
const TOKEN = 'a long word of ours';

describe('the page of the microphone node', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  const closing: (() => Promise<void>)[] = [];
  const pages: MicrophonePage[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'script', script: SCRIPT });
    closing.push(() => service.close());
    nodeRed = await startHost();
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser({ microphone: RECORDING });
    closing.push(() => browser.close());
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    await waitUntil(() => service.connectionCount === 0, 'the sessions of the closed pages', 60_000);
  });

  async function open(locale: string): Promise<MicrophonePage> {
    const page = await MicrophonePage.open(browser, nodeRed, { locale });
    pages.push(page);
    return page;
  }

  it('shows two people their own words at the same time, in English and in Chinese', async () => {
    await nodeRed.deploy(captionsFlow(service.url));
    const [english, chinese] = [await open('en-US'), await open('zh-CN')];
    await english.talk();
    await english.page.locator('#sentences li:not(.interim)').first().waitFor();
    assert.equal(await chinese.text(), '');
    await chinese.talk();
    await chinese.page.locator('#sentences .interim').first().waitFor();
    await chinese.page.locator('#sentences li:not(.interim)').first().waitFor();
    assert.match(await chinese.text(), /^One two three\./);
    assert.equal((await english.emotions(1))[0], 'happy');
    for (const page of pages) {
      assert.deepEqual(await violationsOf(page.page), []);
      assert.deepEqual(page.faults, []);
    }
  });

  it('loses no audio that was on its way when its connection broke', async () => {
    await nodeRed.deploy(captionsFlow(service.url));
    const { port } = new URL(nodeRed.url);
    const proxy = await FaultProxy.start({
      port: Number(port),
      planFor: () => ({ faults: [] }),
      clock: systemEnvironment.clock,
    });
    closing.push(() => proxy.close());
    const page = await MicrophonePage.open(browser, { url: proxy.url.replace('ws:', 'http:') });
    pages.push(page);
    // What was sent twice is the same piece of memory.
    await page.page.evaluate(`{
      window.sent = new Set();
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        if (typeof data !== 'string') window.sent.add(data);
        return send.call(this, data);
      };
    }`);
    const sentBytes = () =>
      page.page.evaluate<number>('[...window.sent].reduce((sum, { byteLength }) => sum + byteLength, 0)');
    await page.talk();
    await page.page.locator('#sentences li').first().waitFor();
    proxy.halfOpen();
    const before = await sentBytes();
    await eventually(async () => (await sentBytes()) > before + 32_000, 'a second that gets lost', 30_000);
    proxy.reset();
    await page.page.locator('#state', { hasText: 'no connection' }).waitFor();
    await page.page.locator('#state', { hasText: 'listening' }).waitFor();
    await page.stop();
    await waitUntil(() => service.sessions.at(-1)?.closed !== undefined, 'the end of the session', 60_000);
    assert.equal(service.sessions.at(-1)!.audioBytes, await sentBytes());
    assert.equal(await page.page.locator('#problem').isHidden(), true);
  });

  it('ends the sentence when the button is let go', async () => {
    await nodeRed.deploy(captionsFlow(service.url));
    const page = await open('en-US');
    await page.page.getByLabel('while I hold the button').check();
    await page.page.getByRole('button', { name: 'Hold to talk' }).focus();
    await page.page.keyboard.down(' ');
    await page.page.locator('#sentences .interim').first().waitFor();
    await page.page.keyboard.up(' ');
    await page.page.locator('#sentences li:last-child:not(.interim)').waitFor();
    assert.deepEqual(page.faults, []);
  });

  it('asks for the token, says that another one is wrong, and speaks with the right one', async () => {
    await nodeRed.deploy(captionsFlow(service.url, { credentials: { token: TOKEN } }));
    const context = await browser.newContext({ locale: 'en-US' });
    try {
      const page = await context.newPage();
      await page.goto(`${nodeRed.url}/microphone/`);
      const field = page.getByLabel('Token');
      await field.fill('another');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.locator('#problem', { hasText: 'not the one' }).waitFor();
      assert.deepEqual(await violationsOf(page), []);
      await field.fill(TOKEN);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.locator('#state', { hasText: 'ready' }).waitFor();
      const linked = await context.newPage();
      await linked.goto(`${nodeRed.url}/microphone/#token=${encodeURIComponent(TOKEN)}`);
      await linked.locator('#state', { hasText: 'ready' }).waitFor();
    } finally {
      await context.close();
    }
  });
});
