// Takes the pictures of the documentation: `node test/browser/screenshots.mjs [NAME …]`, after `npm test` has installed the
// browser. Starts a Node-RED and local services of its own; what is heard is real, but where emotions are to be seen.
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/project.mjs';

const require = createRequire(import.meta.url);
require('tsx/cjs');
const { startLocalService } = require('../../local-service/index.ts');
const { launchBrowser } = require('../support/browser.ts');
const { Dialog } = require('./support/dialog.ts');
const { Editor, readExample } = require('./support/editor.ts');
const { startHost } = require('./support/host.ts');
const { MicrophonePage } = require('./support/microphone-page.ts');

const RECORDING = path.join(root, 'test/fixtures/jfk.wav');
const FOLDER = path.join(root, 'docs/images');
const SCALE = 1.5;
const HEARD_WITHIN_MS = 60_000;
const CONVERSATION = {
  defaults: { wordMs: 220, gapMs: 900 },
  utterances: [
    { text: 'Good morning, is anybody there?', emotion: 'neutral' },
    { text: 'How nice to see you again!', emotion: 'happy' },
    { text: 'I did not expect that so early in the day.', emotion: 'surprised' },
  ],
};
const CONVERSATION_ZH = {
  defaults: { language: 'zh', wordMs: 2500, gapMs: 900 },
  utterances: [
    { text: '早上好，有人在吗？', emotion: 'neutral' },
    { text: '很高兴又见到你！', emotion: 'happy' },
    { text: '我没想到会这么早。', emotion: 'surprised' },
  ],
};

/** Each takes one picture; `stage` has what runs. */
const PICTURES = {
  async 'recording-to-text'(stage) {
    const { editor, flow } = await stage.example('Recording to text');
    await editor.page.setViewportSize({ width: 1280, height: 620 });
    await editor.run(
      `RED.sidebar.show('debug'); $('#red-ui-palette-search input').searchBox('value', 'asr')`,
    );
    // Results alone: they are what somebody wants to see first.
    await fetch(`${stage.nodeRed.url}/debug/${flow('events').id}/disable`, { method: 'POST' });
    await stage.nodeRed.press(flow('play the recording').id);
    await editor.page
      .locator('.red-ui-debug-content')
      .getByText('fellow')
      .first()
      .waitFor({ timeout: HEARD_WITHIN_MS });
    await editor.page
      .locator('#red-ui-workspace-chart')
      .getByText(/What your country can/)
      .waitFor();
    return editor.page;
  },

  'microphone-page': (stage) => talk(stage, 'en-US', CONVERSATION, 'not expect'),
  'microphone-page.zh-CN': (stage) => talk(stage, 'zh-CN', CONVERSATION_ZH, '没想到'),

  async 'live-sessions'(stage) {
    const { editor } = await stage.example('Microphone to captions');
    await editor.page.setViewportSize({ width: 1660, height: 820 });
    await editor.run(`RED.actions.invoke('flow-asr:show-live-sessions')`);
    const pages = [await MicrophonePage.open(stage.browser, stage.nodeRed)];
    await pages[0].talk();
    pages.push(await MicrophonePage.open(stage.browser, stage.nodeRed));
    await pages[1].talk();
    await editor.page
      .locator('.flow-asr-live-text')
      .getByText('country')
      .first()
      .waitFor({ timeout: HEARD_WITHIN_MS });
    stage.later(...pages);
    return editor.page;
  },

  async 'session-dialog'(stage) {
    const { editor, flow } = await stage.example('Recording to text');
    await editor.page.setViewportSize({ width: 1280, height: 1000 });
    const dialog = await Dialog.open(editor, flow('asr-session').id);
    await dialog.fill('model', 'fun-asr-realtime');
    await editor.page.locator('#asr-parameter-heartbeat').waitFor();
    return editor.page;
  },

  async 'connection-test'(stage) {
    const { editor, flow } = await stage.example('Recording to text');
    await editor.page.setViewportSize({ width: 1280, height: 620 });
    await Dialog.open(editor, flow('asr-credentials').id);
    await editor.page.locator('#asr-credentials-test').click();
    await editor.page.locator('#asr-credentials-test-result.asr-good').waitFor();
    return editor.page;
  },
};

async function talk(stage, locale, script, interim) {
  const service = await startLocalService({ engine: 'script', script });
  stage.later(service);
  const { editor } = await stage.example('Microphone to captions', service.url);
  await editor.close();
  const page = await MicrophonePage.open(stage.browser, stage.nodeRed, { locale });
  stage.later(page);
  await page.page.setViewportSize({ width: 760, height: 560 });
  await page.talk();
  await page.page.locator('.interim').getByText(interim).waitFor({ timeout: HEARD_WITHIN_MS });
  // The browser's microphone is a file, which has no name that anybody would recognise.
  const name = locale === 'zh-CN' ? '内置麦克风' : 'Built-in microphone';
  await page.page.evaluate(`document.querySelector('#device option').textContent = '${name}'`);
  return page.page;
}

const open = [];
try {
  mkdirSync(FOLDER, { recursive: true });
  const service = await startLocalService({ engine: 'recogniser' });
  open.push(() => service.close());
  const nodeRed = await startHost();
  open.push(() => nodeRed.stop());
  const browser = await launchBrowser({ microphone: RECORDING });
  open.push(() => browser.close());

  const chosen = process.argv.slice(2);
  for (const name of chosen.length > 0 ? chosen : Object.keys(PICTURES)) {
    const closing = [];
    const stage = {
      nodeRed,
      browser,
      later: (...things) => closing.push(...things),
      /** The example, imported and deployed in an editor of its own. */
      async example(title, address = service.url) {
        const editor = await Editor.open(browser, nodeRed, { deviceScaleFactor: SCALE });
        closing.push(editor);
        await editor.clear();
        const nodes = await editor.import(readExample(title));
        for (const node of nodes) {
          if (node.type === 'asr-credentials') await editor.set(node.id, { address });
          if (node.payload === '/path/to/recording.wav') await editor.set(node.id, { payload: RECORDING });
        }
        await editor.run(`RED.workspaces.delete(RED.nodes.workspace(RED.nodes.getWorkspaceOrder()[0]))`);
        await editor.deploy();
        await editor.run(
          `RED.view.select({ nodes: [] }); $('#red-ui-workspace-chart').scrollLeft(0).scrollTop(0)`,
        );
        await editor.page
          .locator('#red-ui-notifications .red-ui-notification')
          .first()
          .waitFor({ state: 'detached' });
        const flow = (nameOrType) =>
          nodes.find((node) => node.name === nameOrType) ?? nodes.find(({ type }) => type === nameOrType);
        return { editor, flow };
      },
    };
    const page = await PICTURES[name](stage);
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    process.stdout.write(`docs/images/${name}.png\n`);
    for (const thing of closing.reverse()) await thing.close();
  }
} finally {
  for (const close of open.reverse()) await close();
}
