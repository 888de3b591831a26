import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import type { NodeRed } from '../hosts/support/node-red';
import { ROOT } from '../hosts/support/packed';
import { launchBrowser, type Browser, type Locator } from '../support/browser';
import { Editor } from './support/editor';
import { startHost } from './support/host';
import { MicrophonePage } from './support/microphone-page';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');

describe('an empty flow', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  const closing: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'script', script: { utterances: ['One two.'], loop: true } });
    closing.push(() => service.close());
    nodeRed = await startHost();
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser({ microphone: RECORDING });
    closing.push(() => browser.close());
    editor = await Editor.open(browser, nodeRed);
    closing.push(() => editor.close());
    await editor.clear();
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  /** Moves the mouse as a hand does: the editor only sees what passes over it. */
  async function drag(from: Locator, to: { x: number; y: number }): Promise<void> {
    const { mouse } = editor.page;
    const box = (await from.boundingBox())!;
    await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 10 });
    await mouse.up();
  }

  async function dropNode(type: string, x: number, y: number): Promise<string> {
    const workspace = (await editor.page.locator('#red-ui-workspace-chart').boundingBox())!;
    const before = new Set((await editor.nodes()).map(({ id }) => id));
    const node = editor.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await node.scrollIntoViewIfNeeded();
    await drag(node, { x: workspace.x + x, y: workspace.y + y });
    const dropped = (await editor.nodes()).find((one) => !before.has(one.id));
    assert.equal(dropped?.type, type);
    await editor.page.locator(`[id="${dropped.id}"]`).waitFor();
    return dropped.id;
  }

  async function wire(from: string, output: number, to: string): Promise<void> {
    const input = editor.page.locator(`[id="${to}"] .red-ui-flow-port-input`);
    const box = (await input.boundingBox())!;
    const port = editor.page.locator(`[id="${from}"] .red-ui-flow-port-output`).nth(output);
    await drag(port, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
  }

  it('becomes captions of a microphone by dragging, wiring, choosing credentials and Deploy', async () => {
    // In the order of docs/node-red/first-five-minutes.md.
    const session = await dropNode('asr-session', 480, 200);
    const append = await dropNode('asr-append-audio', 480, 100);
    const microphone = await dropNode('asr-microphone', 180, 100);
    await wire(microphone, 0, append);
    for (const output of [0, 1, 2, 3]) await wire(session, output, microphone);
    assert.deepEqual((await editor.node(microphone)).wires, [[append]]);
    assert.deepEqual(
      (await editor.node(session)).wires,
      [0, 1, 2, 3].map(() => [microphone]),
    );
    assert.equal((await editor.node(append)).session, session);

    await editor.page.locator(`[id="${session}"] .red-ui-flow-node`).dblclick();
    await editor.page.locator('#node-dialog-ok').waitFor();
    await editor.page.locator('#node-input-btn-connection-add').first().click();
    await editor.page.locator('#node-config-dialog-ok').waitFor();
    await editor.page.locator('#node-config-input-region').selectOption('local');
    await editor.page.locator('#node-config-input-address').fill(service.url);
    await editor.page.locator('#node-config-dialog-ok').click();
    await editor.page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
    await editor.page.locator('#node-dialog-ok').click();
    await editor.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
    await editor.deploy();

    const page = await MicrophonePage.open(browser, nodeRed);
    try {
      await page.talk();
      await page.page.locator('#sentences li:not(.interim)', { hasText: 'One two.' }).first().waitFor();
      assert.deepEqual([...page.faults, ...editor.faults], []);
    } finally {
      await page.close();
    }
  });
});
