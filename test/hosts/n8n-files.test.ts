import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { startLocalService, type LocalService } from '../../local-service';
import { JFK_PCM } from '../support/jfk';
import { wav } from '../support/scripted-audio';
import { noise } from '../support/wav-files';
import { installN8n } from './support/installation';
import { N8n } from './support/n8n';
import { convertToFileFlow, WEBHOOK_PATH } from './support/n8n-flows';
import { activate, createCredential, deactivate, importWorkflow } from './support/n8n-workflows';

const INSTALLED_WITHIN_MS = 1_800_000;
const BASE64 = wav(JFK_PCM).toString('base64');

describe("files that n8n's Convert to File has made", () => {
  let n8n: N8n;
  let service: LocalService;

  before(async function () {
    this.timeout(INSTALLED_WITHIN_MS);
    service = await startLocalService({ engine: 'script', script: { utterances: ['Hello there.'] } });
    n8n = await N8n.start(await installN8n('2.41'));
  });

  after(async () => {
    await n8n.stop();
    await service.close();
  });

  for (const [what, operation, text, options] of [
    ['base64, with its name and type', 'toBinary', BASE64, { fileName: 'a.wav', mimeType: 'audio/wav' }],
    ['base64, of which nothing is said', 'toBinary', BASE64, {}],
    ['base64 of a stranger, called text', 'toBinary', BASE64, { mimeType: 'text/plain' }],
  ] as const) {
    it(`are recognised where they were ${what}`, async () => {
      assert.deepEqual(await answer(operation, text, options), { text: 'Hello there.' });
    });
  }

  for (const [what, operation, text, options, said] of [
    ['a data URL as text', 'toText', `data:audio/wav;base64,${BASE64}`, {}, /data URL|base64/],
    ['base64 as text', 'toText', BASE64, {}, /base64/],
    ['a gzip', 'toBinary', gzipSync(wav(JFK_PCM)).toString('base64'), {}, /gzip/],
    [
      "WhatsApp's encrypted audio",
      'toBinary',
      noise(20_000).toString('base64'),
      { fileName: 'voice.enc', mimeType: 'application/octet-stream' },
      /encrypted|not known/,
    ],
  ] as const) {
    it(`are refused by their name where they were ${what}`, async () => {
      const { text: heard, error = '' } = await answer(operation, text, options);
      assert.equal(heard, undefined);
      assert.match(error, said);
    });
  }

  async function answer(
    operation: string,
    audio: string,
    options: object,
  ): Promise<{ text?: string; error?: string }> {
    const credential = await createCredential(n8n, 'Scripted', { region: 'local', address: service.url });
    const workflow = await importWorkflow(n8n, convertToFileFlow(operation, options), credential);
    await activate(n8n, workflow);
    const { body } = await n8n.request('POST', `/webhook/${WEBHOOK_PATH}`, {
      body: JSON.stringify({ audio }),
      headers: { 'content-type': 'application/json' },
    });
    await deactivate(n8n, workflow);
    const { text, error } = JSON.parse(body.toString()) as { text?: string; error?: string };
    return { ...(text !== undefined && { text }), ...(error !== undefined && { error }) };
  }
});
