import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import type { NodeRed } from '../hosts/support/node-red';
import { ROOT, temporaryFolder } from '../hosts/support/packed';
import { fixture } from '../support/audio-fixtures';
import { launchBrowser, type Browser } from '../support/browser';
import { DISCORD_PACKAGES, discordEnvironment, SPEAKERS } from '../support/discord';
import { SCRIPTED_EXAMPLES } from '../support/example-flow';
import { eventually } from '../support/eventually';
import { JFK_PCM, JFK_TEXT } from '../support/jfk';
import { silence } from '../support/scripted-audio';
import { freeUdpPort, openUdp } from '../support/udp';
import { waitUntil } from '../support/wait-until';
import { lowestWordErrorRate, wordErrorRate } from '../support/word-error-rate';
import { Editor } from './support/editor';
import { assertSaid, Examples, RECOGNISED_WITHIN_MS } from './support/examples';
import { pathWithRecorder, pieces } from './support/heard';
import { startHost } from './support/host';
import { MicrophonePage } from './support/microphone-page';
import { MqttBroker } from './support/mqtt';
import { Telegram } from './support/telegram';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const MAX_WORD_ERRORS = 0.15;
const SAID_AGAIN_WITHIN_MS = 120_000;
const MAX_PACKETS_UNHEARD = 32;

/** Each is imported into a real editor, deployed as it is but for addresses and paths, and used. */
describe('the example', () => {
  let service: LocalService;
  let nodeRed: NodeRed;
  let browser: Browser;
  let editor: Editor;
  let examples: Examples;
  const closing: (() => Promise<void>)[] = [];

  before(async function () {
    this.timeout(300_000);
    service = await startLocalService({ engine: 'recogniser' });
    closing.push(() => service.close());
    const own = { TELEGRAM_BOT_TOKEN: '123:token', PATH: pathWithRecorder(), ...discordEnvironment() };
    nodeRed = await startHost(own, DISCORD_PACKAGES);
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser({ microphone: `${RECORDING}%noloop` });
    closing.push(() => browser.close());
    editor = await Editor.open(browser, nodeRed);
    examples = new Examples(editor, nodeRed, service.url);
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
    const flow = await examples.use('Recording to text');
    const session = flow.get('asr-session');
    await nodeRed.press(flow.get('play the recording'));
    await examples.completed(flow.get('asr-append-audio'));
    await nodeRed.press(flow.get('finish'));
    await examples.finished(session);
    assertSaid(examples.textOf(session, 1));
    const half = examples.textOf(session, 1).length / 2;
    assert.ok(nodeRed.sent(session, 0).some(({ payload }) => String(payload).length < half));
    examples.assertNoErrors(flow);
  });

  it('"Transcribe a file" gives the text in one message', async () => {
    const flow = await examples.use('Transcribe a file');
    await nodeRed.press(flow.get('a recording'));
    assertSaid((await examples.sent(flow.get('asr-transcribe'))).payload);
    examples.assertNoErrors(flow);
  });

  it('"HTTP voice message" answers a request with the text, and says what was wrong', async () => {
    await examples.use('HTTP voice message');
    const post = (body: Buffer) =>
      nodeRed.request('POST', '/transcribe', { body, headers: { 'content-type': 'audio/wav' } });
    const good = await post(readFileSync(RECORDING));
    assert.equal(good.status, 200);
    assertSaid(good.body.toString());
    const bad = await post(Buffer.from('GIF89a, which is no audio'));
    assert.equal(bad.status, 422);
    assert.match(bad.body.toString(), /audio/i);
  });

  it('"Captions from a recording" makes captions from a transcript and from live finals', async () => {
    const copy = path.join(temporaryFolder(), 'speech.wav');
    copyFileSync(RECORDING, copy);
    const flow = await examples.use('Captions from a recording', { recording: copy });
    for (const inject of flow.all('inject')) await nodeRed.press(inject);
    const { text } = await examples.sent(flow.get('asr-transcribe'));
    assert.match(text ?? '', /WEBVTT.*-->/s);
    const files = ['.srt', '.vtt'].map((ending) => copy.replace('.wav', ending));
    await waitUntil(() => files.every(existsSync), 'the files of captions', RECOGNISED_WITHIN_MS);
    await waitUntil(() => files.every((file) => readFileSync(file, 'utf8') !== ''), 'their content');
    assert.match(readFileSync(files[0]!, 'utf8'), /^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n\S/);
    examples.assertNoErrors(flow);
  });

  it('"Microphones by topic" gives each room of an MQTT broker its own text', async () => {
    const broker = await MqttBroker.start();
    try {
      const flow = await examples.use('Microphones by topic', { mqttPort: broker.port });
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
      examples.assertNoErrors(flow);
    } finally {
      await editor.clear();
      await broker.close();
    }
  });

  it('"ESP32 over UDP" recognises raw PCM in packets, and sends the text to their sender', async () => {
    const [microphone, display] = [await openUdp(), await openUdp()];
    try {
      const port = await freeUdpPort();
      const flow = await examples.use('ESP32 over UDP', { udpIn: port, udpOut: display.address().port });
      const received: string[] = [];
      const append = flow.get('asr-append-audio');
      const heardCount = () =>
        nodeRed.news.filter((one) => one.kind === 'completed' && one.id === append).length;
      let sentCount = 0;
      display.on('message', (message) => received.push(message.toString()));
      for (const packet of pieces(Buffer.concat([JFK_PCM, silence(1500)]), 1024)) {
        microphone.send(packet, port, '127.0.0.1');
        sentCount += 1;
        // More packets than this at once could overflow the receiver's buffer.
        await waitUntil(() => heardCount() > sentCount - MAX_PACKETS_UNHEARD, 'the packets to be heard');
      }
      const said = () => received.join(' ');
      await waitUntil(
        () => wordErrorRate(JFK_TEXT, said()) <= MAX_WORD_ERRORS,
        'the text',
        RECOGNISED_WITHIN_MS,
      );
      examples.assertNoErrors(flow);
    } finally {
      microphone.close();
      display.close();
    }
  });

  it('"Voice message from Telegram" answers Ogg Opus with a message, and refuses a request without the secret', async () => {
    const telegram = await Telegram.start(fixture('voice.oga', '-c:a libopus -b:a 24k -f ogg'));
    try {
      const flow = await examples.use('Voice message from Telegram', {
        env: {
          TELEGRAM_API: telegram.url,
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
      const { text } = await examples.sent(flow.get('asr-transcribe'));
      assert.ok(!text?.includes('123:token'), 'The token is in a message.');
      assert.deepEqual(telegram.asked, [
        '/bot123:token/getFile?file_id=AwAC%2F7',
        '/file/bot123:token/voice/file_7.oga',
      ]);
      for (const word of ['another', '']) assert.equal((await post(update, word)).status, 403);
      assert.equal((await post({ message: { chat: { id: 42 }, text: 'hello' } }, 'a-word')).status, 200);
      assert.equal(telegram.asked.length, 2);
      examples.assertNoErrors(flow);
      // Without a word of the operator's nobody is let in, also who sends none.
      await editor.clear();
      await examples.use('Voice message from Telegram');
      for (const word of ['a-word', '']) assert.equal((await post(update, word)).status, 403);
    } finally {
      telegram.close();
    }
  });

  it('"Discord voice to captions" gives each speaker of a voice channel captions with their name', async () => {
    const flow = await examples.use('Discord voice to captions');
    const captions = () => nodeRed.sent(flow.get('who says what')).map(({ payload = '' }) => payload);
    const of = (name: string): string =>
      captions()
        .flatMap((one) => one.split(`${name}: `)[1] ?? [])
        .join(' ');
    const isWhole = ({ username, said }: (typeof SPEAKERS)[number]): boolean =>
      wordErrorRate(said, of(username)) <= MAX_WORD_ERRORS;
    await waitUntil(() => SPEAKERS.every(isWhole), 'both texts', RECOGNISED_WITHIN_MS);
    await waitUntil(() => examples.completions(flow.get('asr-commit')) === 3, 'the commits');
    examples.assertNoErrors(flow);
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
      const flow = await examples.use('Emotion to lamp colour', {
        mqttPort: broker.port,
        address: scripted.url,
      });
      const page = await MicrophonePage.open(browser, nodeRed, { path: '/lamp' });
      await page.talk();
      const colours = () => broker.textOf('zigbee2mqtt/lamp/set').match(/#[0-9A-F]{6}/g) ?? [];
      const isDone = () => new Set(colours()).size === 3;
      await waitUntil(isDone, 'three colours', RECOGNISED_WITHIN_MS);
      assert.deepEqual([...new Set(colours())], ['#FFB300', '#1E66FF', '#FFF1D6']);
      assert.deepEqual(await page.emotions(3), ['happy', 'sad', 'neutral']);
      // The page's own word ends the session: otherwise the last sentence would wait for the idle time.
      await page.stop();
      await examples.finished(flow.get('asr-session'), 10_000);
      await page.close();
      examples.assertNoErrors(flow);
    } finally {
      await editor.clear();
      await broker.close();
      await scripted.close();
    }
  });

  it('"Statistics as a chart" draws a bar for each session', async () => {
    const flow = await examples.use('Statistics as a chart');
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
    examples.assertNoErrors(flow);
  });

  it('"Microphone to captions" shows on the page what is said into it', async function () {
    this.timeout(SAID_AGAIN_WITHIN_MS * 4);
    const flow = await examples.use('Microphone to captions');
    const speaking = await launchBrowser({ microphone: RECORDING });
    try {
      const page = await MicrophonePage.open(speaking, nodeRed);
      await page.talk();
      await page.page.locator('#sentences .interim').first().waitFor({ timeout: RECOGNISED_WITHIN_MS });
      // The recording is said again and again, because a busy machine misses pieces of a browser's microphone.
      const isHeard = async () => lowestWordErrorRate(JFK_TEXT, await page.text()) <= MAX_WORD_ERRORS;
      await eventually(isHeard, 'the whole recording to be on the page', SAID_AGAIN_WITHIN_MS);
      await page.stop();
      await examples.finished(flow.get('asr-session'));
      await page.page.locator('#sentences .interim').first().waitFor({ state: 'detached' });
      assert.ok(await isHeard(), await page.text());
      await page.close();
      examples.assertNoErrors(flow);
    } finally {
      await speaking.close();
    }
  });

  it('"Microphone of this computer to captions" gives captions of what its recorder hears', async () => {
    assertSaid(await examples.wholeText(await examples.use('Microphone of this computer to captions')));
  });

  it('"Web radio to captions" gives captions of a stream', async () => {
    assertSaid(await examples.liveAudio('Web radio to captions', RECORDING));
  });

  it('is tested for each file in examples/', () => {
    const files = readdirSync(path.join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
    const tried = [...examples.shown, ...SCRIPTED_EXAMPLES];
    assert.deepEqual(tried.map((name) => `${name}.json`).sort(), files.sort());
  });
});
