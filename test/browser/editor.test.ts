import assert from 'node:assert/strict';
import path from 'node:path';
import type { FlowNode } from '../hosts/support/node-red';
import { PACKAGE_NAME, ROOT } from '../hosts/support/packed';
import { waitUntil } from '../support/wait-until';
import { violationsOf } from './support/axe';
import { Dialog } from './support/dialog';
import { readExample } from './support/editor';
import { importOneOfEach, inEachLanguage } from './support/stage';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');

describe('the editor', () => {
  inEachLanguage((stage, locale) => {
    it('lists the examples in Import, and imports the chosen one', async () => {
      const { page } = stage.editor;
      await stage.editor.run(`RED.actions.invoke('core:show-examples-import-dialog')`);
      const dialog = page.locator('.ui-dialog:visible');
      await dialog.getByText(PACKAGE_NAME.split('/')[0]!, { exact: false }).first().click();
      await dialog.getByText('Microphone to captions').click();
      await dialog.locator('#red-ui-clipboard-dialog-ok').click();
      await page
        .locator('.red-ui-workspace-tab, .red-ui-tab')
        .getByText('Microphone to captions')
        .first()
        .waitFor();
      const types = (await stage.editor.nodes()).map(({ type }) => type);
      for (const type of ['asr-microphone', 'asr-append-audio', 'asr-session']) {
        assert.ok(types.includes(type), type);
      }
    });

    it('shows the flow of each session in the picker, and marks one that is missing', async () => {
      const { append, session } = await importOneOfEach(stage);
      const dialog = await Dialog.open(stage.editor, append);
      const picker = stage.editor.page.locator('#asr-append-audio-session');
      assert.match((await picker.locator('optgroup').getAttribute('label')) ?? '', /A flow/);
      assert.equal(await picker.inputValue(), session);
      await dialog.cancel();
      await stage.editor.set(append, { session: 'deadbeefdeadbeef' });
      const broken = await Dialog.open(stage.editor, append);
      assert.match((await picker.getAttribute('class')) ?? '', /input-error/);
      assert.match(await picker.locator('option:checked').innerText(), /deadbeefdeadbeef/);
      await broken.cancel();
    });

    it('loads one script for all dialogs, and no other file of the package', async () => {
      const served = (file: string) => fetch(new URL(`asr/editor/${file}`, stage.editor.page.url()));
      const script = await served('dialogs.js');
      assert.equal(script.status, 200);
      assert.match(script.headers.get('content-type') ?? '', /javascript/);
      assert.match(await script.text(), /var flowAsr\s*=/);
      for (const file of ['index.ts', 'tsconfig.json', '../host.js']) {
        assert.equal((await served(file)).status, 404, file);
      }
    });

    it('keeps references in copies and in subflows', async () => {
      const { append, session, credentials } = await importOneOfEach(stage);
      const exported = await stage.editor.run<FlowNode[]>(
        `RED.nodes.createExportableNodeSet([RED.nodes.workspace(RED.nodes.node('${session}').z),
        ...['${append}', '${session}'].map((id) => RED.nodes.node(id))])`,
      );
      const copies = await stage.editor.import(exported);
      const copy = (type: string) => copies.find((node) => node.type === type)!;
      assert.notEqual(copy('asr-session').id, session);
      assert.equal(copy('asr-append-audio').session, copy('asr-session').id);
      assert.equal(copy('asr-session').connection, credentials);
      await stage.editor.clear();
      const again = await importOneOfEach(stage);
      await stage.editor.run(
        `RED.view.select({ nodes: ['${again.append}', '${again.session}'].map((id) => RED.nodes.node(id)) });
      RED.actions.invoke('core:convert-to-subflow')`,
      );
      const inside = await stage.editor.node(again.append);
      assert.equal(inside.session, again.session);
      assert.equal((await stage.editor.node(again.session)).z, inside.z);
      assert.equal(await stage.editor.run(`RED.nodes.node('${again.append}').valid`), true);
    });

    it('says in words what a test of the connection found', async () => {
      const { credentials } = await importOneOfEach(stage);
      const dialog = await Dialog.open(stage.editor, credentials);
      const result = stage.editor.page.locator('#asr-credentials-test-result');
      await stage.editor.page.locator('#asr-credentials-test').click();
      await stage.editor.page.locator('#asr-credentials-test-result.asr-good').waitFor();
      assert.deepEqual(await violationsOf(stage.editor.page, dialog.selector), []);
      assert.ok((await result.innerText()).length > 20);
      await dialog.set('address', 'ws://127.0.0.1:1');
      await stage.editor.page.locator('#asr-credentials-test').click();
      await stage.editor.page.locator('#asr-credentials-test-result.asr-bad').waitFor();
      assert.deepEqual(await violationsOf(stage.editor.page, dialog.selector), []);
      assert.match(await result.innerText(), /127\.0\.0\.1:1/);
      await dialog.cancel();
    });

    it('labels a node by its model and mode', async () => {
      const { session } = await importOneOfEach(stage);
      const label = () => stage.editor.run<string>(`RED.utils.getNodeLabel(RED.nodes.node('${session}'))`);
      const plain = await label();
      await stage.editor.set(session, { model: 'fun-asr-realtime' });
      assert.equal(await label(), 'fun-asr-realtime');
      await stage.editor.set(session, { model: '', mode: 'manual' });
      assert.match(await label(), locale === 'zh-CN' ? /^语音识别会话, 提交/ : /^asr session, at a commit$/);
      assert.doesNotMatch(plain, /,/);
    });

    it('shows open sessions while they hear, aborts them by keyboard, and shows why one failed', async () => {
      const { page } = stage.editor;
      const flow = readExample('Recording to text').map((node) => ({
        ...node,
        ...(node.payload === '/path/to/recording.wav' && { payload: RECORDING }),
        ...(node.type === 'asr-credentials' && { address: stage.service.url }),
      }));
      const nodes = await stage.editor.import(flow);
      await stage.editor.deploy();
      await stage.editor.run(`RED.actions.invoke('flow-asr:show-live-sessions')`);
      const panel = page.locator('.flow-asr-live');
      await panel.locator('.flow-asr-live-none').getByText(/\S/).waitFor();
      await stage.nodeRed.press(nodes.find(({ name }) => name === 'play the recording')!.id);
      await panel.locator('.flow-asr-live-text').getByText('One').waitFor();
      assert.match(await panel.locator('.flow-asr-live-counts').innerText(), /\d\.\d.*\d\.\d.*\d\.\d/);
      assert.match(await panel.locator('.flow-asr-live-place').innerText(), /Recording to text \/ ./);
      assert.match(await panel.locator('.flow-asr-live-model').innerText(), /^qwen3/);
      assert.deepEqual(await violationsOf(page, '.flow-asr-live'), []);
      await panel.getByRole('button').focus();
      await page.keyboard.press('Enter');
      await panel.locator('.flow-asr-live-sessions li').waitFor({ state: 'detached' });
      await waitUntil(() => stage.service.connectionCount === 0, 'the aborted session to be closed');

      await stage.editor.set(nodes.find(({ type }) => type === 'asr-credentials')!.id, {
        region: 'custom',
        address: 'ws://127.0.0.1:1',
      });
      await stage.editor.deploy();
      await stage.nodeRed.press(nodes.find(({ name }) => name === 'play the recording')!.id);
      await panel.locator('.flow-asr-live-failures').getByText('127.0.0.1:1').waitFor({ timeout: 60_000 });
      assert.deepEqual(await violationsOf(page, '.flow-asr-live'), []);
    });

    it('has a help page with its messages for each node', async () => {
      for (const type of [
        'asr-session',
        'asr-append-audio',
        'asr-commit',
        'asr-transcribe',
        'asr-credentials',
      ]) {
        const help = await stage.editor.run<string>(`RED.nodes.getNodeHelp('${type}')`);
        assert.match(help, type === 'asr-credentials' ? /<p>/ : /message-properties/, type);
        assert.equal(/[\u4e00-\u9fff]/.test(help), locale === 'zh-CN', type);
        if (type === 'asr-credentials') continue;
        // Where to speak, and where to see what is heard: neither is on the canvas.
        assert.match(help, /<code>\/microphone<\/code>/, type);
        const tab = await stage.editor.run<string>(`flowAsr.sharedText('live.label')`);
        assert.ok(help.includes(`<b>${tab}</b>`), type);
      }
    });
  });
});
