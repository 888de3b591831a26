import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import type { NodeRed } from '../hosts/support/node-red';
import { ROOT } from '../hosts/support/packed';
import { launchBrowser, type Browser } from '../support/browser';
import { eventually } from '../support/eventually';
import { JFK_TEXT } from '../support/jfk';
import { waitUntil } from '../support/wait-until';
import { wordsOf } from '../support/word-error-rate';
import { violationsOf } from './support/axe';
import { captionsFlow } from './support/captions-flow';
import { startHost } from './support/host';
import { MicrophonePage, type PageOptions } from './support/microphone-page';

/** The hash of "password". */
const HASH = '$2b$04$ZPHtHt3A/bNM.MXUMN4Gj.L/8L.1dEbEWzrtjdvZho00XIpMlRXrq';
const LOGIN = { httpCredentials: { username: 'user', password: 'password' } };
const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const KNOWN_WORDS = new Set(wordsOf(JFK_TEXT));
/** A busy machine misses pieces of a browser's microphone. */
const FEWEST_KNOWN = 0.6;
const FEWEST_WORDS = 8;
const HEARD_WITHIN_MS = 120_000;
/** Names such as `/nodes` and `/flows` belong to the editor. */
const ROOT_OF_NODES = '/speech';
const AT = `${ROOT_OF_NODES}/speak`;

const HOSTS: [what: string, env: NodeJS.ProcessEnv, page: PageOptions, statusOfStrangers: number][] = [
  ['without a login', {}, {}, 200],
  ['behind a login', { FLOW_ASR_TEST_HTTP_NODE_AUTH: HASH }, LOGIN, 401],
];

describe('the page of the microphone node below httpNodeRoot', () => {
  let service: LocalService;
  let browser: Browser;
  let nodeRed: NodeRed | undefined;
  const closing: (() => Promise<void>)[] = [];
  const pages: MicrophonePage[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'recogniser' });
    closing.push(() => service.close());
    browser = await launchBrowser({ microphone: RECORDING });
    closing.push(() => browser.close());
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    await nodeRed?.stop();
    nodeRed = undefined;
  });

  for (const [what, env, options, statusOfStrangers] of HOSTS) {
    it(`shows two people what each of them says at the same time, ${what}`, async function () {
      this.timeout(HEARD_WITHIN_MS * 4);
      nodeRed = await startHost({ FLOW_ASR_TEST_HTTP_NODE_ROOT: ROOT_OF_NODES, ...env });
      await nodeRed.deploy(captionsFlow(service.url, { path: '/speak' }));
      for (const file of ['/', '/main.js', '/capture-worklet.js']) {
        assert.equal((await nodeRed.request('GET', AT + file)).status, statusOfStrangers, file);
      }
      for (const locale of ['en-US', 'zh-CN']) {
        pages.push(await MicrophonePage.open(browser, nodeRed, { path: AT, locale, ...options }));
      }
      for (const [index, page] of pages.entries()) {
        // What the others say does not appear here.
        assert.equal(await page.text(), '');
        await page.talk();
        const finals = page.page.locator('#sentences li:not(.interim) > span:first-child');
        // The recording is said again and again, because a busy machine misses pieces of a browser's microphone.
        let last: string[] = [];
        const isKnown = async () => {
          last = wordsOf((await finals.allInnerTexts()).join(' ')).slice(-FEWEST_WORDS);
          const known = last.filter((word) => KNOWN_WORDS.has(word));
          return last.length === FEWEST_WORDS && known.length >= FEWEST_KNOWN * last.length;
        };
        await eventually(isKnown, `words of page ${index}`, HEARD_WITHIN_MS).catch((error: unknown) => {
          throw new Error(`Page ${index} heard "${last.join(' ')}".`, { cause: error });
        });
      }
      // Once the first one says no more, words of the other would be the only ones to appear there.
      const [first, second] = pages as [MicrophonePage, MicrophonePage];
      await first.stop();
      await waitUntil(() => service.connectionCount === 1, 'the end of its session', HEARD_WITHIN_MS);
      const moreOfSecond = async () => {
        const before = await second.text();
        await eventually(async () => (await second.text()) !== before, 'more words', HEARD_WITHIN_MS);
      };
      // The last words of the first one may still be on their way to its page.
      await moreOfSecond();
      const said = await first.text();
      await moreOfSecond();
      assert.equal(await first.text(), said);
      for (const page of pages) {
        assert.deepEqual(await violationsOf(page.page), []);
        assert.deepEqual(page.faults, []);
      }
    });
  }
});
