import assert from 'node:assert/strict';
import { HotWordLists } from '../../lib';
import { waitUntil } from '../support/wait-until';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { importOneOfEach, inEachLanguage } from './support/stage';
import type { Stage } from './support/stage';

const MODEL = 'fun-asr-realtime';
const WORDS = [
  { text: 'Model Studio', weight: 5 },
  { text: 'Boeing 747', weight: 3, lang: 'en' },
];

/** Something that is held back until it is let go. */
class Held {
  letGo: () => void = () => undefined;
  readonly release = new Promise<void>((resolve) => {
    this.letGo = resolve;
  });
}

describe('the picker of hot-word lists', () => {
  inEachLanguage((stage) => {
    const field = '#asr-parameter-vocabularyId';

    function accountOf({ service }: Stage): HotWordLists {
      return new HotWordLists({ region: 'local', address: service.url });
    }

    /** The open panel in the dialog of a session that is deployed. */
    async function open(): Promise<Dialog> {
      const { session } = await importOneOfEach(stage);
      await stage.editor.deploy();
      const dialog = await Dialog.open(stage.editor, session);
      await dialog.fill('model', MODEL);
      await dialog.form().locator('.asr-hot-words-open').click();
      await dialog.form().locator('.asr-hot-words-row').first().waitFor();
      return dialog;
    }

    /** The browser tells of the refused request by itself. */
    async function expectRefusal(): Promise<void> {
      const { faults } = stage.editor;
      await waitUntil(() => faults.length > 0, 'the refusal to be told');
      assert.match(faults.splice(0).join('\n'), /^Failed to load resource: .* 422 .*$/);
    }

    /** Pastes as the browser does it, with the text in the event. */
    async function paste(text: string): Promise<void> {
      await stage.editor.run(`(() => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text', ${JSON.stringify(text)});
        const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
        $('.asr-hot-words-row .asr-hot-word').first()[0].dispatchEvent(event);
      })()`);
    }

    afterEach(async () => {
      const lists = accountOf(stage);
      for (const { id } of await lists.all()) await lists.delete(id);
    });

    it('makes a list of pasted words, picks it, changes it and deletes it', async () => {
      const lists = accountOf(stage);
      const dialog = await open();
      const form = dialog.form();
      await paste('Model Studio\t5\nBoeing 747\t3\ten\n');
      await form.locator('.asr-hot-words-prefix').fill('shop');
      assert.deepEqual(await violationsOf(stage.editor.page, '.asr-hot-words'), []);
      await form.locator('.asr-hot-words-save').click();
      await stage.editor.page.waitForFunction(`$('${field}').val().startsWith('vocab-shop-')`);
      const id = await form.locator(field).inputValue();
      const made = await lists.read(id);
      assert.deepEqual([made.model, made.words], [MODEL, WORDS]);

      await form.locator('.asr-hot-words-row').nth(1).locator('button').click();
      await form.locator('.asr-hot-word').fill('Qwen');
      await form.locator('.asr-hot-words-save').click();
      await stage.editor.page.waitForFunction(`$('.asr-hot-word').val() === 'Qwen'`);
      await form.locator('.asr-hot-words-note').getByText('1').waitFor();
      assert.deepEqual((await lists.read(id)).words, [{ text: 'Qwen', weight: 5 }]);

      const remove = form.locator('.asr-hot-words-bar > button').first();
      await remove.click();
      await remove.click();
      await stage.editor.page.waitForFunction(`$('${field}').val() === ''`);
      assert.deepEqual(await lists.all(), []);
      await dialog.cancel();
    });

    it('shows that another model ignores a list, and marks words that the service would refuse', async () => {
      const lists = accountOf(stage);
      const id = await lists.create({ model: 'paraformer-realtime-v2', words: WORDS });
      const dialog = await open();
      const form = dialog.form();
      await form.locator('.asr-hot-words-bar > select').selectOption(id);
      await form.locator('.asr-hot-words-note').getByText('paraformer-realtime-v2').waitFor();
      await form.locator('.asr-hot-word').first().fill('语'.repeat(16));
      assert.equal(await form.locator('.asr-hot-word.input-error').count(), 1);
      await form.locator('.asr-hot-words-open').click();
      assert.equal(await form.locator('.asr-hot-words').count(), 0);
      assert.equal(await form.locator(field).inputValue(), id);
      await dialog.cancel();
    });

    it('shows what was chosen last, whichever answer of the service comes first', async () => {
      const lists = accountOf(stage);
      const [slow, fast] = [
        await lists.create({ model: MODEL, words: [{ text: 'Slow', weight: 4 }] }),
        await lists.create({ model: MODEL, words: [{ text: 'Fast', weight: 4 }] }),
      ];
      const { page } = stage.editor;
      const dialog = await open();
      const form = dialog.form();
      const choice = form.locator('.asr-hot-words-bar > select');
      const save = form.locator('.asr-hot-words-save');
      for (const late of ['an answer', 'an error']) {
        const held = new Held();
        await page.route(`**/asr/hot-words/*/${slow}?*`, async (route) => {
          await held.release;
          const body = { message: 'The service is gone.' };
          await (late === 'an answer' ? route.continue() : route.fulfill({ status: 422, json: body }));
        });
        await choice.selectOption(slow);
        assert.equal(await save.isDisabled(), true);
        await choice.selectOption(fast);
        await page.waitForFunction(`$('.asr-hot-word').val() === 'Fast'`);
        const note = await form.locator('.asr-hot-words-note').innerText();
        const heard = stage.editor.run(
          `new Promise((done) => $(document).one('ajaxComplete', () => setTimeout(() => setTimeout(done))))`,
        );
        held.letGo();
        await heard;
        assert.equal(await form.locator('.asr-hot-word').inputValue(), 'Fast', late);
        assert.equal(await form.locator('.asr-hot-words-note').innerText(), note, late);
        assert.equal(await save.isDisabled(), false, late);
        await page.unrouteAll();
      }
      await expectRefusal();
      await dialog.cancel();
    });

    it('has no words to save over a list that could not be read', async () => {
      const id = await accountOf(stage).create({ model: MODEL, words: WORDS });
      const { page } = stage.editor;
      const dialog = await open();
      const form = dialog.form();
      await page.route(`**/asr/hot-words/*/${id}?*`, (route) =>
        route.fulfill({ status: 422, json: { message: 'The service is gone.' } }),
      );
      await form.locator('.asr-hot-words-bar > select').selectOption(id);
      await form.locator('.asr-hot-words-note').getByText('The service is gone.').waitFor();
      await form.locator('.asr-hot-words .fa-plus').click();
      await form.locator('.asr-hot-word').fill('Qwen');
      assert.equal(await form.locator('.asr-hot-words-save').isDisabled(), true);
      await page.unrouteAll();
      await expectRefusal();
      await dialog.cancel();
    });

    it('leaves the list in the field whose panel was closed before it was saved, and nothing more', async () => {
      const { page } = stage.editor;
      const dialog = await open();
      const form = dialog.form();
      const held = new Held();
      await page.route('**/asr/hot-words/*', async (route) => {
        if (route.request().method() === 'POST') await held.release;
        await route.continue();
      });
      await form.locator('.asr-hot-word').fill('Qwen');
      await form.locator('.asr-hot-words-save').click();
      await page.waitForFunction(`$('.asr-hot-words').prop('inert')`);
      await form.locator('.asr-hot-words-open').click();
      held.letGo();
      await page.waitForFunction(`$('${field}').val().startsWith('vocab-words-')`);
      await page.unrouteAll({ behavior: 'wait' });
      const [{ id } = { id: '' }] = await accountOf(stage).all();
      assert.equal(await form.locator(field).inputValue(), id);
      assert.equal(await form.locator('.asr-hot-words').count(), 0);
      await dialog.cancel();
    });

    it('reads CSV and writes it', async () => {
      const dialog = await open();
      const form = dialog.form();
      await form.locator('.asr-hot-words-file').setInputFiles({
        name: 'words.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('\uFEFFword,weight,lang\r\nModel Studio,5,\r\nBoeing 747,3,en\r\n'),
      });
      await stage.editor.page.waitForFunction(`$('.asr-hot-word').length === 2`);
      const saved = stage.editor.page.waitForEvent('download');
      await form.locator('.fa-download').click();
      const csv = await (await saved).createReadStream();
      const pieces: Buffer[] = [];
      for await (const piece of csv) pieces.push(piece as Buffer);
      assert.equal(
        Buffer.concat(pieces).toString(),
        '\uFEFFword,weight,lang\nModel Studio,5,\nBoeing 747,3,en\n',
      );
      await dialog.cancel();
    });

    it('stands in the dialog of hot words, whose rows are those of the action', async () => {
      const { credentials } = await importOneOfEach(stage);
      const [node] = await stage.editor.import([
        { id: 'h', type: 'asr-hot-words', z: '', x: 200, y: 300, connection: credentials, wires: [[]] },
      ]);
      await stage.editor.deploy();
      const dialog = await Dialog.open(stage.editor, node!.id);
      assert.deepEqual(await dialog.faults(), []);
      const rows = () =>
        stage.editor.run<string[]>(
          `$('${dialog.selector} .form-row:visible :input[id^=node-input]').toArray().map(({ id }) => id.slice(11))`,
        );
      await dialog.choose('action', 'list');
      assert.equal((await rows()).includes('vocabularyId'), false);
      await dialog.choose('action', 'update');
      assert.equal((await rows()).includes('vocabularyId'), true);
      await dialog.fill('vocabularyId', 'vocab-x');
      assert.deepEqual(await violationsOf(stage.editor.page, dialog.selector), []);
      await dialog.done();
      const { action, vocabularyId } = await stage.editor.node(node!.id);
      assert.deepEqual([action, vocabularyId], ['update', 'vocab-x']);
    });
  });
});
