import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FlowNode, NodeRed } from '../../hosts/support/node-red';
import { ROOT } from '../../hosts/support/packed';
import type { Browser, Page } from '../../support/browser';
import { waitUntil } from '../../support/wait-until';

const LOADED_WITHIN_MS = 60_000;
/** Only success messages are closed; errors stay visible in a screenshot. */
const GOOD_NEWS = '.red-ui-notification:not(.red-ui-notification-error, .red-ui-notification-warning)';

export function readExample(title: string): FlowNode[] {
  return JSON.parse(readFileSync(path.join(ROOT, 'examples', `${title}.json`), 'utf8')) as FlowNode[];
}

/** Errors of a page that no user should meet: of scripts, of requests, and on the console. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  return faults;
}

/** Node-RED's editor in a browser. */
export class Editor {
  readonly page: Page;
  readonly faults: string[];
  readonly #nodeRed: NodeRed;

  private constructor(page: Page, nodeRed: NodeRed) {
    this.page = page;
    this.#nodeRed = nodeRed;
    this.faults = watchFaults(page);
  }

  static async open(
    browser: Browser,
    nodeRed: NodeRed,
    { locale = 'en-US', deviceScaleFactor = 1 } = {},
  ): Promise<Editor> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ locale, deviceScaleFactor, viewport });
    const editor = new Editor(await context.newPage(), nodeRed);
    await editor.page.goto(nodeRed.url);
    await editor.page.waitForFunction(
      `window.RED?.nodes?.getType('asr-session') && RED.workspaces.active() && !$('#red-ui-loading-progress').is(':visible')`,
      undefined,
      { timeout: LOADED_WITHIN_MS },
    );
    // Animations are off, because a moving button has to be waited for, and there are hundreds of them.
    await editor.run(`jQuery.fx.off = true`);
    return editor;
  }

  /** Runs an expression of the editor's own JavaScript. */
  run<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  /** Imports nodes as Import does, with new ids, and gives them as they are then. */
  async import(nodes: FlowNode[]): Promise<FlowNode[]> {
    const before = new Set((await this.nodes()).map(({ id }) => id));
    const told = this.#goodNews();
    await this.run(
      `RED.view.importNodes(${JSON.stringify(nodes)}, { generateIds: true }); RED.nodes.dirty(true)`,
    );
    const imported = (await this.nodes()).filter(({ id }) => !before.has(id));
    const tab = imported.find(({ type }) => type === 'tab');
    if (tab) await this.run(`RED.workspaces.show('${tab.id}')`);
    // A node has no size before it is drawn, and what is done with it by then goes to a place that is no number.
    await this.page.waitForFunction(
      `RED.nodes.filterNodes({ z: RED.workspaces.active() }).every(({ id, w, h }) => w > 0 && h > 0 && document.getElementById(id))`,
    );
    await told;
    await this.#dismissGoodNews();
    return imported;
  }

  /** Takes away every flow, and deploys that. */
  async clear(): Promise<void> {
    // One flow is always there: what is imported without any other hangs on the mouse.
    await this.run(`RED.nodes.clear(); RED.workspaces.add(undefined, true); RED.nodes.dirty(true)`);
    await this.deploy();
  }

  /** Presses Deploy, and waits until the flows run. */
  async deploy(): Promise<void> {
    const started = this.#starts();
    const answered = this.page.waitForResponse(
      (response) => response.request().method() === 'POST' && new URL(response.url()).pathname === '/flows',
      { timeout: LOADED_WITHIN_MS },
    );
    const told = this.#goodNews();
    await this.run(`RED.actions.invoke('core:deploy-flows')`);
    await answered;
    await told;
    await waitUntil(() => this.#starts() > started, 'the deployed flows to start', LOADED_WITHIN_MS);
    // Until then the button is not to be pressed again.
    await this.page.waitForFunction(`!$('.red-ui-deploy-button-spinner').is(':visible')`);
    await this.#dismissGoodNews();
  }

  /** What would be deployed. */
  nodes(): Promise<FlowNode[]> {
    return this.run<FlowNode[]>(`RED.nodes.createCompleteNodeSet()`);
  }

  async node(id: string): Promise<FlowNode> {
    const found = (await this.nodes()).find((node) => node.id === id);
    assert.ok(found, `There is no node ${id} in the editor.`);
    return found;
  }

  /** Changes properties of a node without its dialog. */
  async set(id: string, properties: Record<string, unknown>): Promise<void> {
    await this.run(
      `Object.assign(RED.nodes.node('${id}') ?? RED.nodes.workspace('${id}'), ${JSON.stringify(properties)}); RED.nodes.dirty(true)`,
    );
  }

  /** Names of nodes of the flow that is shown which cover each other, two and two. */
  overlaps(): Promise<string[]> {
    return this.run(`RED.nodes.filterNodes({ z: RED.workspaces.active() }).flatMap((one, index, all) =>
      all.slice(index + 1)
        .filter((other) => Math.abs(one.x - other.x) < (one.w + other.w) / 2 && Math.abs(one.y - other.y) < (one.h + other.h) / 2)
        .map((other) => [one, other].map((node) => RED.utils.getNodeLabel(node)).join(' + ')))`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Waits for a success message. It goes by itself after five seconds, so what shows it is done after this begins. */
  #goodNews(): Promise<void> {
    const shown = this.page.locator(GOOD_NEWS).first().waitFor({ timeout: LOADED_WITHIN_MS });
    // What would have shown it may fail first, and is the error then.
    shown.catch(() => undefined);
    return shown;
  }

  /** Closes success messages, which cover buttons of dialogs. */
  async #dismissGoodNews(): Promise<void> {
    await this.run(`$('${GOOD_NEWS}').trigger('click')`);
    await this.page.locator(GOOD_NEWS).first().waitFor({ state: 'detached' });
  }

  #starts(): number {
    return this.#nodeRed.news.filter(({ kind }) => kind === 'started').length;
  }
}
