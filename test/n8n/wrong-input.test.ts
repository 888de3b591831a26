import assert from 'node:assert/strict';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { withEnvironment } from '../support/environment';
import { silence, wav } from '../support/scripted-audio';
import { FILES, VALUES } from '../support/strangers-input';
import { noise, withBrokenEnd } from '../support/wav-files';
import { binaryItem } from './support/items';
import { useN8n } from './support/n8n-rig';

const RECORDING = wav(silence(3000));

describe("what a workflow gives to Speech to Text, in n8n's engine", () => {
  const n8n = useN8n();

  /** The error of an item for which nothing was sent. */
  async function refused(item: INodeExecutionData, parameters: INodeParameters = {}): Promise<string> {
    await n8n.serve({ utterances: ['Hello.'] });
    const { error } = await n8n.run([
      { name: 'Start', type: 'items', items: [item], to: [['Transcribe']] },
      { name: 'Transcribe', type: 'asrTranscribe', parameters },
    ]);
    assert.equal(n8n.service.sessions.length, 0);
    return [error.message, error.description].join(' ');
  }

  for (const [what, file] of [
    ['no data', { mimeType: 'audio/wav' }],
    ['empty data', { data: '', mimeType: 'audio/wav' }],
    ['bytes as they are', { data: RECORDING, mimeType: 'audio/wav' }],
    ['a Buffer as JSON', { data: { type: 'Buffer', data: [1, 2, 3] }, mimeType: 'audio/wav' }],
    ['text that is no base64', { data: 'äöü, and no base64', mimeType: 'audio/wav' }],
    ['a MIME type and a name that are no texts', { mimeType: 7, fileName: ['a'] }],
    ['a text in place of the file', 'UklGRg=='],
  ] as const) {
    it(`may be a file of a Code node with ${what}: an error says how it makes one`, async () => {
      const item = { json: {}, binary: { data: file } } as unknown as INodeExecutionData;
      assert.match(await refused(item), /field "data" has no file in it: .*prepareBinaryData/);
    });
  }

  it('may be a recording with an end that cannot be read: its text is given, with a hint', async () => {
    await n8n.serve({ utterances: ['Good morning.'] });
    const result = await n8n.run([
      { name: 'Start', type: 'items', items: [binaryItem(withBrokenEnd(RECORDING))], to: [['Transcribe']] },
      { name: 'Transcribe', type: 'asrTranscribe' },
    ]);
    assert.deepEqual(result.texts('Transcribe'), ['Good morning.']);
    assert.match(JSON.stringify(result.hints('Transcribe')), /The rest of the audio was left out.*FLAC/);
  });

  it('may be a file that is not in the storage any more', async () => {
    const file = {
      id: 'filesystem-v2:workflows/1/executions/2/binary_data/gone',
      data: 'filesystem-v2',
      mimeType: 'audio/wav',
    };
    const said = await refused({ json: {}, binary: { data: file } });
    assert.match(
      said,
      /file of the field "data" is not in n8n's storage: .*pruned.*queue mode.*same folder/s,
    );
  });

  for (const [field, value] of [
    ['captions', 'ass'],
    ['captions', 'constructor'],
    ['itemPer', 'word'],
    ['itemPer', ''],
  ] as const) {
    it(`may have an expression that gives none of the choices: ${field} "${value}"`, async () => {
      const said = await refused(binaryItem(RECORDING), { [field]: `={{ "${value}" }}` });
      assert.match(said, new RegExp(`Expected \`${field}\` to be one of .*, got "${value}"`));
    });
  }

  it('may have very long texts anywhere: no error repeats more than their beginning', async () => {
    const long = 'xX'.repeat(2000);
    const file = {
      data: noise(20_000).toString('base64'),
      mimeType: `audio/${long}`,
      fileName: `${long}.bin`,
    };
    const cases: [item: INodeExecutionData, parameters: INodeParameters][] = [
      [{ json: {}, binary: { data: file } }, {}],
      [{ json: {} }, { source: 'base64', base64: `${long}!` }],
      [{ json: {} }, { source: 'base64', base64: `data:audio/${long};base64,${long}!` }],
      [{ json: {} }, { source: 'base64', base64: `={{ ({ constructor: { name: "${long}" } }) }}` }],
      [{ json: {} }, { source: 'url', url: long }],
      [{ json: {} }, { source: 'url', url: `${long}://a` }],
      [{ json: {} }, { source: long }],
      [binaryItem(RECORDING), { captions: `={{ "${long}" }}` }],
      [binaryItem(RECORDING), { model: 'custom', modelName: long }],
    ];
    for (const [item, parameters] of cases) {
      const said = await refused(item, parameters);
      assert.ok((said.match(/x/gi) ?? []).length <= 200, said.slice(0, 1000));
    }
  });

  it("may be any file or text of a stranger's: it is recognised, or refused by its name", async () => {
    await n8n.serve({ utterances: ['Hello there.'], loop: true });
    const rows = [
      ...FILES.map(([what, bytes, fileName, mimeType, outcome]) => ({
        what,
        outcome,
        item: { ...binaryItem(bytes, { fileName, mimeType }), json: { source: 'binary', text: 'unused' } },
      })),
      ...VALUES.map(([what, text, outcome]) => ({
        what,
        outcome,
        item: { json: { source: 'base64', text } } as unknown as INodeExecutionData,
      })),
    ];
    await withEnvironment({ FFMPEG_PATH: '/nowhere/ffmpeg' }, async () => {
      const result = await n8n.run([
        { name: 'Start', type: 'items', items: rows.map(({ item }) => item), to: [['Transcribe']] },
        {
          name: 'Transcribe',
          type: 'asrTranscribe',
          parameters: {
            source: '={{ $json.source }}',
            base64: '={{ $json.text }}',
            url: 'http://127.0.0.1:1/',
          },
          onError: 'continueRegularOutput',
        },
      ]);
      const given = result.json('Transcribe');
      const wrong = rows.flatMap(({ what, outcome }, index) => {
        const { text, error } = given[index] ?? {};
        const isRight =
          outcome === 'heard'
            ? typeof text === 'string' && text.startsWith('Hello there.')
            : typeof error === 'string' && outcome.test(error);
        return isRight ? [] : [`${what}: ${JSON.stringify(given[index]).slice(0, 300)}`];
      });
      assert.deepEqual(wrong, []);
    });
  });

  it('may name no model, where the model is custom', async () => {
    const said = await refused(binaryItem(RECORDING), { model: 'custom', modelName: '={{ $json.nothing }}' });
    assert.match(said, /custom and has no name/);
  });

  it('keeps its own fields when a session is opened for it', async () => {
    await n8n.serve({ utterances: ['Hello.'] });
    const own = { type: 'call', model: 'T-1000', region: 'north', sessionId: 'theirs' };
    const result = await n8n.run([
      { name: 'Start', type: 'items', items: [{ json: own }], to: [['Open', 'Abort']] },
      { name: 'Open', type: 'asrSession', parameters: { operation: 'open' } },
      { name: 'Abort', type: 'asrSession', parameters: { operation: 'abort' } },
    ]);
    assert.deepEqual(result.json('Open'), [{ ...own, sessionName: 'main' }]);
  });

  it('has no source that an agent cannot have where the node is its tool, and the address by default', () => {
    const { usableAsTool, properties } = n8n.nodeType('asrTranscribe').description;
    const { replacements } = usableAsTool as { replacements: { properties: typeof properties } };
    const source = replacements.properties.find(({ name }) => name === 'source');
    assert.equal(source?.default, 'url');
    const values = source.options?.map((option) => 'value' in option && option.value);
    assert.deepEqual(values, ['base64', 'url']);
    const names = (list: typeof properties) => list.map(({ name }) => name);
    assert.deepEqual(
      names(replacements.properties),
      names(properties).filter((name) => name !== 'binaryPropertyName'),
    );
  });
});
