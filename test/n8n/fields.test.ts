import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NodeHelpers } from 'n8n-workflow';
import type { INode, INodeParameters, INodeProperties, INodeType } from 'n8n-workflow';
import { MODELS, parameterFault } from '../../lib';
import { VAD_PARAMETERS } from '../../lib/vocabulary/parameters';
import { AsrSession } from '../../nodes/n8n/AsrSession/AsrSession.node.js';
import { AsrTranscribe } from '../../nodes/n8n/AsrTranscribe/AsrTranscribe.node.js';
import { PARAMETER_NAMES } from '../../nodes/n8n/shared/recognition-properties';
import { ROOT } from '../hosts/support/packed';

const NODES: Record<string, INodeType> = { AsrTranscribe: new AsrTranscribe(), AsrSession: new AsrSession() };

/** The options that n8n's editor shows for these values of the fields above. */
function shownOptions({ description }: INodeType, values: INodeParameters): INodeProperties[] {
  const collection = description.properties.find(({ name }) => name === 'options');
  const node = { typeVersion: 1 } as INode;
  return (collection?.options as INodeProperties[]).filter((property) =>
    NodeHelpers.displayParameter({}, property, node, description, values),
  );
}

function shownFields({ description }: INodeType, values: INodeParameters): INodeProperties[] {
  const node = { typeVersion: 1 } as INode;
  return description.properties.filter((property) =>
    NodeHelpers.displayParameter(values, property, node, description),
  );
}

function valuesOf({ options = [] }: INodeProperties): unknown[] {
  return options.map((option) => ('value' in option ? option.value : undefined));
}

for (const [name, node] of Object.entries(NODES)) {
  describe(`the fields of ${name}`, () => {
    for (const model of MODELS) {
      it(`are the settings of ${model.id} in the table of models`, () => {
        const values = { operation: 'open', model: model.id, mode: 'vad' };
        const options = shownOptions(node, values);
        const names = options.map((option) => option.name);
        assert.deepEqual(
          PARAMETER_NAMES.filter((parameter) => names.includes(parameter)),
          PARAMETER_NAMES.filter((parameter) => parameter in model.parameters),
        );
        assert.equal(new Set(names).size, names.length, 'each field once');
        const rates = options.find((option) => option.name === 'sampleRateHz');
        assert.deepEqual(rates ? valuesOf(rates).slice(1) : [model.sampleRatesHz[0]], [
          ...model.sampleRatesHz,
        ]);
        const formats = options.find((option) => option.name === 'wireFormat');
        assert.deepEqual(formats ? valuesOf(formats) : ['pcm'], [...model.formats]);
        assert.equal(names.includes('context'), model.context !== 'none');

        const fields = shownFields(node, values);
        const language = fields.filter((field) => field.name === 'language' || field.name === 'languages');
        assert.equal(language.length, model.maxLanguages > 0 ? 1 : 0);
        if (language[0]) {
          assert.deepEqual(
            valuesOf(language[0])
              .filter((code) => code !== '')
              .sort(),
            [...model.languages].sort(),
          );
          assert.equal(language[0].type, model.maxLanguages > 1 ? 'multiOptions' : 'options');
        }
        assert.equal(
          fields.some((field) => field.name === 'mode'),
          model.modes.length > 1,
        );
      });

      it(`have defaults that ${model.id} takes`, () => {
        for (const option of shownOptions(node, { operation: 'open', model: model.id, mode: 'vad' })) {
          const parameter = PARAMETER_NAMES.find((one) => one === option.name);
          const spec = parameter && model.parameters[parameter];
          if (!spec || !('default' in spec)) continue;
          assert.equal(parameterFault(option.name, option.default, spec), undefined);
          assert.equal(option.default, spec.default);
        }
      });
    }

    it('leave out turn detection where commits end the sentences', () => {
      const values = { operation: 'open', model: 'qwen3-asr-flash-realtime', mode: 'manual' };
      const names = shownOptions(node, values).map((option) => option.name);
      assert.deepEqual(
        VAD_PARAMETERS.filter((parameter) => names.includes(parameter)),
        [],
      );
    });

    it('show every setting for a model whose name is known only later', () => {
      const values = { operation: 'open', model: 'custom', mode: 'vad' };
      const names = shownOptions(node, values).map((option) => option.name);
      assert.deepEqual(
        PARAMETER_NAMES.filter((parameter) => !names.includes(parameter)),
        [],
      );
      assert.ok(shownFields(node, values).some((field) => field.name === 'modelName'));
    });
  });
}

describe('each n8n node', () => {
  const { n8n } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    n8n: { nodes: string[] };
  };

  for (const file of n8n.nodes) {
    const base = path.join(ROOT, file.replace(/^dist\//, '').replace(/\.js$/, ''));

    it(`${path.basename(base)} has a codex file with its own name, and its icons`, () => {
      const codex = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as { node: string };
      const source = readFileSync(`${base}.ts`, 'utf8');
      const name = /\n {4}name: '(\w+)'/.exec(source)?.[1];
      assert.equal(codex.node, `@flow-asr/n8n-nodes-realtime-asr.${name}`);
      const icons = [...source.matchAll(/'file:([^']+)'/g)].map(([, icon]) => icon ?? '');
      assert.equal(icons.length, 2);
      for (const icon of icons) assert.ok(existsSync(path.join(path.dirname(base), icon)), icon);
    });
  }
});
