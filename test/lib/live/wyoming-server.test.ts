import assert from 'node:assert/strict';
import type { SessionOptions } from '../../../lib';
import { languageFor } from '../../../lib/live/wyoming/languages';
import { wyomingSource } from '../../../lib/live/sources/wyoming';
import type { WyomingSourceOptions } from '../../../lib/live/sources/wyoming';
import type { FeedWishes } from '../../../lib/live/sources/source';
import { freePort } from '../../support/live-audio';
import { useListening } from '../../support/listening-rig';
import { leaveNothingOpen } from '../../support/open-resources';
import { silence } from '../../support/scripted-audio';
import { waitUntil } from '../../support/wait-until';
import { WyomingClient, wyomingEvent } from '../../support/wyoming-client';

const MODEL = 'qwen3-asr-flash-realtime';

describe('the Wyoming server', () => {
  const clients: WyomingClient[] = [];
  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.destroy();
  });
  const { rig, listen } = useListening();
  leaveNothingOpen();
  let port = 0;
  let asked: FeedWishes[] = [];

  async function serve(
    script: Parameters<typeof rig.serve>[0] = { utterances: ['Turn on the light.'], loop: true },
    more: Partial<WyomingSourceOptions> = {},
  ): Promise<ReturnType<typeof listen>> {
    await rig.serve(script, { keepAudio: true });
    port = await freePort();
    asked = [];
    const source = wyomingSource({
      host: '127.0.0.1',
      port,
      maxSenders: 5,
      idleMs: 5000,
      models: [MODEL],
      ...more,
    });
    const heard = listen(source, {}, undefined, (wishes: FeedWishes | undefined): SessionOptions => {
      if (wishes) asked.push(wishes);
      return { ...wishes };
    });
    await heard.listening.start();
    return heard;
  }

  function client(): WyomingClient {
    const made = new WyomingClient(port);
    clients.push(made);
    return made;
  }

  it('describes itself and its models, again and again, and opens no session for that', async () => {
    await serve();
    const sessions = rig.service.sessions.length;
    const homeAssistant = client();
    homeAssistant.send('describe');
    homeAssistant.send('describe');
    const [info] = await homeAssistant.wait('info', 2);
    const [program] = info!.data.asr as Record<string, unknown>[];
    const { models, ...of } = program as Record<string, unknown> & { models: Record<string, unknown>[] };
    assert.equal(of.name, 'flow-asr');
    assert.equal(of.installed, true);
    assert.equal(of.supports_transcript_streaming, true);
    assert.ok(typeof of.version === 'string' && typeof of.description === 'string');
    assert.deepEqual(Object.keys(of.attribution as object), ['name', 'url']);
    assert.equal(models[0]!.name, MODEL);
    assert.ok((models[0]!.languages as string[]).includes('en'));
    for (const field of ['description', 'version', 'installed', 'attribution'])
      assert.ok(field in models[0]!);
    assert.equal(rig.service.sessions.length, sessions);
  });

  it('answers a command as Home Assistant sends it: a connection for each, with describe in between', async () => {
    const { texts } = await serve();
    for (let count = 0; count < 3; count += 1) {
      const looking = client();
      looking.send('describe');
      await looking.wait('info');
      looking.socket.destroy();
      const speaking = client();
      speaking.send('transcribe', { language: 'en' });
      speaking.speak(silence(700));
      const [transcript] = await speaking.wait('transcript');
      assert.equal(transcript!.data.text, 'Turn on the light.');
      assert.equal(transcript!.data.language, 'en');
      speaking.socket.destroy();
    }
    assert.equal(texts().length, 3);
    assert.deepEqual(asked, Array(3).fill({ model: MODEL, language: 'en' }));
  });

  it('streams the text: a start, pieces that make the whole text, the transcript, a stop', async () => {
    await serve({ utterances: ['One.', 'Two.', 'Three.'] });
    const made = client();
    made.speak(silence(4000));
    await made.wait('transcript-stop');
    const types = made.events.map(({ type }) => type);
    assert.equal(types[0], 'transcript-start');
    assert.deepEqual(types.slice(-2), ['transcript', 'transcript-stop']);
    const pieces = made.of('transcript-chunk').map(({ data }) => String(data.text));
    const [transcript] = made.of('transcript');
    assert.equal(transcript!.data.text, pieces.join(''));
    assert.equal(made.of('transcript').length, 1);
    assert.match(pieces.join(''), /^One\. Two\./);
  });

  it('has one transcript for each stop, also where nothing was heard or nothing came', async () => {
    await serve({ utterances: [] });
    const made = client();
    made.speak(silence(300));
    made.send('audio-start', { rate: 16_000, width: 2, channels: 1 });
    made.send('audio-stop');
    made.send('audio-stop');
    made.speak(silence(300));
    const transcripts = await made.wait('transcript', 4);
    assert.deepEqual(
      transcripts.map(({ data }) => data.text),
      ['', '', '', ''],
    );
    made.send('ping', { text: 'still there?' });
    assert.equal((await made.wait('pong'))[0]!.data.text, 'still there?');
    assert.equal(made.of('transcript').length, 4);
  });

  it('answers several utterances of one connection in their order, sent at once', async () => {
    await serve({ utterances: ['Turn on the light.'], loop: true });
    const made = client();
    for (let count = 0; count < 3; count += 1) made.speak(silence(700));
    const transcripts = await made.wait('transcript', 3);
    assert.deepEqual(
      transcripts.map(({ data }) => data.text),
      Array(3).fill('Turn on the light.'),
    );
  });

  it('takes audio of any rate, width and number of channels', async () => {
    await serve({ utterances: ['Yes.'], loop: true });
    for (const [rate, width, channels] of [
      [8000, 2, 1],
      [44_100, 2, 2],
      [48_000, 4, 1],
      [22_050, 3, 2],
      [16_000, 1, 1],
    ] as const) {
      const made = client();
      made.speak(Buffer.alloc(rate * width * channels), { rate, width, channels });
      const [transcript] = await made.wait('transcript');
      assert.equal(transcript!.data.text, 'Yes.', `${rate} Hz, ${width} bytes, ${channels} channels`);
      const heardMs = Buffer.concat(rig.service.sessions.at(-1)!.audio).length / 32;
      assert.ok(Math.abs(heardMs - 1000) < 60, `${heardMs} ms`);
    }
  });

  it('understands events that are cut anywhere, with their data in the line or behind it', async () => {
    await serve({ utterances: ['Yes.'], loop: true });
    const format = { rate: 16_000, width: 2, channels: 1 };
    for (const place of ['line', 'behind'] as const) {
      const bytes = Buffer.concat([
        wyomingEvent('describe', {}, undefined, place),
        wyomingEvent('transcribe', { language: 'en' }, undefined, place),
        wyomingEvent('audio-start', format, undefined, place),
        wyomingEvent('audio-chunk', format, silence(400), place),
        wyomingEvent('audio-chunk', format, silence(400), place),
        wyomingEvent('audio-stop', {}, undefined, place),
      ]);
      const made = client();
      // The lines arrive byte by byte, and the audio in pieces of odd sizes.
      for (let at = 0; at < bytes.length;) {
        const length = at < 900 ? 1 : 1777;
        made.socket.write(bytes.subarray(at, at + length));
        at += length;
      }
      const [transcript] = await made.wait('transcript');
      assert.equal(transcript!.data.text, 'Yes.');
    }
  });

  it('answers a client that ends its side behind the stop', async () => {
    await serve();
    const made = client();
    made.speak(silence(700));
    made.socket.end();
    assert.equal((await made.wait('transcript'))[0]!.data.text, 'Turn on the light.');
    await waitUntil(() => made.isClosed, 'the end');
  });

  const REFUSED: [what: string, bytes: Buffer, said: RegExp][] = [
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /not the Wyoming protocol/],
    ['a payload without bounds', Buffer.from('{"type":"a","payload_length":9999999999}\n'), /larger payload/],
    ['a rate that no audio has', wyomingEvent('audio-start', { rate: 7, width: 2, channels: 1 }), /got .*7/],
    [
      'a width that no sample has',
      wyomingEvent('audio-start', { rate: 8000, width: 9, channels: 1 }),
      /width/,
    ],
    [
      'a format that changes within an utterance',
      Buffer.concat([
        wyomingEvent('audio-chunk', { rate: 16_000, width: 2, channels: 1 }, silence(20)),
        wyomingEvent('audio-chunk', { rate: 8000, width: 2, channels: 1 }, silence(20)),
      ]),
      /changed within an utterance/,
    ],
    [
      'an utterance without end',
      wyomingEvent('audio-chunk', { rate: 16_000, width: 2, channels: 1 }, silence(6000)),
      /longer than 5 s/,
    ],
  ];
  for (const [what, bytes, said] of REFUSED) {
    it(`answers with an error and ends the connection: ${what}`, async () => {
      const { failures } = await serve(undefined, { maxUtteranceMs: 5000 });
      const bad = client();
      bad.socket.write(bytes);
      const [error] = await bad.wait('error');
      assert.match(String(error!.data.text), said);
      assert.equal(typeof error!.data.code, 'string');
      await waitUntil(() => bad.isClosed, 'the end');
      assert.deepEqual(bad.of('transcript'), []);
      const good = client();
      good.speak(silence(700));
      assert.equal((await good.wait('transcript'))[0]!.data.text, 'Turn on the light.');
      assert.deepEqual(failures, []);
    });
  }

  for (const idleMs of [3000, 20_000]) {
    it(`gives an error and no empty text where recognition failed, and lets nobody wait longer than ${idleMs} ms`, async () => {
      await serve({ utterances: ['One.'] }, { idleMs });
      const made = client();
      made.send('audio-chunk', { rate: 16_000, width: 2, channels: 1 }, silence(500));
      await waitUntil(() => asked.length === 1 && rig.service.connectionCount > 0, 'the session');
      await rig.service.close();
      made.send('audio-stop');
      await made.wait('error', 1, 60_000);
      assert.deepEqual(made.of('transcript'), []);
      await waitUntil(() => made.isClosed, 'the end');
    }).timeout(70_000);
  }

  it('refuses a client that asks for more texts than can wait', async () => {
    await serve();
    const made = client();
    made.send('audio-chunk', { rate: 16_000, width: 2, channels: 1 }, silence(500));
    for (let index = 0; index < 5000; index += 1) made.send('audio-stop');
    assert.equal((await made.wait('error'))[0]!.data.code, 'THROTTLED');
  });

  it('lets a silent client go, and serves no more than its cap', async () => {
    const { warnings } = await serve(undefined, { idleMs: 100, maxSenders: 2 });
    const silent = [client(), client(), client()];
    await waitUntil(() => silent.every(({ isClosed }) => isClosed), 'their ends');
    assert.match(warnings.join(' '), /2 clients are connected/);
  });

  it('maps the tags of Home Assistant to the languages of the model', () => {
    const codes = ['zh', 'yue', 'en', 'no', 'fil', 'pt'];
    for (const [tag, code] of [
      ['en', 'en'],
      ['en-GB', 'en'],
      ['zh-CN', 'zh'],
      ['zh_TW', 'zh'],
      ['zh-Hans-CN', 'zh'],
      ['zh-HK', 'yue'],
      ['yue', 'yue'],
      ['nb', 'no'],
      ['nn-NO', 'no'],
      ['tl', 'fil'],
      ['pt-BR', 'pt'],
      ['EN', 'en'],
      ['xx', undefined],
      ['', undefined],
      ['__proto__', undefined],
    ] as const) {
      assert.equal(languageFor(tag, codes), code, tag);
    }
    assert.equal(languageFor('zh-HK', ['zh']), 'zh');
  });

  it('detects a language that the model does not know, and says so once', async () => {
    const { warnings } = await serve();
    const made = client();
    for (let count = 0; count < 2; count += 1) {
      made.send('transcribe', { language: 'xx-YY', name: 'another model' });
      made.speak(silence(700));
    }
    await made.wait('transcript', 2);
    assert.deepEqual(asked, Array(2).fill({ model: MODEL }));
    assert.equal(warnings.filter((warning) => warning.includes('"xx-YY"')).length, 1);
  });
});
