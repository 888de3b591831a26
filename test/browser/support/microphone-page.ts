import type { NodeRed } from '../../hosts/support/node-red';
import type { Browser, Page } from '../../support/browser';
import { eventually } from '../../support/eventually';
import { watchFaults } from './editor';

const SHOWN_WITHIN_MS = 60_000;

export interface PageOptions {
  /** Of the page. Default: that of a new node. */
  path?: string;
  locale?: string;
  /** What the browser says to a login of HTTP. */
  httpCredentials?: { username: string; password: string };
}

/** What a page asks of a microphone when it opens one. */
interface MicrophoneRequest {
  deviceId?: { exact: string };
  echoCancellation: boolean;
  noiseSuppression: boolean;
}

/** The microphone's page in a browser. */
export class MicrophonePage {
  readonly page: Page;
  readonly faults: string[];

  private constructor(page: Page) {
    this.page = page;
    this.faults = watchFaults(page);
  }

  /** Opens the page, and waits until it has its WebSocket. */
  static async open(
    browser: Browser,
    { url }: Pick<NodeRed, 'url'>,
    { path = '/microphone', locale = 'en-US', ...login }: PageOptions = {},
  ): Promise<MicrophonePage> {
    const viewport = { width: 900, height: 640 };
    const context = await browser.newContext({ locale, viewport, ...login });
    const opened = new MicrophonePage(await context.newPage());
    await opened.page.goto(`${url}${path}`);
    await opened.page.locator('#state', { hasText: /^(ready|就绪)$/ }).waitFor();
    return opened;
  }

  /** Presses the button of the mode "until I stop it". */
  async talk(): Promise<void> {
    await this.page.locator('#talk').click();
    await this.page.locator('#state', { hasText: /^(listening|正在聆听)$/ }).waitFor();
  }

  async stop(): Promise<void> {
    await this.page.locator('#talk').click();
    await this.page.locator('#state', { hasText: /^(ready|就绪)$/ }).waitFor();
  }

  /** Gives what it has asked of each microphone that it has opened since. */
  async watchMicrophones(): Promise<() => Promise<MicrophoneRequest[]>> {
    await this.page.evaluate(`{
      window.asked = [];
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = (constraints) => {
        window.asked.push(constraints.audio);
        return open(constraints);
      };
    }`);
    return () => this.page.evaluate<MicrophoneRequest[]>('window.asked');
  }

  async text(): Promise<string> {
    return (await this.page.locator('#sentences li > span:first-child').allInnerTexts()).join(' ');
  }

  /** The emotions, as soon as there are so many. */
  emotions(count: number): Promise<string[]> {
    const shown = async () => {
      const all = await this.page.locator('#sentences .emotion').allInnerTexts();
      return all.length >= count && all;
    };
    return eventually(shown, `${count} emotions`, SHOWN_WITHIN_MS);
  }

  /** What it complains of. */
  problem(): Promise<string> {
    return this.page.locator('#problem').innerText();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
