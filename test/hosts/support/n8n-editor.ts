import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser, type Browser, type Locator, type Page } from '../../support/browser';
import type { N8n } from './n8n';
import { ROOT } from './packed';

/** The editor is several megabytes of JavaScript. */
const SHOWN_WITHIN_MS = 60_000;
const VIEWPORT = { width: 1280, height: 800 };
/** Set to take the pictures of the documentation again. */
const IMAGES = process.env.FLOW_ASR_TEST_IMAGES ? path.join(ROOT, 'docs/images') : undefined;

/** n8n's editor in a real browser, as its owner sees it. */
export class Editor {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #url: string;

  private constructor(browser: Browser, page: Page, url: string) {
    this.#browser = browser;
    this.page = page;
    this.#url = url;
  }

  static async open({ url, cookie }: N8n): Promise<Editor> {
    const browser = await launchBrowser();
    const context = await browser.newContext({ viewport: VIEWPORT, deviceScaleFactor: IMAGES ? 1.5 : 1 });
    context.setDefaultTimeout(SHOWN_WITHIN_MS);
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url }]);
    return new Editor(browser, await context.newPage(), url);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** An element by the name that n8n's own tests call it. */
  part(name: string): Locator {
    return this.page.locator(`[data-test-id="${name}"]`).filter({ visible: true });
  }

  async openWorkflow(id: string): Promise<void> {
    await this.page.goto(`${this.#url}/workflow/${id}`);
    await this.part('canvas-node').first().waitFor();
  }

  /** The dialog of a node. */
  async openNode(workflowId: string, nodeId: string): Promise<void> {
    await this.page.goto(`${this.#url}/workflow/${workflowId}/${nodeId}`);
    await this.part('node-parameters').first().waitFor();
  }

  /** The dialog of credentials. */
  async openCredential(id: string): Promise<Locator> {
    await this.page.goto(`${this.#url}/home/credentials/${id}`);
    const dialog = this.part('editCredential-modal');
    await dialog.waitFor();
    return dialog;
  }

  /** Names of the nodes that a search in the panel finds. */
  async searchNodes(text: string, expected: string): Promise<string[]> {
    await this.part('node-creator-search-bar').fill(text);
    await this.part('node-creator-item-name').getByText(expected, { exact: true }).waitFor();
    return this.part('node-creator-item-name').allInnerTexts();
  }

  /** Chooses a value of a field with a list. */
  async choose(field: string, value: string): Promise<void> {
    await this.part(`parameter-input-${field}`).click();
    const item = this.part('parameter-input-item');
    await item.filter({ has: this.page.getByText(value, { exact: true }) }).click();
    const chosen = `[data-test-id="parameter-input-${field}"] input`;
    await this.page.waitForFunction(
      `document.querySelector(${JSON.stringify(chosen)}).value === ${JSON.stringify(value)}`,
    );
  }

  /** The fields of the open dialog, by the names of their parameters. */
  async fields(): Promise<string[]> {
    const prefix = 'parameter-input-';
    const inputs = this.part('node-parameters')
      .locator(`[data-test-id^="${prefix}"]`)
      .filter({ visible: true });
    const names = await inputs.evaluateAll((all) => all.map((one) => one.getAttribute('data-test-id') ?? ''));
    return [...new Set(names.map((name) => name.slice(prefix.length)))].filter((name) => name !== 'field');
  }

  /** The entries of "Add option". */
  async options(): Promise<string[]> {
    await this.part('collection-parameter-add').click();
    const options = this.part('collection-parameter-option');
    await options.first().waitFor();
    const names = await options.allInnerTexts();
    await this.page.keyboard.press('Escape');
    await options.first().waitFor({ state: 'hidden' });
    return names;
  }

  /** A picture for the documentation, of a part of the page, when pictures are to be taken. */
  async picture(name: string, part: Locator): Promise<void> {
    if (!IMAGES) return;
    mkdirSync(IMAGES, { recursive: true });
    await part.screenshot({ path: path.join(IMAGES, `n8n-${name}.png`), animations: 'disabled' });
  }
}
