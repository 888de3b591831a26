import assert from 'node:assert/strict';
import path from 'node:path';
import { startLocalService, type LocalService } from '../../local-service';
import type { FlowNode } from '../hosts/support/node-red';
import { ROOT } from '../hosts/support/packed';
import { waitUntil } from '../support/wait-until';
import { Dialog } from './support/dialog';
import { inEachLanguage } from './support/stage';

const RECORDING = path.join(ROOT, 'test/fixtures/jfk.wav');
const RECOGNISED_WITHIN_MS = 30_000;

/** Two places in one flow where the same subflow listens, each with settings of its own. */
const INSTANCES = [
  { name: 'kitchen', model: 'fun-asr-realtime', key: 'key-of-the-kitchen' },
  { name: 'office', model: 'qwen3-asr-flash-realtime', key: 'key-of-the-office' },
];

describe('a subflow', () => {
  let other: LocalService;

  before(async () => {
    other = await startLocalService({
      engine: 'script',
      keepKeys: true,
      script: { utterances: ['Another.'], loop: true },
    });
  });

  after(() => other.close());

  inEachLanguage((stage) => {
    it('gives each of its instances the model, the address and the key that are set there', async () => {
      const { editor, nodeRed, service } = stage;
      const flow = await editor.import(
        listeners('inner credentials', { ASR_MODEL: 'str', ASR_ADDRESS: 'str' }),
      );
      const idOf = (name: string) => flow.find((node) => node.name === name)!.id;

      const session = await Dialog.open(editor, idOf('listener session'));
      await session.fill('model', '${ASR_MODEL}');
      assert.deepEqual(await session.faults(), []);
      await session.done();
      const credentials = await Dialog.open(editor, idOf('inner credentials'));
      await credentials.set('address', '${ASR_ADDRESS}');
      assert.deepEqual(await credentials.faults(), []);
      await credentials.done();
      const addresses = [service.url, other.url];
      for (const [index, { name, model, key }] of INSTANCES.entries()) {
        const instance = await Dialog.open(editor, idOf(name));
        await instance.fill('subflow-env-ASR_MODEL', model);
        await instance.fill('subflow-env-ASR_ADDRESS', addresses[index]!);
        await instance.type('subflow-env-ASR_KEY', 'cred', key);
        await instance.done();
      }
      await editor.deploy();

      await nodeRed.press(idOf('a recording'));
      await bothHear(idOf);
      for (const [index, { model, key }] of INSTANCES.entries()) {
        const record = [service, other][index]!.sessions.at(-1)!;
        assert.equal(record.headers.authorization, `Bearer ${key}`);
        assert.ok(JSON.stringify([record.url, record.received]).includes(model), model);
      }
    });

    it('gives each of its instances the credentials that are chosen there', async () => {
      const { editor, nodeRed, service } = stage;
      const flow = await editor.import(listeners('', { ASR_CREDENTIALS: 'asr-credentials' }));
      const idOf = (name: string) => flow.find((node) => node.name === name)!.id;

      const session = await Dialog.open(editor, idOf('listener session'));
      await session.choose('connection', '${ASR_CREDENTIALS}');
      assert.deepEqual(await session.faults(), []);
      await session.done();
      for (const [index, { name }] of INSTANCES.entries()) {
        const credentials = idOf(`credentials of the ${name}`);
        await editor.set(credentials, { address: [service.url, other.url][index] });
        const instance = await Dialog.open(editor, idOf(name));
        await instance.choose('subflow-env-ASR_CREDENTIALS', credentials);
        await instance.done();
      }
      await editor.deploy();

      await nodeRed.press(idOf('a recording'));
      await bothHear(idOf);
    });

    /** Each instance hears what its own service says. */
    async function bothHear(idOf: (name: string) => string): Promise<void> {
      const heard = (name: string) => stage.nodeRed.sent(idOf(`heard in the ${name}`))[0]?.payload;
      const areHeard = () => INSTANCES.every(({ name }) => heard(name) !== undefined);
      await waitUntil(areHeard, 'both instances to hear a sentence', RECOGNISED_WITHIN_MS);
      assert.deepEqual(
        INSTANCES.map(({ name }) => heard(name)),
        ['One two three four.', 'Another.'],
      );
      assert.deepEqual(stage.nodeRed.errors(), []);
    }
  });
});

/**
 * A recording that is played into two instances of a subflow with a session inside.
 * @param inner name of the credentials inside; none: each instance may have its own
 * @param env name and type of what can be set for an instance
 */
function listeners(inner: string, env: Record<string, string>): FlowNode[] {
  const inside = { z: 's', x: 200, y: 100 };
  const variables = Object.entries({ ...env, ASR_KEY: 'cred' }).map(([name, type]) => ({
    ...{ name, type, value: '' },
    ui: {
      type: type === 'str' ? 'input' : type === 'cred' ? 'cred' : 'conf-types',
      opts: {},
    },
  }));
  const credentials = {
    type: 'asr-credentials',
    region: 'custom',
    workspaceId: '',
    address: 'ws://127.0.0.1:1',
  };
  const instances = INSTANCES.flatMap(({ name }, index): FlowNode[] => {
    const at = { z: 't', y: 100 + 60 * index };
    return [
      { ...at, id: name, type: 'subflow:s', name, x: 400, env: [], wires: [[`${name} heard`]] },
      {
        ...at,
        id: `${name} heard`,
        type: 'change',
        name: `heard in the ${name}`,
        x: 600,
        rules: [],
        wires: [['sink']],
      },
      {
        ...credentials,
        id: `${name} key`,
        name: `credentials of the ${name}`,
        keySource: 'credential',
        keyVariable: '',
      },
    ];
  });
  return [
    {
      ...{ id: 's', type: 'subflow', name: 'listener', env: variables },
      in: [{ x: 60, y: 100, wires: [{ id: 'append' }] }],
      out: [{ x: 500, y: 100, wires: [{ id: 'session', port: 1 }] }],
    },
    {
      ...inside,
      id: 'append',
      type: 'asr-append-audio',
      session: 'session',
      strings: 'file',
      property: 'payload',
      wires: [[]],
    },
    {
      ...{
        ...inside,
        y: 200,
        id: 'session',
        type: 'asr-session',
        name: 'listener session',
        connection: 'key',
      },
      ...{ keyType: 'none', mode: 'vad', parameters: {}, wires: [[], [], [], []] },
    },
    { ...credentials, id: 'key', z: 's', name: inner, keySource: 'env', keyVariable: 'ASR_KEY' },
    { id: 't', type: 'tab', label: 'Two rooms' },
    {
      ...{ id: 'i', type: 'inject', z: 't', x: 200, y: 100, name: 'a recording', props: [{ p: 'payload' }] },
      ...{
        payload: RECORDING,
        payloadType: 'str',
        repeat: '',
        crontab: '',
        wires: [INSTANCES.map(({ name }) => name)],
      },
    },
    ...instances,
    // What is sent to nobody is not told either.
    { id: 'sink', type: 'debug', z: 't', x: 800, y: 130, name: '', active: false },
  ];
}
