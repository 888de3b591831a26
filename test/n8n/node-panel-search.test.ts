import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ROOT } from '../hosts/support/packed';

interface Codex {
  alias: string[];
}

/** The data that the node panel of n8n's editor searches. */
interface PanelItem {
  name: string;
  properties: { displayName: string; codex: Codex };
}

type SublimeSearch = (
  filter: string,
  items: readonly PanelItem[],
  keys: readonly { key: string; weight: number }[],
) => { item: PanelItem }[];

const fromEngine = createRequire(path.join(ROOT, 'test/hosts/n8n-engine/package.json'));
const { sublimeSearch } = fromEngine('@n8n/utils/dist/search/sublime-search') as {
  sublimeSearch: SublimeSearch;
};

/** The keys and weights of the editor's own call. */
const KEYS = [
  { key: 'properties.displayName', weight: 1.3 },
  { key: 'properties.codex.alias', weight: 1 },
];

const NODES = path.join(ROOT, 'nodes/n8n');
const ITEMS = readdirSync(NODES)
  .filter((name) => name.startsWith('Asr'))
  .map((name): PanelItem => {
    const file = path.join(NODES, name, `${name}.node`);
    const [, displayName = ''] = /displayName: '([^']+)'/.exec(readFileSync(`${file}.ts`, 'utf8')) ?? [];
    const codex = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Codex;
    // The panel removes this word from names.
    return { name, properties: { displayName: displayName.replace(' Trigger', ''), codex } };
  });

/** The editor does the same with the typed text. */
function search(typed: string): string[] {
  return sublimeSearch(typed.toLowerCase().replace('trigger', '').trim(), ITEMS, KEYS).map(
    ({ item }) => item.name,
  );
}

describe("n8n's node panel", () => {
  const RECORDINGS = [
    'speech to text',
    'speech recognition',
    'transcribe audio',
    'whisper',
    'voice message',
    'dashscope',
    'alibaba',
    'model studio',
    'fun-asr',
    'paraformer',
    'qwen',
    'transcription',
    'subtitles',
    'stt',
    'aliyun',
    'dictation',
  ];
  for (const typed of RECORDINGS) {
    it(`finds the node for recordings by "${typed}"`, () => {
      assert.ok(search(typed).includes('AsrTranscribe'), search(typed).join());
    });
  }

  for (const typed of [
    'live captions',
    'speech recognition',
    'speech trigger',
    'phone call',
    'microphone',
    'satellite',
    'home assistant',
    'wyoming',
  ]) {
    it(`finds the trigger by "${typed}"`, () => {
      assert.ok(search(typed).includes('AsrTrigger'), search(typed).join());
    });
  }

  for (const [typed, node] of [
    ['speech to text', 'AsrTranscribe'],
    ['speech to text (qwen', 'AsrTranscribe'],
    ['live speech', 'AsrTrigger'],
    ['speech session', 'AsrSession'],
    ['speech session: append audio', 'AsrAppendAudio'],
    ['speech session: commit', 'AsrCommit'],
  ] as const) {
    it(`finds the node by its own name, "${typed}"`, () => {
      assert.ok(search(typed).includes(node), search(typed).join());
    });
  }

  it('finds all nodes by the names of the service', () => {
    for (const typed of ['dashscope', 'qwen', 'model studio'])
      assert.equal(search(typed).length, ITEMS.length);
  });

  it('finds nothing by words that have nothing to do with speech', () => {
    assert.deepEqual(search('postgres'), []);
  });
});
