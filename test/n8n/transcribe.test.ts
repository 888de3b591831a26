import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { JFK_PCM, assertSaysJfk } from '../support/jfk';
import { silence, wav } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';
import { noise } from '../support/wav-files';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';
import type { TestNode } from './support/n8n-rig';

const RECORDING = wav(silence(3000));
const WITH_TIMES = 'fun-asr-realtime';

function workflow(
  items: INodeExecutionData[],
  parameters: TestNode['parameters'] = {},
  more: Partial<TestNode> = {},
): TestNode[] {
  return [
    { name: 'Start', type: 'items', items, to: [['Transcribe']] },
    { name: 'Transcribe', type: 'asrTranscribe', parameters, ...more },
  ];
}

describe("Speech to Text in n8n's engine", () => {
  const n8n = useN8n();

  it('turns each recording into one item with text, language, emotions, sentences and statistics', async () => {
    await n8n.serve({
      utterances: [
        { text: 'Good morning.', emotion: 'happy' },
        { text: 'No.', emotion: 'angry' },
      ],
    });
    const result = await n8n.run(workflow([binaryItem(wav(silence(6000)))]));
    const [json] = result.json('Transcribe');
    const { sentences, statistics, audio, sessionId, ...rest } = json as Record<string, unknown>;
    assert.match(String(sessionId), /^sess_/);
    assert.deepEqual(rest, {
      text: 'Good morning. No.',
      language: 'en',
      emotion: 'happy',
      emotions: ['happy', 'angry'],
    });
    assert.deepEqual(
      (sentences as { text: string; emotion: string }[]).map(({ text, emotion }) => [text, emotion]),
      [
        ['Good morning.', 'happy'],
        ['No.', 'angry'],
      ],
    );
    assert.equal((statistics as { finals: number }).finals, 2);
    assert.equal((audio as { container: string }).container, 'wav');
  });

  it('refuses input that is no audio with what it is, and opens no session for it', async () => {
    await n8n.serve({ utterances: ['Nothing.'] });
    const cases: [bytes: Buffer, of: { fileName: string; mimeType: string }, said: RegExp][] = [
      [noise(20_000), { fileName: 'voice.enc', mimeType: 'application/octet-stream' }, /encrypted/],
      [noise(20_000), { fileName: 'data', mimeType: 'application/octet-stream' }, /not known what audio/],
      [noise(20_000), { fileName: 'a.png', mimeType: 'image/png' }, /an image/],
      [
        Buffer.from('\x1f\x8b\x08\0 and so on, and on', 'latin1'),
        { fileName: 'a', mimeType: 'application/gzip' },
        /gzip/,
      ],
      [
        Buffer.from('SQLite format 3\0 and so on', 'latin1'),
        { fileName: 'a.bin', mimeType: 'text/plain' },
        /SQLite/,
      ],
      [
        Buffer.from('data:audio/wav;base64,UklGRg=='),
        { fileName: 'file.txt', mimeType: 'text/plain' },
        /data URL/,
      ],
    ];
    for (const [bytes, of, said] of cases) {
      const { error } = await n8n.run(workflow([binaryItem(bytes, of)]));
      assert.match(error.message, said, of.fileName);
    }
    assert.equal(n8n.service.sessions.length, 0);
  });

  it('takes raw samples whose rate the options give', async () => {
    await n8n.serve({ utterances: ['Raw.'] });
    const item = binaryItem(silence(2000), { fileName: 'a.bin', mimeType: 'application/octet-stream' });
    const result = await n8n.run(workflow([item], { options: { rawRate: 16_000, rawEncoding: 's16le' } }));
    assert.deepEqual(result.texts('Transcribe'), ['Raw.']);
  });

  it('keeps the order of items, pairs them, and runs as many at once as it may', async () => {
    const texts = ['One.', 'Two.', 'Three.', 'Four.', 'Five.'];
    await n8n.serve({ connections: texts.map((text) => ({ utterances: [text] })) });
    let most = 0;
    const look = setInterval(() => (most = Math.max(most, n8n.service.connectionCount)), 1);
    const items = texts.map(() => binaryItem(RECORDING));
    const result = await n8n.run(workflow(items, { options: { atOnce: 2 } })).finally(() => {
      clearInterval(look);
    });
    assert.equal(most, 2);
    assert.deepEqual([...result.texts('Transcribe')].sort(), [...texts].sort());
    assert.deepEqual(
      result.output('Transcribe').map(({ pairedItem }) => pairedItem),
      texts.map((_, item) => ({ item })),
    );
    // With one recording at a time, the connections are in the order of the items.
    await n8n.serve({ connections: texts.map((text) => ({ utterances: [text] })) });
    const inOrder = await n8n.run(workflow(items, { options: { atOnce: 1 } }));
    assert.deepEqual(inOrder.texts('Transcribe'), texts);
  });

  it('gives one item for each sentence, with times of its words', async () => {
    await n8n.serve({ utterances: ['Good morning.', 'How are you?'] });
    const result = await n8n.run(
      workflow([binaryItem(wav(silence(6000)))], { model: WITH_TIMES, itemPer: 'sentence' }),
    );
    const sentences = result.json('Transcribe');
    assert.deepEqual(
      sentences.map(({ text, sentenceNumber, sentenceCount }) => [text, sentenceNumber, sentenceCount]),
      [
        ['Good morning.', 1, 2],
        ['How are you?', 2, 2],
      ],
    );
    const [first] = sentences;
    assert.equal(typeof first?.beginMs, 'number');
    assert.deepEqual(
      (first?.words as { text: string }[]).map(({ text }) => text.trim()),
      ['Good', 'morning'],
    );
  });

  it('gives an item with an empty text for a recording without speech, so that loops continue', async () => {
    await n8n.serve({ utterances: [] });
    const result = await n8n.run(workflow([binaryItem(wav(silence(1000)))], { itemPer: 'sentence' }));
    const [{ sessionId, ...rest }] = result.json('Transcribe') as [Record<string, unknown>];
    assert.match(String(sessionId), /^sess_/);
    assert.deepEqual(rest, { text: '', sentenceNumber: 0, sentenceCount: 0 });
  });

  for (const [format, beginning] of [
    ['srt', /^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\nGood morning\.\n/],
    ['vtt', /^WEBVTT\n\n00:00:\d\d\.\d{3} --> /],
  ] as const) {
    it(`puts captions into a binary field as ${format}`, async () => {
      await n8n.serve({ utterances: ['Good morning.'] });
      const result = await n8n.run(
        workflow([binaryItem(RECORDING, { fileName: 'call.wav' })], { model: WITH_TIMES, captions: format }),
      );
      const captions = result.output('Transcribe')[0]?.binary?.captions;
      assert.equal(captions?.fileName, `call.${format}`);
      assert.match((await n8n.bytesOf(captions)).toString(), beginning);
    });
  }

  it('reads a file that n8n has stored outside of the item', async () => {
    await n8n.serve({ utterances: ['Stored.'] });
    const { core, get } = n8n.engine;
    const service = get(core.BinaryDataService) as unknown as {
      store: (place: object, bytes: Buffer, binary: object) => Promise<IBinaryData>;
    };
    const place = { type: 'execution', workflowId: 'workflow', executionId: 'stored' };
    const stored = await service.store(place, RECORDING, { mimeType: 'audio/wav', fileName: 'a.wav' });
    assert.ok(stored.id);
    const result = await n8n.run(workflow([{ json: {}, binary: { data: stored } }]));
    assert.deepEqual(result.texts('Transcribe'), ['Stored.']);
  });

  it('takes base64, data URLs and web addresses, as an AI agent gives them', async () => {
    await n8n.serve({ utterances: ['Text.'] });
    const server = http.createServer((_request, response) => response.end(RECORDING)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const base64 = RECORDING.toString('base64');
      for (const parameters of [
        { source: 'base64', base64: '={{ $json.audio }}' },
        { source: 'base64', base64: `data:audio/wav;base64,${base64}` },
        { source: 'url', url: `http://127.0.0.1:${port}/call.wav` },
      ]) {
        const result = await n8n.run(workflow([{ json: { audio: base64 } }], parameters));
        assert.deepEqual(result.texts('Transcribe'), ['Text.']);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
    assert.ok(n8n.nodeType('asrTranscribe').description.usableAsTool);
  });

  it('never takes a text for the path of a file', async () => {
    await n8n.serve();
    for (const parameters of [
      { source: 'base64', base64: '../../../etc/hostname' },
      { source: 'url', url: 'file:///etc/hostname' },
    ]) {
      const { error } = await n8n.run(workflow([{ json: {} }], parameters));
      assert.match(`${error.message} ${error.description ?? ''}`, /is no base64|neither http nor https/);
    }
    assert.equal(n8n.service.sessions.length, 0);
  });

  it('says which item failed and why, and begins no other', async () => {
    await n8n.serve({ utterances: ['Fine.'] });
    const broken = binaryItem(Buffer.from('this is no audio at all, but a text'), { fileName: 'notes.txt' });
    const result = await n8n.run(
      workflow([binaryItem(RECORDING), broken, binaryItem(RECORDING)], { options: { atOnce: 1 } }),
    );
    assert.equal(result.error.name, 'NodeOperationError');
    assert.equal(result.error.context.itemIndex, 1);
    assert.equal(result.error.context.code, 'BAD_AUDIO');
    assert.equal(n8n.service.sessions.length, 1);
  });

  it('names the binary field that is not there', async () => {
    await n8n.serve();
    const { error } = await n8n.run(workflow([{ json: {} }]));
    assert.match(error.message, /binary file 'data'/);
  });

  it('goes on with the other items with On Error set to continue', async () => {
    await n8n.serve({ utterances: ['Fine.'] });
    const broken = binaryItem(Buffer.from('this is no audio at all, but a text'));
    const items = [{ ...broken, json: { caller: 'Ann' } }, binaryItem(RECORDING)];
    const regular = await n8n.run(workflow(items, {}, { onError: 'continueRegularOutput' }));
    const [failed, fine] = regular.output('Transcribe');
    assert.match(failed?.json.error as string, /no audio/);
    assert.deepEqual(failed?.pairedItem, { item: 0 });
    assert.equal(fine?.json.text, 'Fine.');

    await n8n.serve({ utterances: ['Fine.'] });
    const errors = await n8n.run(workflow(items, {}, { onError: 'continueErrorOutput' }));
    assert.deepEqual(errors.texts('Transcribe', 0), ['Fine.']);
    const [onErrorOutput, ...others] = errors.output('Transcribe', 1);
    assert.equal(others.length, 0);
    assert.equal(onErrorOutput?.json.caller, 'Ann');
    assert.match(onErrorOutput.json.error as string, /no audio/);
    assert.equal(onErrorOutput.binary?.data?.fileName, 'recording.wav');
  });

  it('shows the refusal of the service, and leaves the key in nothing that n8n stores', async () => {
    await n8n.serve({ utterances: ['Secret.'] }, { apiKey: 'sk-right-0123456789' });
    const credentials = { region: 'custom', address: n8n.service.url };
    const items = [binaryItem(RECORDING)];
    const apiKey = 'sk-wrong-0123456789';
    const refused = await n8n.run(workflow(items), { credentials: { ...credentials, apiKey } });
    assert.equal(refused.error.name, 'NodeApiError');
    assert.equal(refused.error.context.code, 'AUTHENTICATION');
    assert.ok(!JSON.stringify(refused.run).includes(apiKey));

    const right = 'sk-right-0123456789';
    const fine = await n8n.run(workflow(items), { credentials: { ...credentials, apiKey: right } });
    assert.deepEqual(fine.texts('Transcribe'), ['Secret.']);
    assert.ok(!JSON.stringify(fine.run).includes(right));
  });

  it('shows warnings about the audio as hints of the node', async () => {
    await n8n.serve({ utterances: [] });
    const result = await n8n.run(workflow([binaryItem(wav(Buffer.alloc(96_000)))]));
    assert.match(result.hints('Transcribe').join(), /item 0.*(silent|nothing to hear|silence)/i);
  });

  it('ends at once when it is cancelled, with any On Error setting, and leaves no socket', async () => {
    for (const onError of [undefined, 'continueRegularOutput'] as const) {
      await n8n.serve({ upgrade: { hang: true } });
      let cancelledAt = 0;
      const items = [0, 1, 2].map(() => binaryItem(RECORDING));
      const result = await n8n.run(workflow(items, {}, onError && { onError }), {
        onStart: (run) => {
          void waitUntil(() => n8n.service.sessions.length === 2, 'the first two sessions').then(() => {
            cancelledAt = performance.now();
            run.cancel();
          });
        },
      });
      // A connection would be waited for until 10 s.
      assert.ok(performance.now() - cancelledAt < 8000, `${performance.now() - cancelledAt} ms`);
      assert.equal(result.run.status, 'canceled');
      assert.equal(n8n.service.sessions.length, 2);
      assert.equal(n8n.service.connectionCount, 0);
    }
  });

  it('recognises a recording of real speech', async function () {
    this.timeout(60_000);
    await n8n.serve(undefined, { engine: 'recogniser' });
    const result = await n8n.run(workflow([binaryItem(wav(JFK_PCM))]));
    const text = String(result.texts('Transcribe')[0]);
    assertSaysJfk(text);
  });
});
