import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import type { FlowNode, NodeRed } from '../hosts/support/node-red';
import { ROOT } from '../hosts/support/packed';
import { launchBrowser, type Browser, type Page } from '../support/browser';
import { eventually } from '../support/eventually';
import { waitUntil } from '../support/wait-until';
import { violationsOf } from './support/axe';
import { readExample } from './support/editor';
import { startHost } from './support/host';
import { MicrophonePage } from './support/microphone-page';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');

/** Says one sentence a second, in whatever it hears. */
const SCRIPT = {
  // A pause that is longer than the silence which ends a sentence.
  defaults: { wordMs: 150, gapMs: 2500 },
  utterances: [{ text: 'One two three.', emotion: 'happy' }, 'Four five six.', 'Seven eight nine.'],
  loop: true,
};

describe('the page of the live microphone', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  let session: string;
  let page: MicrophonePage | undefined;
  const closing: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'script', script: SCRIPT });
    closing.push(() => service.close());
    nodeRed = await startHost();
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser({ microphone: RECORDING });
    closing.push(() => browser.close());
    await deploy();
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  afterEach(async () => {
    await page?.close();
    page = undefined;
    await waitUntil(() => service.connectionCount === 0, 'the session of the closed page to finish', 60_000);
  });

  it('shows interims in grey and finals in black, with the emotion', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    await page.talk();
    const grey = await colourOf(page.page, '#sentences .interim span');
    const black = await colourOf(page.page, '#sentences li:not(.interim) span');
    assert.notEqual(grey, black);
    assert.equal((await page.emotions(1))[0], 'happy');
    await page.stop();
    await page.page.locator('#sentences .interim').first().waitFor({ state: 'detached' });
    assert.deepEqual(page.faults, []);
  });

  it('sends audio only while the button is held, and ends the sentence then', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    await page.page.getByLabel('while I hold the button').check();
    const talk = page.page.getByRole('button', { name: 'Hold to talk' });
    await talk.focus();
    await page.page.keyboard.down(' ');
    await page.page.locator('#sentences .interim').first().waitFor();
    await page.page.keyboard.up(' ');
    await page.page.locator('#sentences li:last-child:not(.interim)').waitFor();
    assert.equal(await talk.getAttribute('aria-pressed'), 'false');

    const heardMs = async () => (await openSession()).audioInMs;
    let before = await heardMs();
    await eventually(
      async () => {
        const now = await heardMs();
        const isStill = now === before;
        before = now;
        return isStill;
      },
      'the audio to stop',
      30_000,
    );

    const count = await page.page.locator('#sentences li').count();
    const box = (await talk.boundingBox())!;
    await page.page.mouse.move(box.x + 20, box.y + 20);
    await page.page.mouse.down();
    await page.page.locator('#sentences li').nth(count).waitFor();
    await page.page.mouse.up();
    assert.ok((await heardMs()) > before);
    assert.deepEqual(page.faults, []);
  });

  it('lets the browser remove echo and noise, until that is switched off', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    const microphones = await page.watchMicrophones();
    const asked = async () =>
      (await microphones()).map(({ echoCancellation, noiseSuppression }) => [
        echoCancellation,
        noiseSuppression,
      ]);
    await page.talk();
    assert.deepEqual(await asked(), [[true, true]]);
    await page.page.locator('#sentences li').first().waitFor();
    const before = (await openSession()).audioInMs;
    await page.page.getByLabel('Remove echo and noise').uncheck();
    await eventually(async () => (await asked()).length === 2, 'the microphone to open again', 30_000);
    assert.deepEqual((await asked())[1], [false, false]);
    await eventually(async () => (await openSession()).audioInMs > before, 'audio of it', 30_000);
    assert.deepEqual(page.faults, []);
  });

  it('offers the microphones where there are several, and asks for no token where there is none', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    const asked = await page.watchMicrophones();
    await page.talk();
    // Chromium's file stands for more than one microphone.
    const choice = page.page.getByRole('combobox', { name: 'Microphone' });
    await choice.waitFor();
    assert.equal(await page.page.locator('#token').isVisible(), false);
    const names = await choice.locator('option').allInnerTexts();
    assert.ok(names.length > 1, names.join());
    await page.page.locator('#sentences li').first().waitFor();
    await choice.selectOption({ label: names.at(-1)! });
    await eventually(async () => (await asked()).length === 2, 'the other one to be opened', 30_000);
    assert.equal((await asked())[1]?.deviceId?.exact, await choice.inputValue());
    const before = (await openSession()).audioInMs;
    await eventually(async () => (await openSession()).audioInMs > before, 'audio of it', 30_000);
    assert.deepEqual(page.faults, []);
  });

  it('sends nothing while it is muted', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    await page.talk();
    await page.page.locator('#sentences li').first().waitFor();
    await page.page.getByRole('button', { name: 'Mute' }).click();
    await page.page.locator('#state', { hasText: 'muted' }).waitFor();
    await page.page.locator('#sentences li:last-child:not(.interim)').waitFor();
    const { audioInMs } = await openSession();
    const count = await page.page.locator('#sentences li').count();
    await page.page.getByRole('button', { name: 'Mute' }).click();
    await page.page.locator('#sentences li').nth(count).waitFor();
    assert.ok((await openSession()).audioInMs > audioInMs);
  });

  it('connects again after a redeploy, and sends what was said meanwhile', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    await page.talk();
    await page.page.locator('#sentences li').first().waitFor();
    await nodeRed.deploy([]);
    await page.page.locator('#state', { hasText: 'no connection' }).waitFor();
    assert.match(await page.problem(), /has no microphone here at the moment/);
    const count = await page.page.locator('#sentences li').count();
    await deploy();
    await page.page.locator('#state', { hasText: 'listening' }).waitFor({ timeout: 30_000 });
    await page.page.locator('#sentences li').nth(count).waitFor();
    assert.equal(await page.page.locator('#problem').isHidden(), true);
  });

  it('shows the errors of the recogniser', async () => {
    page = await MicrophonePage.open(browser, nodeRed);
    await deploy({ region: 'custom', address: 'ws://127.0.0.1:1' });
    await page.page.locator('#state', { hasText: 'ready' }).waitFor();
    await page.page.locator('#talk').click();
    await page.page.locator('#problem').getByText('127.0.0.1:1').waitFor({ timeout: 60_000 });
    await deploy();
  });

  const refusals = [
    { name: 'NotAllowedError', says: /Allow it beside the address/, zh: /请在地址栏旁允许/ },
    { name: 'NotFoundError', says: /No microphone was found/, zh: /没有找到麦克风/ },
    { name: 'NotReadableError', says: /in use by another program/, zh: /正被其他程序使用/ },
  ];
  for (const { name, says, zh } of refusals) {
    it(`says what to do after ${name}, in both languages`, async () => {
      for (const [locale, expected] of [
        ['en-US', says],
        ['zh-CN', zh],
      ] as const) {
        page = await MicrophonePage.open(browser, nodeRed, { locale });
        await page.page.evaluate(
          `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('why', '${name}'))`,
        );
        await page.page.locator('#talk').click();
        await page.page.locator('#problem').waitFor();
        assert.match(await page.problem(), expected);
        assert.equal(await page.page.locator('#talk').getAttribute('aria-pressed'), 'false');
        await page.close();
      }
      page = undefined;
    });
  }

  it('says why there is no microphone on a page that is not secure', async () => {
    const insecure = await launchBrowser();
    try {
      const opened = await insecure.newPage();
      // A name that is this machine, and is not `localhost` for the browser.
      await opened.route('http://node-red.example/**', (route) => {
        const url = route.request().url().replace('http://node-red.example', nodeRed.url);
        return route.fetch({ url }).then((response) => route.fulfill({ response }));
      });
      await opened.goto('http://node-red.example/microphone/');
      const problem = opened.locator('#problem');
      await problem.getByText('http://node-red.example').waitFor();
      assert.match(await problem.innerText(), /https:\/\/ or from localhost/);
      assert.equal(await opened.locator('#talk').isDisabled(), true);
    } finally {
      await insecure.close();
    }
  });

  it('is served beside the flows, with a policy that allows nothing foreign', async () => {
    const served = await fetch(`${nodeRed.url}/microphone/`);
    const policy = (served.headers.get('content-security-policy') ?? '').split('; ');
    for (const rule of ["default-src 'self'", "connect-src 'self'", "frame-ancestors 'self'"]) {
      assert.ok(policy.includes(rule), `${rule} in ${policy.join('; ')}`);
    }
    assert.equal(served.headers.get('x-content-type-options'), 'nosniff');
    assert.match(served.headers.get('permissions-policy') ?? '', /microphone=\(self\)/);
    const bare = await fetch(`${nodeRed.url}/microphone?lang=zh`, { redirect: 'manual' });
    assert.equal(bare.headers.get('location'), 'microphone/?lang=zh');
    assert.equal((await fetch(`${nodeRed.url}/microphone/route.js`)).status, 404);
  });

  it('sends audio to no other server than its own', async () => {
    const opened = await browser.newPage();
    const asked: string[] = [];
    opened.on('websocket', (socket) => asked.push(socket.url()));
    for (const more of ['?path=//evil.example/ws', '?socket=https://evil.example/', '#//evil.example/']) {
      await opened.goto(`${nodeRed.url}/microphone/${more}`);
      await opened.locator('#state', { hasText: 'ready' }).waitFor();
    }
    const expected = `${nodeRed.url.replace(/^http/, 'ws')}/microphone/socket`;
    assert.deepEqual([...new Set(asked)], [expected]);
    await opened.context().close();
  });

  for (const [locale, scheme] of [
    ['en-US', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    it(`has no finding of axe in ${locale} and ${scheme} colours, idle, talking and in trouble`, async () => {
      page = await MicrophonePage.open(browser, nodeRed, { locale });
      await page.page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await violationsOf(page.page), []);
      await page.talk();
      await page.page.locator('#sentences .interim').first().waitFor();
      assert.deepEqual(await violationsOf(page.page), []);
      await page.page.reload();
      await page.page.locator('#state', { hasText: /^(ready|就绪)$/ }).waitFor();
      await page.page.evaluate(
        `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))`,
      );
      await page.page.locator('#talk').click();
      await page.page.locator('#problem').waitFor();
      assert.deepEqual(await violationsOf(page.page), []);
    });
  }

  /** The example, with its session at the scripted service. */
  async function deploy(credentials: Partial<FlowNode> = { region: 'local', address: service.url }) {
    const flow = readExample('Microphone to captions').map((node) =>
      node.type === 'asr-credentials' ? { ...node, ...credentials } : node,
    );
    session = flow.find(({ type }) => type === 'asr-session')!.id;
    await nodeRed.deploy(flow);
  }

  async function openSession(): Promise<{ audioInMs: number }> {
    const { nodes } = (await nodeRed.getJson('/asr/sessions')) as {
      nodes: { nodeId: string; sessions: { audioInMs: number }[] }[];
    };
    const [open] = nodes.find(({ nodeId }) => nodeId === session)!.sessions;
    assert.ok(open, 'No session is open.');
    return open;
  }
});

/**
 * Looks and reads in one step, because an interim may become a final in between. It asks from outside: the page's
 * policy refuses what Playwright's waitForFunction() does there when the first look finds nothing.
 */
function colourOf(page: Page, selector: string): Promise<string> {
  const colour = `(() => {
    const shown = document.querySelector('${selector}');
    return shown ? getComputedStyle(shown).color : undefined;
  })()`;
  return eventually(() => page.evaluate<string | undefined>(colour), `${selector} on the page`, 20_000);
}
