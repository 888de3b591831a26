import assert from 'node:assert/strict';
import { startLocalService, type LocalService } from '../../../local-service';
import type { FlowNode, NodeRed } from '../../hosts/support/node-red';
import { launchBrowser, type Browser } from '../../support/browser';
import { Editor } from './editor';
import { startHost } from './host';

const LOCALES = ['en-US', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/** What the tests of the editor share, from before the first until after the last. */
export interface Stage {
  service: LocalService;
  nodeRed: NodeRed;
  /** In the language of the running tests. */
  editor: Editor;
}

/**
 * Runs the tests in a real editor in each language: empty before each test, and without an error after it. The files
 * of this folder run at the same time, so each has a Node-RED, a browser and a service of its own.
 */
export function inEachLanguage(tests: (stage: Stage, locale: Locale) => void): void {
  const stage: Partial<Stage> = {};
  const closing: (() => Promise<void>)[] = [];
  let browser: Browser;

  before(async function () {
    this.timeout(300_000);
    const script = { utterances: [{ text: 'One two three four.', emotion: 'happy' }], loop: true };
    const service = await startLocalService({ engine: 'script', script, keepKeys: true });
    closing.push(() => service.close());
    const nodeRed = await startHost();
    closing.push(() => nodeRed.stop());
    browser = await launchBrowser();
    closing.push(() => browser.close());
    Object.assign(stage, { service, nodeRed });
  });

  after(async () => {
    for (const close of closing.reverse()) await close();
  });

  for (const locale of LOCALES) {
    describe(`in ${locale}`, () => {
      before(async () => {
        stage.editor = await Editor.open(browser, stage.nodeRed!, { locale });
      });

      after(async () => {
        await stage.editor!.close();
      });

      beforeEach(async () => {
        await stage.editor!.clear();
      });

      afterEach(() => {
        assert.deepEqual(stage.editor!.faults.splice(0), []);
      });

      // Whole as soon as a test runs.
      tests(stage as Stage, locale);
    });
  }
}

/** Ids of a flow of one node of each kind. */
export interface FlowOfAll {
  session: string;
  append: string;
  commit: string;
  transcribe: string;
  wyoming: string;
  credentials: string;
}

/** Imports that flow; its credentials point at the stage's service. */
export async function importOneOfEach({ editor, service }: Stage): Promise<FlowOfAll> {
  const z = { z: 'a', x: 200 };
  const recognition = { connection: 'f', parameters: {} };
  const flow: FlowNode[] = [
    { id: 'a', type: 'tab', label: 'A flow' },
    {
      ...{ ...z, ...recognition, id: 'b', type: 'asr-session', y: 60 },
      ...{ keyType: 'none', mode: 'vad', wires: [[], [], [], []] },
    },
    { ...z, id: 'c', type: 'asr-append-audio', y: 120, session: 'b', property: 'payload', wires: [[]] },
    { ...z, id: 'd', type: 'asr-commit', y: 180, session: 'b', then: 'keep', wires: [[]] },
    { ...z, ...recognition, id: 'e', type: 'asr-transcribe', y: 240, property: 'payload', wires: [[]] },
    // Disabled, because the files that run at the same time would all open its port.
    {
      ...z,
      ...recognition,
      id: 'g',
      type: 'asr-wyoming-server',
      y: 300,
      port: '10300',
      d: true,
      wires: [[]],
    },
    {
      ...{ id: 'f', type: 'asr-credentials', name: '', region: 'local', address: service.url },
      ...{ workspaceId: '', keySource: 'credential', keyVariable: 'DASHSCOPE_API_KEY' },
    },
  ];
  const nodes = await editor.import(flow);
  const idOf = (type: string) => nodes.find((node) => node.type === type)!.id;
  return {
    session: idOf('asr-session'),
    append: idOf('asr-append-audio'),
    commit: idOf('asr-commit'),
    transcribe: idOf('asr-transcribe'),
    wyoming: idOf('asr-wyoming-server'),
    credentials: idOf('asr-credentials'),
  };
}
