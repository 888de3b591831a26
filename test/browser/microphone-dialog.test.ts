import assert from 'node:assert/strict';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { inEachLanguage } from './support/stage';

describe('the dialog of the microphone', () => {
  inEachLanguage((stage) => {
    it('shows the address of the page, and keeps the token out of the flow', async () => {
      const tab = { id: 'tab-page', type: 'tab', label: 'Page' };
      const nodes = await stage.editor.import([
        tab,
        { id: 'page', type: 'asr-microphone', z: tab.id, kind: 'browser', x: 100, y: 100, wires: [[]] },
      ]);
      const { id } = nodes.find(({ type }) => type === 'asr-microphone')!;
      const { page } = stage.editor;
      const dialog = await Dialog.open(stage.editor, id);
      await dialog.fill('path', '/speak');
      await dialog.fill('token', 'a-long-word-of-ours');
      const address = page.locator('#asr-microphone-address');
      assert.equal(await address.getAttribute('href'), `${stage.nodeRed.url}/speak`);
      assert.ok(!(await page.locator('#asr-microphone-device').isVisible()));
      assert.deepEqual(await violationsOf(page, dialog.selector), []);
      await dialog.done();
      const stored = await stage.editor.node(id);
      assert.equal(stored.path, '/speak');
      assert.equal(stored.token, undefined);
    });

    it('takes a device by its name, and shows it again', async () => {
      const tab = { id: 'tab-microphone', type: 'tab', label: 'Microphone' };
      const nodes = await stage.editor.import([
        tab,
        { id: 'mic', type: 'asr-microphone', z: tab.id, kind: 'computer', x: 100, y: 100, wires: [[]] },
      ]);
      const { id } = nodes.find(({ type }) => type === 'asr-microphone')!;
      const { page } = stage.editor;
      const dialog = await Dialog.open(stage.editor, id);
      const list = page.locator('#asr-microphone-device');
      const name = page.locator('#node-input-device');
      assert.equal(await list.inputValue(), '');
      assert.ok(!(await name.isVisible()));
      await list.selectOption(await list.locator('option').last().innerText());
      await name.fill('plughw:7,0');
      await page.locator('#asr-microphone-start').selectOption('false');
      assert.deepEqual(await violationsOf(page, dialog.selector), []);
      await dialog.done();
      const { device, autostart } = await stage.editor.node(id);
      assert.deepEqual({ device, autostart }, { device: 'plughw:7,0', autostart: false });
      const again = await Dialog.open(stage.editor, id);
      await name.waitFor();
      assert.equal(await name.inputValue(), 'plughw:7,0');
      await again.done();
    });
  });
});
