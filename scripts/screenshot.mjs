// Takes the README's picture from the editor of a running `npm start`:
//
//   CHROMIUM=/path/to/chromium node scripts/screenshot.mjs [EDITOR_URL] [PNG]
//
// CHROMIUM is any Chromium or Chrome that runs headless; default: `chromium` on the PATH. CHROMIUM_FLAGS are added.
// The browser is driven over its own debugging protocol, so that nothing has to be installed for this.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { root } from './project.mjs';

const WIDTH = 1280;
const HEIGHT = 620;
const WITHIN_MS = 60_000;
const [url = 'http://127.0.0.1:1880/', file = path.join(root, 'docs/images/recording-to-text.png')] =
  process.argv.slice(2);

/** One tab, over the browser's debugging protocol. */
class Page {
  #socket;
  #id = 0;
  #answers = new Map();

  static async open(port) {
    const tabs = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const page = new Page();
    page.#socket = new WebSocket(tabs.find(({ type }) => type === 'page').webSocketDebuggerUrl);
    page.#socket.on('message', (data) => {
      const { id, result, error } = JSON.parse(data.toString());
      const answer = page.#answers.get(id);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    });
    await new Promise((resolve, reject) => page.#socket.once('open', resolve).once('error', reject));
    return page;
  }

  send(method, params = {}) {
    this.#id += 1;
    const answer = new Promise((resolve, reject) => this.#answers.set(this.#id, { resolve, reject }));
    this.#socket.send(JSON.stringify({ id: this.#id, method, params }));
    return answer;
  }

  async run(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async until(expression) {
    const deadline = Date.now() + WITHIN_MS;
    while (!(await this.run(expression))) {
      if (Date.now() > deadline) throw new Error(`Waited too long for ${expression}.`);
      await sleep(100);
    }
  }

  close() {
    this.#socket.close();
  }
}

const profile = mkdtempSync(path.join(tmpdir(), 'flow-asr-screenshot-'));
const browser = spawn(
  process.env.CHROMIUM ?? 'chromium',
  [
    '--headless',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    `--window-size=${WIDTH},${HEIGHT}`,
    '--hide-scrollbars',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...(process.env.CHROMIUM_FLAGS ?? '').split(' ').filter(Boolean),
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);

try {
  const page = await Page.open(await debuggerPort(browser));
  await page.send('Page.enable');
  await page.send('Emulation.setDeviceMetricsOverride', {
    width: WIDTH,
    height: HEIGHT,
    deviceScaleFactor: 1.5,
    mobile: false,
  });
  await page.send('Page.navigate', { url });
  await page.until(`window.RED?.nodes?.filterNodes({ type: 'asr-session' }).length > 0`);
  // The picture is of the flow and of what comes out of it; the palette starts where the nodes are.
  await page.run(`
    RED.sidebar.show('debug');
    $('#red-ui-palette-search input').searchBox('value', 'asr');
  `);
  const nodes = JSON.parse(
    await page.run(`JSON.stringify(
      ['play the recording', 'finish', 'events'].map((name) => RED.nodes.filterNodes({}).find((node) => node.name === name).id)
    )`),
  );
  const [play, finish, events] = nodes;
  // Results alone: they are what somebody wants to see first.
  await post(`debug/${events}/disable`);
  await post(`inject/${play}`);
  const hasFinals = `document.querySelector('.red-ui-debug-content-list').textContent.includes('fellow')`;
  const hears = `document.querySelector('#red-ui-workspace-chart').textContent.includes('What your country can')`;
  await page.until(`${hasFinals} && ${hears}`);
  const { data } = await page.send('Page.captureScreenshot', { format: 'png' });
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(data, 'base64'));
  await post(`inject/${finish}`);
  await post(`debug/${events}/enable`);
  process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
  page.close();
} finally {
  const gone = new Promise((resolve) => browser.once('close', resolve));
  browser.kill();
  await gone;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

function post(pathname) {
  return fetch(url + pathname, { method: 'POST' });
}

/** The port that the browser says it listens on for its debugging protocol. */
function debuggerPort({ stderr }) {
  return new Promise((resolve, reject) => {
    let output = '';
    stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port) resolve(port);
    });
    browser.once('error', reject);
    browser.once('close', () => reject(new Error(`The browser ended.\n${output}`)));
  });
}
