import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalService, type LocalService } from '../../local-service';
import type { FlowNode, NodeRed } from '../hosts/support/node-red';
import { ROOT, temporaryFolder } from '../hosts/support/packed';
import { fixture } from '../support/audio-fixtures';
import { launchBrowser, type Browser } from '../support/browser';
import { eventually } from '../support/eventually';
import { JFK_PCM, JFK_TEXT } from '../support/jfk';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { wordErrorRate } from '../support/word-error-rate';
import { Editor, readExample } from './support/editor';
import { startHost } from './support/host';
import { MicrophonePage } from './support/microphone-page';
import { MqttBroker } from './support/mqtt';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const MAX_WORD_ERRORS = 0.15;
const RECOGNISED_WITHIN_MS = 60_000;

/** Each is imported into a real editor, deployed as it is but for addresses and paths, and used. */
describe('the example', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  const closing: (() => Promise<void>)[] = [];
  const shown = new Set<string>();

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'recogniser' });
    closing.push(() => service.close());
    nodeRed = await startHost({ TELEGRAM_BOT_TOKEN: '123:token' });
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser({ microphone: `${RECORDING}%noloop` });
    closing.push(() => browser.close());
    editor = await Editor.open(browser, nodeRed);
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  afterEach(async () => {
    await editor.clear();
    assert.deepEqual(editor.faults.splice(0), []);
    await waitUntil(() => service.connectionCount === 0, 'the connections to be closed');
  });

  it('"Recording to text" shows the text while the recording plays', async () => {
    const flow = await use('Recording to text');
    const session = flow.get('asr-session');
    await nodeRed.press(flow.get('play the recording'));
    await completed(flow.get('asr-append-audio'));
    await nodeRed.press(flow.get('finish'));
    await waitUntil(() => hasFinished(session), 'the session to finish', RECOGNISED_WITHIN_MS);
    assertSaid(textOf(session, 1));
    assert.ok(nodeRed.sent(session, 0).length > 3);
    assertNoErrors(flow);
  });

  it('"Transcribe a file" gives the text in one message', async () => {
    const flow = await use('Transcribe a file');
    await nodeRed.press(flow.get('a recording'));
    assertSaid((await sent(flow.get('asr-transcribe'))).payload);
    assertNoErrors(flow);
  });

  it('"HTTP voice message" answers a request with the text, and says what was wrong', async () => {
    await use('HTTP voice message');
    const post = (body: Buffer) =>
      nodeRed.request('POST', '/transcribe', { body, headers: { 'content-type': 'audio/wav' } });
    const good = await post(readFileSync(RECORDING));
    assert.equal(good.status, 200);
    assertSaid(good.body.toString());
    const bad = await post(Buffer.from('GIF89a, which is no audio'));
    assert.equal(bad.status, 422);
    assert.match(bad.body.toString(), /audio/i);
  });

  it('"Captions from a recording" makes captions in both ways', async () => {
    const copy = path.join(temporaryFolder(), 'speech.wav');
    copyFileSync(RECORDING, copy);
    const flow = await use('Captions from a recording', { recording: copy });
    for (const inject of flow.all('inject')) await nodeRed.press(inject);
    const { text } = await sent(flow.get('asr-transcribe'));
    assert.match(text ?? '', /WEBVTT.*-->/s);
    const files = ['.srt', '.vtt'].map((ending) => copy.replace('.wav', ending));
    await waitUntil(() => files.every(existsSync), 'the files of captions', RECOGNISED_WITHIN_MS);
    await waitUntil(() => files.every((file) => readFileSync(file, 'utf8') !== ''), 'their content');
    assert.match(readFileSync(files[0]!, 'utf8'), /^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n\S/);
    assertNoErrors(flow);
  });

  it('"Microphones by topic" gives each room of an MQTT broker its own text', async () => {
    const broker = await MqttBroker.start();
    try {
      const flow = await use('Microphones by topic', { mqttPort: broker.port });
      const topics = ['microphones/+/audio', 'microphones/+/button'];
      await waitUntil(
        () => topics.every((topic) => broker.subscriptions.includes(topic)),
        'subscriptions',
        20_000,
      );
      const rooms = ['kitchen', 'office'];
      for (const piece of pieces(JFK_PCM, 4000)) {
        for (const room of rooms) await broker.publish(`microphones/${room}/audio`, piece);
      }
      for (const room of rooms) await broker.publish(`microphones/${room}/button`, 'released');
      const said = (room: string) => broker.textOf(`microphones/${room}/text`);
      const isWhole = (room: string) => said(room).endsWith('country.');
      await waitUntil(() => rooms.every(isWhole), 'both texts', RECOGNISED_WITHIN_MS);
      for (const room of rooms) assertSaid(said(room));
      assertNoErrors(flow);
    } finally {
      await editor.clear();
      await broker.close();
    }
  });

  it('"ESP32 over UDP" hears raw PCM in packets, and answers their sender', async () => {
    const [microphone, display] = [await openUdp(), await openUdp()];
    try {
      const port = await freeUdpPort();
      const flow = await use('ESP32 over UDP', { udpIn: port, udpOut: display.address().port });
      const received: string[] = [];
      display.on('message', (message) => received.push(message.toString()));
      for (const packet of pieces(Buffer.concat([JFK_PCM, silence(1500)]), 1024)) {
        microphone.send(packet, port, '127.0.0.1');
        // As from a device, only faster: what comes at once is lost in the receiver's buffer.
        await sleep(3);
      }
      const said = () => received.join(' ');
      await waitUntil(
        () => wordErrorRate(JFK_TEXT, said()) <= MAX_WORD_ERRORS,
        'the text',
        RECOGNISED_WITHIN_MS,
      );
      assertNoErrors(flow);
    } finally {
      microphone.close();
      display.close();
    }
  });

  it('"Voice message from Telegram" answers Ogg Opus with a message, and nobody else', async () => {
    const voice = fixture('voice.oga', '-c:a libopus -b:a 24k -f ogg');
    const asked: string[] = [];
    const telegram = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.includes('/getFile?')) {
        response.setHeader('content-type', 'application/json');
        response.end('{"ok":true,"result":{"file_path":"voice/file_7.oga"}}');
      } else response.end(voice);
    }).listen(0, '127.0.0.1');
    await once(telegram, 'listening');
    try {
      const flow = await use('Voice message from Telegram', {
        env: {
          TELEGRAM_API: `http://127.0.0.1:${(telegram.address() as AddressInfo).port}`,
          TELEGRAM_WEBHOOK_SECRET: 'a-word',
        },
      });
      const post = (update: object, secret: string) =>
        nodeRed.request('POST', '/telegram', {
          body: JSON.stringify(update),
          headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
        });
      const update = { message: { chat: { id: 42 }, voice: { file_id: 'AwAC/7' } } };
      const { status, body } = await post(update, 'a-word');
      assert.equal(status, 200, body.toString());
      const reply = JSON.parse(body.toString()) as { method: string; chat_id: number; text: string };
      assert.equal(reply.method, 'sendMessage');
      assert.equal(reply.chat_id, 42);
      assertSaid(reply.text);
      const { text } = await sent(flow.get('asr-transcribe'));
      assert.ok(!text?.includes('123:token'), 'The token is in a message.');
      assert.deepEqual(asked, [
        '/bot123:token/getFile?file_id=AwAC%2F7',
        '/file/bot123:token/voice/file_7.oga',
      ]);
      for (const word of ['another', '']) assert.equal((await post(update, word)).status, 403);
      assert.equal((await post({ message: { chat: { id: 42 }, text: 'hello' } }, 'a-word')).status, 200);
      assert.equal(asked.length, 2);
      assertNoErrors(flow);
      // Without a word of the operator's nobody is let in, also who sends none.
      await editor.clear();
      await use('Voice message from Telegram');
      for (const word of ['a-word', '']) assert.equal((await post(update, word)).status, 403);
    } finally {
      telegram.closeAllConnections();
      telegram.close();
    }
  });

  it('"Emotion to lamp colour" gives the lamp the colour of what is heard', async () => {
    const broker = await MqttBroker.start();
    const utterances = [
      { text: 'What a day.', emotion: 'happy' },
      { text: 'Oh no.', emotion: 'sad' },
      { text: 'As it is.', emotion: 'neutral' },
    ];
    const scripted = await startLocalService({ engine: 'script', script: { utterances } });
    try {
      const flow = await use('Emotion to lamp colour', { mqttPort: broker.port, address: scripted.url });
      const page = await MicrophonePage.open(browser, nodeRed, { path: '/ws/lamp' });
      await page.talk();
      const colours = () => broker.textOf('zigbee2mqtt/lamp/set').match(/#[0-9A-F]{6}/g) ?? [];
      const isDone = () => new Set(colours()).size === 3;
      await waitUntil(isDone, 'three colours', RECOGNISED_WITHIN_MS);
      assert.deepEqual([...new Set(colours())], ['#FFB300', '#1E66FF', '#FFF1D6']);
      assert.deepEqual(await page.emotions(), ['happy', 'sad', 'neutral']);
      // The page's own word ends the session: otherwise the last sentence would wait for the idle time.
      await page.stop();
      await waitUntil(() => hasFinished(flow.get('asr-session')), 'the session to finish', 10_000);
      await page.close();
      assertNoErrors(flow);
    } finally {
      await editor.clear();
      await broker.close();
      await scripted.close();
    }
  });

  it('"Statistics as a chart" draws a bar for each session', async () => {
    const flow = await use('Statistics as a chart');
    const chart = async () => (await nodeRed.request('GET', '/asr-statistics')).body.toString();
    assert.match(await chart(), /No session has finished yet/);
    for (const count of [1, 2]) {
      await nodeRed.press(flow.get('a recording'));
      const bars = () => nodeRed.sent(flow.get('keep the last thirty')).length;
      await waitUntil(() => bars() === count, 'the statistics', RECOGNISED_WITHIN_MS);
    }
    const svg = await chart();
    assert.equal(svg.match(/class="bar"/g)?.length, 2);
    assert.match(svg, /<title>11\.0 s of audio, \d sentences, final after \d+ ms<\/title>/);
    assertNoErrors(flow);
  });

  it('"Microphone to captions" shows on the page what is said into it', async () => {
    const flow = await use('Microphone to captions');
    const page = await MicrophonePage.open(browser, nodeRed);
    await page.talk();
    await waitUntil(
      () => nodeRed.sent(flow.get('asr-session'), 0).length > 0,
      'an interim',
      RECOGNISED_WITHIN_MS,
    );
    await page.page.locator('#sentences .interim').first().waitFor();
    const isHeard = async () => wordErrorRate(JFK_TEXT, await page.text()) <= MAX_WORD_ERRORS;
    await eventually(isHeard, 'the whole recording to be on the page', RECOGNISED_WITHIN_MS);
    await page.stop();
    await waitUntil(
      () => hasFinished(flow.get('asr-session')),
      'the session to finish',
      RECOGNISED_WITHIN_MS,
    );
    await page.page.waitForFunction(`!document.querySelector('#sentences .interim')`);
    assertSaid(await page.text());
    await page.close();
    assertNoErrors(flow);
  });

  it('is one of those above', () => {
    const files = readdirSync(path.join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
    assert.deepEqual([...shown].map((name) => `${name}.json`).sort(), files.sort());
  });

  interface Changes {
    recording?: string;
    address?: string;
    mqttPort?: number;
    udpIn?: number;
    udpOut?: number;
    env?: Record<string, string>;
  }

  /** Imports and deploys an example as somebody would who has set what its notes ask to set. */
  async function use(title: string, changes: Changes = {}): Promise<Flow> {
    shown.add(title);
    const nodes = await editor.import(readExample(title));
    assert.deepEqual(await editor.overlaps(), [], 'nodes that lie on each other');
    for (const node of nodes) {
      const properties = changesOf(node, changes);
      if (properties) await editor.set(node.id, properties);
    }
    await editor.deploy();
    return new Flow(nodes);
  }

  function changesOf(node: FlowNode, changes: Changes): Record<string, unknown> | undefined {
    if (node.type === 'asr-credentials') return { address: changes.address ?? service.url };
    if (node.payload === '/path/to/recording.wav') return { payload: changes.recording ?? RECORDING };
    if (node.type === 'mqtt-broker') return { broker: '127.0.0.1', port: String(changes.mqttPort) };
    if (node.type === 'udp in') return { port: String(changes.udpIn) };
    if (node.type === 'udp out') return { port: String(changes.udpOut) };
    if (node.type !== 'tab' || !changes.env) return undefined;
    return { env: Object.entries(changes.env).map(([name, value]) => ({ name, value, type: 'str' })) };
  }

  function hasFinished(session: string): boolean {
    return nodeRed.sent(session, 3).some(({ event }) => event?.type === 'finished');
  }

  function textOf(id: string, port = 0): string {
    return nodeRed
      .sent(id, port)
      .map(({ payload }) => payload)
      .join(' ');
  }

  async function sent(id: string) {
    await waitUntil(() => nodeRed.sent(id).length > 0, `a message of ${id}`, RECOGNISED_WITHIN_MS);
    return nodeRed.sent(id)[0]!;
  }

  async function completed(id: string): Promise<void> {
    const isDone = () => nodeRed.news.some((one) => one.kind === 'completed' && one.id === id);
    await waitUntil(isDone, `${id} to complete`, RECOGNISED_WITHIN_MS);
  }

  function assertNoErrors(flow: Flow): void {
    const own = nodeRed.news.filter(({ kind, id }) => kind === 'completed' && flow.has(id ?? ''));
    assert.deepEqual(
      own.flatMap(({ error }) => error ?? []),
      [],
    );
  }
});

/** The nodes of an imported example. */
class Flow {
  readonly #nodes: FlowNode[];

  constructor(nodes: FlowNode[]) {
    this.#nodes = nodes;
  }

  /** Id of the node with this name, or else of this type. */
  get(nameOrType: string): string {
    const found =
      this.#nodes.find(({ name }) => name === nameOrType) ??
      this.#nodes.find(({ type }) => type === nameOrType);
    assert.ok(found, `The example has no "${nameOrType}".`);
    return found.id;
  }

  all(type: string): string[] {
    return this.#nodes.filter((node) => node.type === type).map(({ id }) => id);
  }

  has(id: string): boolean {
    return this.#nodes.some((node) => node.id === id);
  }
}

function assertSaid(text = ''): void {
  const rate = wordErrorRate(JFK_TEXT, text);
  assert.ok(rate <= MAX_WORD_ERRORS, `${Math.round(rate * 100)} % word errors in: ${text}`);
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

async function openUdp(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function freeUdpPort(): Promise<number> {
  const socket = await openUdp();
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
