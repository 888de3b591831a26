import assert from 'node:assert/strict';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { inEachLanguage } from './support/stage';

describe('the dialog of live audio', () => {
  inEachLanguage((stage) => {
    it('shows path and token of calls without scrolling on a screen of 900 pixels', async () => {
      const tab = { id: 'tab-live', type: 'tab', label: 'Live' };
      const nodes = await stage.editor.import([
        tab,
        { id: 'live', type: 'asr-live-audio', z: tab.id, source: 'http', x: 100, y: 100, wires: [[]] },
      ]);
      const { id } = nodes.find(({ type }) => type === 'asr-live-audio')!;
      const dialog = await Dialog.open(stage.editor, id);
      await dialog.choose('source', 'calls');
      const { page } = stage.editor;
      const bottomOf = (selector: string): Promise<number> =>
        page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
      const end = await bottomOf('.red-ui-tray-body-wrapper');
      for (const name of ['port', 'path', 'callToken']) {
        const bottom = await bottomOf(`#node-input-${name}`);
        assert.ok(bottom > 0 && bottom <= end, `${name} ends at ${bottom} of ${end}`);
      }
      await dialog.choose('source', 'satellite');
      await dialog.fill('satelliteAddress', 'kitchen.local');
      assert.deepEqual(await violationsOf(page, dialog.selector), []);
      await dialog.done();
      assert.equal((await stage.editor.node(id)).satelliteAddress, 'kitchen.local');
    });
  });
});
