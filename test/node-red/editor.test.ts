import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MODELS } from '../../lib/vocabulary/models';
import type { ParameterName } from '../../lib/vocabulary/parameters';
import type { FlowNode } from '../support/node-red';
import { folderOf, NODE_TYPES, readCatalogue } from '../support/node-red';

const ROOT = path.join(__dirname, '../..');
const LANGUAGES = ['en-US', 'zh-CN'];

/** `{ a: { b: 'text' } }` → `a.b` → `text`. */
function texts(tree: Record<string, unknown>, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else
      texts(value as Record<string, unknown>, `${prefix}${key}.`).forEach((text, at) => found.set(at, text));
  }
  return found;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/__(\w+?)__/g)].map(([, name]) => name!).sort();
}

function read(...parts: string[]): string {
  return readFileSync(path.join(ROOT, ...parts), 'utf8');
}

for (const type of NODE_TYPES) {
  describe(`the texts of ${type}`, () => {
    const english = texts(readCatalogue(type, 'en-US'));
    const html = read(folderOf(type), `${type}.html`);

    it('exist in every language, with the same placeholders', () => {
      for (const language of LANGUAGES) {
        const translated = texts(readCatalogue(type, language));
        assert.deepEqual([...translated.keys()].sort(), [...english.keys()].sort());
        for (const [key, text] of translated) {
          assert.notEqual(text.trim(), '');
          assert.deepEqual(placeholders(text), placeholders(english.get(key)!), `${language} ${key}`);
        }
      }
    });

    it('have every key that the dialog uses', () => {
      const asked = [...html.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(([, key]) => key!);
      assert.ok(asked.length > 0);
      assert.deepEqual(
        asked.filter((key) => !english.has(key)),
        [],
      );
    });

    it('keep badges under 20 characters', () => {
      for (const language of LANGUAGES) {
        for (const [key, text] of texts(readCatalogue(type, language))) {
          if (!key.includes('.status.')) continue;
          const shown = text.replace(/__\w+?__/g, '99');
          assert.ok(shown.length < 20, `${key}: ${shown}`);
        }
      }
    });

    it('have a help page in every language', () => {
      for (const language of LANGUAGES) {
        const help = read(folderOf(type), 'locales', language, `${type}.html`);
        assert.ok(help.startsWith(`<script type="text/html" data-help-name="${type}">`));
      }
    });

    it('belong to a dialog that registers its type literally, as the scorecard requires', () => {
      assert.match(
        html,
        new RegExp(`<script type="text/javascript">[^<]*RED\\.nodes\\.registerType\\('${type}', \\{`),
      );
      assert.ok(html.includes(`data-template-name="${type}"`));
    });
  });
}

describe('the settings of models', () => {
  const names = new Set(MODELS.flatMap((model) => Object.keys(model.parameters)));
  const kinds = new Set(MODELS.flatMap((model) => Object.values(model.parameters)).map(({ kind }) => kind));
  const regions = new Set(MODELS.flatMap((model) => model.regions));

  for (const language of LANGUAGES) {
    it(`each have a label, a hint and an expected value in ${language}`, () => {
      const known = texts(readCatalogue('asr-session', language));
      for (const name of names) {
        assert.ok(known.has(`asr-session.parameter.${name}.label`), name);
        assert.ok(known.has(`asr-session.parameter.${name}.hint`), name);
      }
      for (const kind of kinds) assert.ok(known.has(`asr-session.expected.${kind}`), kind);
      for (const region of regions) assert.ok(known.has(`asr-session.region.${region}`), region);
      const described = [...known.keys()].flatMap((key) => /\.parameter\.(\w+)\.label$/.exec(key)?.[1] ?? []);
      assert.deepEqual(
        described.filter((name) => !names.has(name as ParameterName)),
        [],
      );
    });
  }

  it('have every shared text that the dialogs use', () => {
    const known = texts(readCatalogue('asr-session', 'en-US'));
    const folder = 'nodes/node-red/shared/editor';
    for (const file of readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith('.ts'))) {
      const asked = [...read(folder, file).matchAll(/sharedText\(\s*'([a-zA-Z.-]+)'\s*[,)]/g)].map(
        ([, key]) => key!,
      );
      for (const key of asked) assert.ok(known.has(`asr-session.${key}`), `${file}: ${key}`);
    }
  });
});

describe('the icons', () => {
  it('exist for each node of the palette', () => {
    for (const type of NODE_TYPES) {
      const icon = /icon: '([^']+)'/.exec(read(folderOf(type), `${type}.html`))?.[1];
      if (type === 'asr-credentials') continue;
      assert.ok(icon && existsSync(path.join(ROOT, 'icons', icon)), `${type}: ${String(icon)}`);
    }
  });
});

describe('the examples', () => {
  const files = readdirSync(path.join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
  const examples = files.map((file) => JSON.parse(read('examples', file)) as FlowNode[]);

  it('use every node', () => {
    const types = new Set(examples.flat().map(({ type }) => type));
    for (const type of NODE_TYPES) assert.ok(types.has(type), type);
  });

  it('have ids of their own, resolve every reference, and contain no secrets', () => {
    const ids = examples.flat().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const example of examples) {
      const own = new Set(example.map(({ id }) => id));
      for (const node of example) {
        assert.match(node.id, /^[0-9a-f]{16}$/);
        const wires = (node.wires as string[][] | undefined) ?? [];
        for (const id of [node.z, node.session, node.connection, ...wires.flat()] as (string | undefined)[]) {
          if (id !== undefined) assert.ok(own.has(id), `${node.type} ${node.id}: ${id}`);
        }
        assert.equal('credentials' in node, false);
      }
    }
  });
});
